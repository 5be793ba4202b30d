"""Who may do what. With whom is another question: `Desk.services_of`."""

from __future__ import annotations

from collections.abc import Mapping

CARING = ("caseworker", "lead")  # the roles that see real people
PRACTISING = "practice"  # sees people who do not exist, and nobody else
_CARE = frozenset({"read", "take", "write", "export", "self"})
# An admin runs accounts and never reads an intake. A lead may be the only one of a small charity.
MAY: Mapping[str, frozenset[str]] = {
    "caseworker": _CARE,
    "lead": _CARE | {"lead", "accounts"},
    "admin": frozenset({"accounts", "self"}),
    PRACTISING: _CARE - {"self"},
}
