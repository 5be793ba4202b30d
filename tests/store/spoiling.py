"""Ways in which a sealed value can be spoilt: its own and another one in, the spoilt one out."""

from collections.abc import Callable

from store.sealing import Keys

Spoil = Callable[[bytes, bytes], bytes]
OTHER_KEYS = Keys(b"another master key, just as long")
SPOILT: dict[str, Spoil] = {
    "swapped": lambda own, other: other,
    "a tag cut short": lambda own, other: own[:-1],
    "a byte changed": lambda own, other: own[:20] + bytes([own[20] ^ 1]) + own[21:],
    "another key": lambda own, other: OTHER_KEYS.master.seal("words", "place"),
    "the number of a key of before": lambda own, other: b"\x09" + own[1:],
}
