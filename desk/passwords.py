"""Passwords: Argon2id, worked out in a thread of its own so that no page waits for it.

Memory, time and lanes are those of the OWASP password storage cheat sheet (19 MiB, 2, 1).
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

SHORTEST, LONGEST = 12, 200  # characters
STRONG = 3  # of zxcvbn's 0 to 4: "safely unguessable: moderate protection from offline attacks"
_JUDGED = 72  # characters that zxcvbn looks at; longer ones only take it longer
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# One at a time: however many try at once, the other core stays with the people who write.
T = TypeVar("T")
_thread = ThreadPoolExecutor(1, "passwords")


async def hashed(password: str) -> str:
    """How a password is stored."""
    return await _apart(_hasher.hash, _plain(password))


async def fits(stored: str, password: str) -> bool:
    """Is it this one? Without a stored one the answer is no, and takes as long."""
    same = await _apart(_same, stored or _of_nobody(), _plain(password))
    return same and bool(stored)


def too_weak(password: str, name: str) -> bool:
    """Too short, too long, or easy to guess for somebody who knows the name and us."""
    if not SHORTEST <= len(password) <= LONGEST:
        return True
    from zxcvbn import zxcvbn  # its lists take a moment, and are needed here alone

    # What everybody here knows makes nothing stronger, nor does a space.
    rest = "".join(password.casefold().split())
    for known in (*name.casefold().split(), "ownpace", "desk"):
        rest = rest.replace(known, "")
    judged: int = zxcvbn(rest[:_JUDGED])["score"] if rest else 0
    return judged < STRONG


def _same(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, ValueError):
        return False


@cache
def _of_nobody() -> str:
    return _hasher.hash("nobody's")


def _plain(password: str) -> str:
    """One form for letters that keyboards write in several, and no half characters."""
    whole = password.encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFC", whole)


async def _apart(work: Callable[..., T], *args: str) -> T:
    return await asyncio.get_running_loop().run_in_executor(_thread, work, *args)
