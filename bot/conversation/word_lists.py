"""The ways of saying each command, read from the comma lists of one language and of English.

A way stands in the word lists as it is typed; the whole message has to say it. Before it may
stand polite words and, where the list marks it with `<`, a wish ("can we"); after it, where the
list marks it with `>`, what it is about ("this question"). `~` marks a way that may as well be
an answer, `^` one that may be an answer where something is asked. `(a|b)` stands for either,
`[kin]` for any item of the fragment `kin`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.conversation.folding import fold, key, our_key
from bot.conversation.i18n import FRAGMENT, SAYS, TEACH, Catalogue, listed
from bot.conversation.net import Slot
from bot.conversation.phrases import Phrases

MARKS = "~^<"  # what may stand before a way
ROUND = frozenset({"polite", "asides"})  # pieces that may stand around anything


def normal(
    tokens: Sequence[str],
    short: Mapping[str, tuple[str, ...]],
    *,
    first: bool = True,
    alone: bool = True,
) -> list[str]:
    """Short forms written out (`u` for `you`), articles left out but where they come first, and
    a word said twice in a row said once. A word `alone` stays as it is: `y` is yes, not why."""
    if alone and len(tokens) == 1:
        return list(tokens)
    full: list[str] = []
    for place, token in enumerate(tokens):
        words = short.get(token, (token,))
        if not words and first and not place:
            words = (token,)
        full += [word for word in words if not full or full[-1] != word]
    return full


@dataclass(frozen=True, slots=True, eq=False)
class WordLists:
    """The comma lists of a language, its own first, then the English ones. They are equal where
    all their texts are."""

    words: Phrases
    catalogue: Catalogue

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WordLists) and self._texts() == other._texts()

    def __hash__(self) -> int:
        return hash(self._texts())

    def _texts(self) -> tuple[str, ...]:
        fragments = self.words.fragments.items()
        pairs = [(name, text, self.catalogue.text(text, FRAGMENT)) for name, text in fragments]
        said = [text for pair in (*self.says(), *pairs) for text in pair]
        return (*said, *self.taught())

    def fragment(self, name: str) -> list[str]:
        english = self.words.fragments.get(name, "")
        own = self.catalogue.text(english, FRAGMENT)
        return listed(own) + (listed(english) if own != english else [])

    def short(self) -> dict[str, tuple[str, ...]]:
        """Short forms, each with the words that it stands for; none for an article."""
        found: dict[str, tuple[str, ...]] = {}
        for item in self.fragment("short"):
            form, _, full = item.partition("=")
            found.setdefault(fold(form), tuple(fold(full).split()))
        return found

    def says(self) -> Iterator[tuple[str, str]]:
        for name, word in self.words.words.items():
            for text in dict.fromkeys((self.catalogue.text(word.says, SAYS), word.says)):
                yield name, text
            yield name, ",".join(self._teaches(name))

    def _teaches(self, name: str) -> list[str]:
        word = self.words.words[name]
        texts = [text for text in (word.teach, word.teach_sms) if text]
        return [*(self.catalogue.text(text, TEACH) for text in texts), *texts]

    def taught(self) -> list[str]:
        """The words that we show, long enough for a slip to be told from another word."""
        found = [text for name in self.words.words for text in self._teaches(name)]
        return [text for text in found if len(text) >= 4]

    def slots(self, item: str, short: Mapping[str, tuple[str, ...]]) -> list[Slot]:
        """The alternatives of a way, one after the other, in the words that a message has."""
        parts = [part for part in re.split(r"[()]", item.strip(f"{MARKS}> ")) if part.strip()]
        if len(parts) == 1 and not {"[", "|"} & set(item):
            return [[normal(key(parts[0]).split(" "), short)]]
        return [
            [self._words(one, short, first=not number) for one in self._filled(part)]
            for number, part in enumerate(parts)
        ]

    def _filled(self, part: str) -> Iterator[str]:
        """The alternatives of one part, with the items of a fragment for its name in brackets."""
        for one in part.split("|"):
            name = re.search(r"\[(\w+)\]", one)
            items = self.fragment(name[1]) if name else [""]
            yield from (one.replace(f"[{name[1]}]", item) if name else one for item in items)

    def _words(self, text: str, short: Mapping[str, tuple[str, ...]], first: bool) -> list[str]:
        tokens = our_key(text).split(" ") if text.strip() else []
        return normal(tokens, short, first=first, alone=False)

    def glue(self, short: Mapping[str, tuple[str, ...]]) -> set[str]:
        """Small words that may stand in any command."""
        texts = self.fragment("glue")
        return {
            word for text in texts for word in normal(fold(text).split(" "), short, alone=False)
        }

    def hearts(
        self, name: str, short: Mapping[str, tuple[str, ...]], words: AbstractSet[str]
    ) -> Iterator[tuple[bool, tuple[frozenset[str], ...], frozenset[str]]]:
        """The hearts of a command: is it unsure, the words that it needs (of those that may
        stand beside it), those that it bans."""
        for item in self.fragment(f"heart_{name}"):
            parts = item.lstrip(MARKS).split(" ")
            bans = frozenset(fold(part[1:]) for part in parts if part[0] == "-")
            needs = [need for part in parts for need in self._needs(part, short, words)]
            if needs and item[0] != "+" and all(needs):
                yield item[0] in MARKS, tuple(needs), bans

    def _needs(
        self, part: str, short: Mapping[str, tuple[str, ...]], words: AbstractSet[str]
    ) -> Iterator[frozenset[str]]:
        if part[0] == "-":
            return
        if not {"|", "*"} & set(part):
            yield from (
                frozenset([word]) for word in normal([part], short, alone=False, first=False)
            )
            return
        whole = {fold(one) for one in part.split("|") if not one.endswith("*")}
        stems = tuple(fold(one) for one in part.split("|") if one.endswith("*"))
        yield frozenset(whole | {word for word in words if stems and word.startswith(stems)})

    def beside(self, name: str) -> set[str]:
        """Words that may stand beside a heart of a command, though in no way of saying it."""
        items = (item for item in self.fragment(f"heart_{name}") if item.startswith("+"))
        return {word for item in items for word in fold(item).split(" ")}

    def pieces(self, short: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
        """What may stand around a way. A wish, or what it is about, is not polite as well. A
        language takes an English piece away with `-` ("no parar" is no wish to stop)."""
        found: dict[str, frozenset[str]] = {}
        for kind in ("polite", "asides", "wishes", "objects"):
            texts = self.fragment(kind)
            away = {text[1:] for text in texts if text.startswith("-")}
            for text in texts:
                if text in away or text[1:] in away:
                    continue
                said = " ".join(normal(fold(text).split(" "), short))
                rest = found.get(said, frozenset()) - (frozenset() if kind in ROUND else ROUND)
                found[said] = rest | {kind}
        return found
