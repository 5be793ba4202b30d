"""The ways of saying each command in one language, and the English ones beside them.

A way stands in the word lists as it is typed; the whole message has to say it. Before it may
stand polite words and, where the list marks it with `<`, a wish ("can we"); after it, where the
list marks it with `>`, what it is about ("this question"). `~` marks a way that may as well be
an answer. `(a|b)` stands for either, `[kin]` for any item of the fragment `kin`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.conversation.folding import fold, key, one_slip, our_key
from bot.conversation.i18n import FRAGMENT, SAYS, TEACH, Catalogue, listed
from bot.conversation.net import Net, Slot, Way
from bot.conversation.phrases import Phrases

MOST = 14  # words: no way of saying a command has more
LONGEST_PIECE = 5  # words that are taken off an end at once
LONG = 5  # letters, from which a way of one word is looked for behind a slip
ROUND = frozenset({"polite", "asides"})  # pieces that may stand around anything


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says, the likeliest first. With `slip` a word of it was mended, and what
    is left is too short to be sure."""

    ways: tuple[Way, ...]
    slip: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Sayings:
    """The lists, made ready: phrases to what they say, pieces to where they may stand."""

    net: Net
    pieces: Mapping[str, frozenset[str]]
    edges: frozenset[str]  # the first and last words of pieces
    short: Mapping[str, tuple[str, ...]]
    known: frozenset[str]
    near: Mapping[str, tuple[str, ...]]
    targets: frozenset[str]

    def find(self, said: str) -> Said | None:
        """What the whole of a folded message says, or None where it is no command."""
        tokens = [token for token in said.split(" ") if any(map(str.isalnum, token))]
        tokens = normal(tokens, self.short) if tokens else [said]
        if len(tokens) > MOST:
            return None
        strange = [place for place, token in enumerate(tokens) if token not in self.known]
        if not strange:
            found = self._whole(tokens)
            return Said(found[0]) if found else None
        return self._mended(tokens, strange[0]) if len(strange) == 1 else None

    def only_polite(self, said: str) -> bool:
        """Is there nothing in these words but what may stand around anything?"""
        tokens = said.split(" ")
        return len(tokens) in self._cuts(normal(tokens, self.short), "")

    def _mended(self, tokens: list[str], place: int) -> Said | None:
        """With the one strange word taken for a slip of one that we know. A single word that is
        left is only asked about."""
        found: dict[str, Said] = {}
        for meant in self._neighbours(tokens[place]):
            whole = self._whole([*tokens[:place], meant, *tokens[place + 1 :]])
            if whole and (len(whole[1]) > 1 or whole[1][0] in self.targets):
                found[whole[0][0].name] = Said(whole[0], slip=len(whole[1]) == 1)
        return found.popitem()[1] if len(found) == 1 else None

    def _neighbours(self, token: str) -> Iterator[str]:
        """The known words a slip away. The first letter is right, or has changed places."""
        if len(token) < 3:
            return
        near = {word for shorter in _shorter(token) for word in self.near.get(shorter, ())}
        for word in sorted(near):
            if (token[0] == word[0] or token[:2] == word[1::-1]) and one_slip(token, word):
                yield word

    def _whole(self, tokens: Sequence[str]) -> tuple[tuple[Way, ...], Sequence[str]] | None:
        """The longest phrase that the message is, once the pieces around it are taken off."""
        starts, size = self._cuts(tokens, "wishes"), len(tokens)
        ends: dict[int, bool] = {}
        best: tuple[tuple[Way, ...], Sequence[str]] | None = None
        for start in sorted(starts):
            for end, ways in self.net.walk(tokens, start):
                ends = ends or self._cuts(tokens[::-1], "objects", backwards=True)
                if size - end in ends and (best is None or end - start > len(best[1])):
                    wish, about = starts[start], ends[size - end]
                    fit = {w for w in ways if w.wish >= wish and w.about >= about}
                    if fit:
                        best = (
                            tuple(sorted(fit, key=lambda w: (w.rank, w.unsure))),
                            tokens[start:end],
                        )
        return best

    def _cuts(
        self, tokens: Sequence[str], also: str, *, backwards: bool = False
    ) -> dict[int, bool]:
        """Where the phrase may begin, and whether a piece of `also` was taken off before it."""
        step = -1 if backwards else 1
        found, waiting = {0: False}, [0]
        while waiting:
            start = waiting.pop()
            if start < len(tokens) and tokens[start] not in self.edges:
                continue
            for end in range(start + 1, min(start + LONGEST_PIECE, len(tokens)) + 1):
                kinds = self.pieces.get(" ".join(tokens[start:end][::step]))
                if kinds and (kinds & ROUND or also in kinds):
                    marked = found[start] or not kinds & ROUND
                    if end not in found or (found[end] and not marked):
                        found[end] = marked
                        waiting.append(end)
        return found


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


@lru_cache(maxsize=32)
def sayings(words: Phrases, catalogue: Catalogue) -> Sayings:
    """The sayings of a language."""
    lists = _Lists(words, catalogue)
    short, net = lists.short(), Net()
    for rank, (name, text) in enumerate(lists.says()):
        for item in listed(text):
            net.add(lists.slots(item, short), _way(rank, name, item))
    pieces = lists.pieces(short)
    words_of = net.words() | {word for piece in pieces for word in piece.split(" ")}
    targets = {fold(text) for text in lists.taught()}
    targets |= {word for word in net.single() if len(word) >= LONG}
    known = words_of | {fold(text) for text in lists.fragment("not_typos")}
    edges = frozenset(word for p in pieces for word in (p.split(" ")[0], p.split(" ")[-1]))
    return Sayings(net, pieces, edges, short, frozenset(known), _near(words_of), frozenset(targets))


def _way(rank: int, name: str, item: str) -> Way:
    return Way(rank, name, "~" in item[:2], "<" in item[:2], item.endswith(">"))


@dataclass(frozen=True, slots=True)
class _Lists:
    """The comma lists of a language, its own first, then the English ones."""

    words: Phrases
    catalogue: Catalogue

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
            for text in (self.catalogue.text(word.says, SAYS), word.says):
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
        parts = [part for part in re.split(r"[()]", item.strip("~<> ")) if part.strip()]
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

    def pieces(self, short: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
        """What may stand around a way. A wish, or what it is about, is not polite as well."""
        found: dict[str, frozenset[str]] = {}
        for kind in ("polite", "asides", "wishes", "objects"):
            for text in self.fragment(kind):
                said = " ".join(normal(fold(text).split(" "), short))
                rest = found.get(said, frozenset()) - (frozenset() if kind in ROUND else ROUND)
                found[said] = rest | {kind}
        return found


def _near(words: set[str]) -> dict[str, tuple[str, ...]]:
    """Words by what is left of them without one letter: two that share such a rest may be one
    slip apart, and no others are."""
    found: dict[str, tuple[str, ...]] = {}
    for word in sorted(words):
        if len(word) >= 4:
            for shorter in _shorter(word):
                found[shorter] = (*found.get(shorter, ()), word)
    return found


def _shorter(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}
