"""Sealing: AES-256-GCM under a key per person; those keys stand wrapped under the master key.

A sealed value names its place (`table.column:row-id`) as associated data, so that a value copied
into another row does not open there. Its first byte is the number of the key: rotation adds one.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_NONCE_BYTES = 12
_FIRST_KEY = b"\x01"
_PERSON = b"person.wrapped_key"
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
        nonce = os.urandom(_NONCE_BYTES)
        words = text.encode("utf-8", "replace")
        return _FIRST_KEY + nonce + self._cipher.encrypt(nonce, words, name.encode())

    def open(self, blob: bytes, name: str) -> str:
        """The text that was sealed for the place `name`. Raises `Unreadable`."""
        if blob[:1] != _FIRST_KEY:
            raise Unreadable("sealed under a key that is not known here")
        nonce, sealed = blob[1 : 1 + _NONCE_BYTES], blob[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, sealed, name.encode()).decode()
        except (InvalidTag, ValueError):
            raise Unreadable("does not open with this key in this place") from None


class Keys:
    """All keys of one installation, derived from its master key (at least 32 random bytes)."""

    def __init__(self, master: bytes) -> None:
        if len(master) < KEY_BYTES:
            raise ValueError(f"the master key needs at least {KEY_BYTES} bytes")
        self._wrapping = AESGCM(_derive(master, b"ownpace person keys"))
        self._lookup = _derive(master, b"ownpace look-up")
        self._chain = _derive(master, b"ownpace audit chain")
        self.master = Sealer(_derive(master, b"ownpace sealing"))
        self._people: dict[bytes, Sealer] = {}

    def new_person_key(self) -> bytes:
        """A new data key for one person, wrapped: the form in which it is stored."""
        nonce = os.urandom(_NONCE_BYTES)
        key = AESGCM.generate_key(KEY_BYTES * 8)
        return _FIRST_KEY + nonce + self._wrapping.encrypt(nonce, key, _PERSON)

    def person(self, wrapped: bytes) -> Sealer:
        """The sealer of the person whose wrapped key this is. Raises `Unreadable`."""
        sealer = self._people.get(wrapped)
        if sealer is None:
            if len(self._people) >= _CACHED:
                self._people.clear()
            sealer = self._people[wrapped] = Sealer(self._unwrap(wrapped))
        return sealer

    def forget(self, wrapped: bytes) -> None:
        """Drop an erased person's key from memory too."""
        self._people.pop(wrapped, None)

    def lookup(self, account: str, address: str) -> bytes:
        """The keyed hash under which an address is found again (HMAC-SHA256)."""
        words = f"{account}\0{address}".encode("utf-8", "replace")
        return hmac.digest(self._lookup, words, "sha256")

    def seen(self, account: str, provider_id: str) -> str:
        """The keyed hash (hex) under which a message that was taken is known again: it outlives
        the words, and must not lead to them in the provider's log."""
        words = f"\0seen\0{account}\0{provider_id}".encode("utf-8", "replace")
        return hmac.digest(self._lookup, words, "sha256").hex()

    def chained(self, before: bytes, row: bytes) -> bytes:
        """What vouches for a row of the audit and for all before it (HMAC-SHA256)."""
        return hmac.digest(self._chain, before + row, "sha256")

    def tried(self, what: str) -> bytes:
        """The keyed hash under which wrong tries are counted: a name, a device, an address."""
        return hmac.digest(self._lookup, b"\0tried\0" + what.encode("utf-8", "replace"), "sha256")

    def _unwrap(self, wrapped: bytes) -> bytes:
        if wrapped[:1] != _FIRST_KEY:
            raise Unreadable("a person's key is wrapped under a key that is not known here")
        nonce, sealed = wrapped[1 : 1 + _NONCE_BYTES], wrapped[1 + _NONCE_BYTES :]
        try:
            return self._wrapping.decrypt(nonce, sealed, _PERSON)
        except (InvalidTag, ValueError):
            raise Unreadable("a person's key does not open with this master key") from None


def token_hash(token: str) -> bytes:
    """How a random token (of a session, of a link) is stored: SHA-256, which signs nobody in."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(master)
