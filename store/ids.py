"""Ids: time-ordered text, made before the row is inserted."""

from __future__ import annotations

import secrets

from uuid_utils import uuid7

# No vowels (no words come about by accident) and nothing that looks like something else.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_DIGITS = "23456789"


def new_id() -> str:
    """A new id: 32 hex digits (UUID version 7) that sort by the time they were made."""
    return uuid7().hex


def new_reference() -> str:
    """A short name for a hand-over that can be read out on the phone, such as `KTR-48293`."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(3))
    return f"{letters}-{''.join(secrets.choice(_DIGITS) for _ in range(5))}"
