"""Sealing: AES-256-GCM under a key per person; those keys stand wrapped under the master key.

A sealed value names its place (`table.column:row-id`) as associated data, so that a value copied
into another row does not open there. Its first byte is the number of the key: of a master key, the
number that this database gave it (`store.keyring`). What does not open is raised, counted and
logged by its place, never by what stands in it (`store.alarm`). See docs/decisions/0024.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from store import alarm

KEY_BYTES = 32
FIRST = 1  # the number of a database's first master key
_NONCE_BYTES = 12
_OWN = b"\x01"  # a person has one key for good: it is their number
_PERSON = "person.wrapped_key"
_CACHED = 4096


class Unreadable(Exception):
    """A sealed value does not open: another key, another row, or tampering."""


class Sealer:
    """Seals and opens text under one key. Its repr shows nothing of the key."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, text: str, name: str) -> bytes:
        """Seal `text` for the place `name`. What is no valid Unicode becomes a question mark."""
        return _OWN + _encrypted(self._cipher, text.encode("utf-8", "replace"), name)

    def open(self, blob: bytes, name: str) -> str:
        """The text that was sealed for the place `name`. Raises `Unreadable`."""
        return _text(self._opened(blob, name), name)

    def opens(self, blob: bytes, name: str) -> str | None:
        """As `open`, for whoever has two keys and does not know which: None, and no alarm."""
        opened = self._opened(blob, name)
        return None if opened is None else opened.decode()

    def _opened(self, blob: bytes, name: str) -> bytes | None:
        return _decrypted(self._cipher, blob, name) if blob[:1] == _OWN else None


class Standing(NamedTuple):
    """Secrets that outlive every master key: addresses are found, and the audit is proved, by the
    same ones for good. They stand in the database, sealed under the master key."""

    lookup: bytes
    chain: bytes


class Master:
    """What is derived from one master key."""

    __slots__ = ("chain", "lookup", "sealing", "wrapping")

    def __init__(self, secret: bytes) -> None:
        if len(secret) < KEY_BYTES:
            raise ValueError(f"the master key needs at least {KEY_BYTES} bytes")
        self.wrapping = AESGCM(_derive(secret, b"ownpace person keys"))
        self.sealing = AESGCM(_derive(secret, b"ownpace sealing"))
        self.lookup = _derive(secret, b"ownpace look-up")
        self.chain = _derive(secret, b"ownpace audit chain")

    @property
    def standing(self) -> Standing:
        """Of a database that has none of its own: it was made by a version that had none."""
        return Standing(self.lookup, self.chain)

    def opens(self, blob: bytes, name: str) -> bytes | None:
        """What was sealed under this key for the place `name`, whatever number it bears."""
        return _decrypted(self.sealing, blob, name)


class MasterSealer:
    """As `Sealer`, for what is no person's: under the present master key, or one of before."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def seal(self, text: str, name: str) -> bytes:
        keys = self._keys
        words = text.encode("utf-8", "replace")
        return keys.number.to_bytes() + _encrypted(keys.present.sealing, words, name)

    def open(self, blob: bytes, name: str) -> str:
        """Raises `Unreadable`."""
        return _text(self._keys.with_a_key("sealing", blob, name), name)


class Keys:
    """All keys of one installation, from its master keys (at least 32 random bytes each): the
    newest first, then those of before. `store.keyring.learn` gives them their numbers."""

    def __init__(self, *masters: bytes) -> None:
        self.given = tuple(Master(secret) for secret in dict.fromkeys(masters))
        self.master = MasterSealer(self)
        self._people: dict[bytes, Sealer] = {}
        self.settle(FIRST, {FIRST: self.given[0]}, self.given[0].standing)

    def settle(self, number: int, numbered: Mapping[int, Master], standing: Standing) -> None:
        """From now on seal under the key of this number, one of those that are known."""
        self._numbered = dict(numbered)
        self.number, self.standing = number, standing

    @property
    def present(self) -> Master:
        """The key that is sealed under."""
        return self._numbered[self.number]

    @property
    def numbered(self) -> dict[int, Master]:
        """The keys that have a number."""
        return dict(self._numbered)

    def is_present(self, sealed: bytes) -> bool:
        """Does this bear the number of the key that is sealed under?"""
        return sealed[:1] == self.number.to_bytes()

    def new_person_key(self) -> bytes:
        """A new data key for one person, wrapped: the form in which it is stored."""
        return self._wrapped(AESGCM.generate_key(KEY_BYTES * 8))

    def rewrapped(self, wrapped: bytes, whose: str = "") -> bytes:
        """The same data key under the present master key. Raises `Unreadable`."""
        return self._wrapped(self._unwrap(wrapped, whose))

    def person(self, wrapped: bytes, whose: str = "") -> Sealer:
        """The sealer of the person (id `whose`) whose wrapped key this is. Raises `Unreadable`."""
        sealer = self._people.get(wrapped)
        if sealer is None:
            if len(self._people) >= _CACHED:
                self._people.clear()
            sealer = self._people[wrapped] = Sealer(self._unwrap(wrapped, whose))
        return sealer

    def forget(self, wrapped: bytes) -> None:
        """Drop an erased person's key from memory too."""
        self._people.pop(wrapped, None)

    def lookup(self, account: str, address: str) -> bytes:
        """The keyed hash under which an address is found again (HMAC-SHA256)."""
        words = f"{account}\0{address}".encode("utf-8", "replace")
        return hmac.digest(self.standing.lookup, words, "sha256")

    def seen(self, account: str, provider_id: str) -> str:
        """The keyed hash (hex) under which a message that was taken is known again: it outlives
        the words, and must not lead to them in the provider's log."""
        words = f"\0seen\0{account}\0{provider_id}".encode("utf-8", "replace")
        return hmac.digest(self.standing.lookup, words, "sha256").hex()

    def chained(self, before: bytes, row: bytes) -> bytes:
        """What vouches for a row of the audit and for all before it (HMAC-SHA256)."""
        return hmac.digest(self.standing.chain, before + row, "sha256")

    def tried(self, what: str) -> bytes:
        """The keyed hash under which wrong tries are counted: a name, a device, an address."""
        words = b"\0tried\0" + what.encode("utf-8", "replace")
        return hmac.digest(self.standing.lookup, words, "sha256")

    def with_a_key(self, part: str, blob: bytes, name: str) -> bytes | None:
        """What opens with the key of its number; None where it does not.

        Another process may have begun a rotation that we have not heard of yet: a number that we
        do not know may be that of a key that we were given and have no number for.
        """
        number = blob[0] if blob else 0
        known = self._numbered.get(number)
        if known and (opened := _decrypted(getattr(known, part), blob, name)) is not None:
            return opened
        for master in self.given:
            if master in self._numbered.values():
                continue
            opened = _decrypted(getattr(master, part), blob, name)
            if opened is not None:
                self._numbered = {**self._numbered, number: master}
                return opened
        return None

    def _wrapped(self, key: bytes) -> bytes:
        return self.number.to_bytes() + _encrypted(self.present.wrapping, key, _PERSON)

    def _unwrap(self, wrapped: bytes, whose: str) -> bytes:
        key = self.with_a_key("wrapping", wrapped, _PERSON)
        if key is None:
            alarm.unreadable(f"{_PERSON}:{whose}")
            raise Unreadable("a person's key does not open with a master key that was given")
        return key


def token_hash(token: str) -> bytes:
    """How a random token (of a session, of a link) is stored: SHA-256, which signs nobody in."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _encrypted(cipher: AESGCM, words: bytes, name: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, words, name.encode())


def _decrypted(cipher: AESGCM, blob: bytes, name: str) -> bytes | None:
    nonce, sealed = blob[1 : 1 + _NONCE_BYTES], blob[1 + _NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, sealed, name.encode())
    except (InvalidTag, ValueError):
        return None


def _text(opened: bytes | None, name: str) -> str:
    """Raises `Unreadable`."""
    if opened is None:
        alarm.unreadable(name)
        raise Unreadable("does not open with a key that is known here, in this place")
    return opened.decode()


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(master)
