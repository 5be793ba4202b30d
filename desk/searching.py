"""Finding one intake by its reference or by the whole number that somebody writes from.

A number is found by its keyed hash, so it has to be exact; no words are looked through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, select

from desk import queries
from desk.kit import Service
from desk.queries import GONE, Head
from store import tables as t
from store.sealing import Keys

MOST = 40  # letters
_REFERENCE = re.compile(r"([A-Za-z]{3})[ -]?([0-9]{5})")
_BETWEEN = re.compile(r"[\s().\-/]+")
_NUMBER = re.compile(r"(\+|00)?([0-9]{6,15})")
# ITU-T E.164: codes of one digit, then those of two; all others have three.
_CODE = re.compile(r"\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})")


def find(
    connection: Connection, keys: Keys, services: Mapping[str, Service], sought: str
) -> Head | None:
    """What was shared of the person who is sought; None where there is nothing, or not for us."""
    words = sought.strip()
    if len(words) > MOST:
        return None
    if reference := _REFERENCE.fullmatch(words):
        key = f"{reference[1]}-{reference[2]}".upper()
        return _shared(queries.find(connection, key, list(services)))
    return _by_number(connection, keys, services, _BETWEEN.sub("", words))


def _by_number(
    connection: Connection, keys: Keys, services: Mapping[str, Service], number: str
) -> Head | None:
    a, k, c = t.account.c, t.contact.c, t.conversation.c
    texting = select(a.id, a.service).where(a.service.in_(list(services)), a.channel == "sms")
    hashes = {
        keys.lookup(account.id, address)
        for account in connection.execute(texting)
        for address in numbers(number, [account.id, services[account.service].phone])
    }
    contacts = select(k.id).where(k.address_hash.in_(hashes), k.valid_to.is_(None))
    theirs = select(c.id).where(c.contact.in_(list(connection.scalars(contacts))))
    ids = list(connection.scalars(theirs.where(c.service.in_(list(services)))))
    shared = (t.handover.c.id.is_not(None), t.handover.c.kind.not_in(GONE))
    latest = queries.of_conversations(connection, ids, shared, c.id.desc(), 1)
    return _shared(next(iter(latest), None))


def numbers(written: str, ours: Sequence[str]) -> Iterator[str]:
    """How the number may stand with its code before it: as it is, or as one writes it in the
    country of `ours`, with or without the nought before it."""
    found = _NUMBER.fullmatch(written)
    if not found:
        return
    if found[1]:
        yield f"+{found[2]}"
        return
    for code in dict.fromkeys(code for own in ours for code in _codes(own)):
        yield f"+{code}{found[2].removeprefix('0')}"
        yield f"+{code}{found[2]}"
        if found[2].startswith(code):
            yield f"+{found[2]}"


def _codes(own: str) -> Iterator[str]:
    found = _CODE.search(_BETWEEN.sub("", own))
    if found:
        yield found[1]


def _shared(head: Head | None) -> Head | None:
    return head if head and head.reference and not head.gone else None
