"""The words for days and times of a day, as data of a language, and reading a text as them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.conversation.folding import fold, in_order
from bot.conversation.i18n import FRAGMENT, Catalogue

if TYPE_CHECKING:
    from bot.conversation.phrases import Phrases

DAY = 24 * 60  # minutes
NOON = DAY // 2
Minutes = tuple[int, int]  # from, to


@dataclass(frozen=True, slots=True)
class Clock:
    """A time as it was said: `half` is a, p, 24 where the hour is plain, or nothing."""

    hour: int
    minute: int
    half: str = ""

    def at(self, half: str) -> int:
        """In minutes, where this half of the day is meant."""
        hour = self.hour
        if half in ("a", "p") and hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        return hour * 60 + self.minute

    def alone(self, afternoon_until: int) -> int:
        """In minutes: a bare hour up to this one is in the afternoon."""
        bare = not self.half and self.hour <= afternoon_until
        return self.at("p" if bare else self.half)


Value = frozenset[int] | Minutes | Clock | None  # days, a part of the day, a time
Sign = tuple[str, Value]  # what it is, in the letters of the grammar of `safe_times`
# What a list of words in common.toml stands for: a sign of the grammar below, and its value.
LISTS: Mapping[str, Sign] = {
    **{f"safe_day_{n}": ("D", frozenset({n})) for n in range(7)},
    "safe_weekdays": ("D", frozenset(range(5))),
    "safe_weekends": ("D", frozenset({5, 6})),
    "safe_every_day": ("D", frozenset(range(7))),
    "safe_any_time": ("P", (0, DAY)),
    "safe_mornings": ("P", (9 * 60, NOON)),
    "safe_afternoons": ("P", (NOON, 17 * 60)),
    "safe_evenings": ("P", (17 * 60, 21 * 60)),
    "safe_to": ("-", None),
    "safe_until": ("U", None),
    "safe_from": ("F", None),
    "safe_before": ("<", None),
    "safe_after": (">", None),
    "safe_between": ("B", None),
    "also": ("&", None),
    "safe_filler": ("", None),
}
_PUNCTUATION = re.compile(r"([-‐-―])|([,，、;&+/\n])")  # noqa: RUF001 (10-2; 9-12, 4-6)
_CLOCK = re.compile(r"(\d{1,2})(?:h?([0-5]\d))?h?(?:([ap])m?)?")


@dataclass(frozen=True, slots=True)
class SafeWords:
    """The words for days and times of one language, with the English ones, by how they fold."""

    signs: Mapping[str, Sign]
    longest: int

    def read(self, text: str) -> list[Sign] | None:
        """The words as signs; None where one of them is not known."""
        found: list[Sign] = []
        tokens = [token for token in fold(text).split() if any(map(str.isalnum, token))]
        while tokens:
            for length in range(min(self.longest, len(tokens)), 0, -1):
                sign = self.signs.get(" ".join(tokens[:length])) or self._clock(tokens[:length])
                if sign:
                    found.append(sign)
                    del tokens[:length]
                    break
            else:
                return None
        return [sign for sign in found if sign[0]]

    def _clock(self, tokens: Sequence[str]) -> Sign | None:
        match = _CLOCK.fullmatch(tokens[0]) if len(tokens) == 1 else None
        if not match or int(match[1]) > 23:
            return None
        hour, minute = int(match[1]), int(match[2] or 0)
        half = match[3] or ("24" if hour > 12 or match[1][0] == "0" else "")
        return "T", Clock(hour, minute, half)


@lru_cache(maxsize=32)
def safe_words(phrases: Phrases, catalogue: Catalogue) -> SafeWords:
    """The words of this language; where an English one means something else, this counts."""
    english: dict[str, Sign] = {}
    own: dict[str, Sign] = {}
    for name, sign in LISTS.items():
        source = phrases.fragments.get(name, "")
        english |= dict.fromkeys(in_order(source), sign)
        own |= dict.fromkeys(in_order(catalogue.text(source, FRAGMENT)), sign)
    hours = phrases.fragments.get("safe_hours", "")
    for known, text in ((english, hours), (own, catalogue.text(hours, FRAGMENT))):
        known |= {w: ("T", Clock(n, 0)) for n, w in enumerate(in_order(text), start=1)}
    for name, clock in (("safe_noon", Clock(12, 0, "p")), ("safe_midnight", Clock(24, 0, "p"))):
        source = phrases.fragments.get(name, "")
        words = in_order(source) + in_order(catalogue.text(source, FRAGMENT))
        own |= dict.fromkeys(words, ("T", clock))
    signs = {word: sign for word, sign in (english | own).items() if word}
    return SafeWords(signs, max((len(word.split()) for word in signs), default=1))


def signs(text: str, words: SafeWords) -> list[Sign] | None:
    """The text as signs; None where a word in it is not known."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"(\d)[:.](\d\d)(?!\d)", r"\1h\2", plain)
    plain = re.sub(r"(?<![^\W\d_])([ap])\.?\s?m\b\.?", r"\1m ", plain)
    found: list[Sign] = []
    for piece in _PUNCTUATION.split(plain):
        known = _PUNCTUATION.fullmatch(piece or "")
        read: list[Sign] | None = (
            [("-" if known[1] else "&", None)] if known else words.read(piece or "")
        )
        if read is None:
            return None
        found += read
    return found
