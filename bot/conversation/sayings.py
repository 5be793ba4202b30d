"""What a whole message says, walked through the net of the ways of saying each command."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product

from bot.conversation.folding import fold
from bot.conversation.hearts import Heart, Hearts, hearts
from bot.conversation.i18n import Catalogue, listed
from bot.conversation.net import Net, Way
from bot.conversation.phrases import Phrases
from bot.conversation.slips import Slips, once, slips
from bot.conversation.word_lists import MARKS, ROUND, WordLists, normal

MOST = 14  # words: no way of saying a command has more
PHONE_NUMBER = re.compile(r"\b\d[\d ]{4,}\d\b")
LONG = 4  # words, from which two of them may be slips
MOST_VARIANTS = 24
MOST_PHRASES = 3  # that say the same, one after the other
MOST_OF_A_REASON = 7  # words
LONGEST_SPELLED = 8  # pieces of one word
LONGEST_PIECE = 5  # words that are taken off an end at once

Ways = Sequence[Way]


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
    hearts: Hearts
    pieces: Mapping[str, frozenset[str]]
    begins: frozenset[str]  # the first words of pieces
    ends: frozenset[str]  # the last words of pieces
    firsts: frozenset[str]  # the words that a message with a command may begin with
    lasts: frozenset[str]  # and end with
    short: Mapping[str, tuple[str, ...]]
    known: frozenset[str]
    slips: Slips
    targets: frozenset[str]
    reasons: frozenset[str]

    def find(self, said: str) -> Said | None:
        """What the whole of a folded message says, or None where it is no command."""
        tokens = self._tokens(said)
        if len(tokens) > MOST:
            return None
        strange = [place for place, token in enumerate(tokens) if token not in self.known]
        if strange and (joined := self._spelled(tokens)):
            return joined
        if len(strange) > (1 if len(tokens) < LONG else 2):
            return None
        if strange:
            return self._mended(tokens, strange) if self._could(tokens, strange) else None
        if self._could(tokens) and (found := self._whole(tokens)):
            return Said(tuple(found[0]))
        way = self.hearts.find(tokens)
        return Said((way,)) if way else None

    def _spelled(self, tokens: Sequence[str]) -> Said | None:
        """A word that we show with a space in it (`s t o p`, `st op`)."""
        if not 1 < len(tokens) <= LONGEST_SPELLED:
            return None
        word = "".join(tokens)
        whole = self._whole([word]) if word in self.targets else None
        return Said(tuple(whole[0])) if whole else None

    def _tokens(self, said: str) -> list[str]:
        """The words; a sign counts where there is nothing beside it but polite words."""
        tokens = PHONE_NUMBER.sub("number", said).split(" ")
        words = [token for token in tokens if any(map(str.isalnum, token))]
        if len(words) == len(tokens):
            return normal(words, self.short)
        signs = [token for token in tokens if token not in words and token in self.known]
        if signs and (not words or self.only_polite(" ".join(words))):
            return normal(signs, self.short)
        return normal(words, self.short) if words else [said]

    def _could(self, tokens: Sequence[str], strange: Sequence[int] = ()) -> bool:
        """Could it be a command by its first and its last word? Most answers could not."""
        first = tokens[0] in self.firsts or 0 in strange
        return first and (tokens[-1] in self.lasts or len(tokens) - 1 in strange)

    def only_polite(self, said: str) -> bool:
        """Is there nothing in these words but what may stand around anything?"""
        tokens = said.split(" ")
        return len(tokens) in self._cuts(normal(tokens, self.short), "")

    def tells_why(self, said: str) -> bool:
        """Are these a few words with a verb in them, as a reason has? All are words that we know:
        a command's words are not shown to a worker, and a strange one may matter to them."""
        tokens = normal(said.split(" "), self.short)
        few = len(tokens) <= MOST_OF_A_REASON and self.known.issuperset(tokens)
        banned = any(f"-{token}" in self.reasons for token in tokens)
        return few and not banned and not self.reasons.isdisjoint(tokens)

    def _mended(self, tokens: Sequence[str], strange: Sequence[int]) -> Said | None:
        """With each strange word taken for one drawn out (`whyy`) or a slip of one that we know.
        A single word that is left is only asked about."""
        drawn_out = [once(token) if n in strange else token for n, token in enumerate(tokens)]
        if self.known.issuperset(drawn_out) and (whole := self._whole(drawn_out, phrases=1)):
            return Said(tuple(whole[0]))
        found: dict[str, Said] = {}
        for mended in self._variants(tokens, strange):
            whole = self._whole(mended, phrases=1) if self._could(mended) else None
            if whole and (len(whole[1]) > 1 or whole[1][0] in self.targets):
                found[whole[0][0].name] = Said(tuple(whole[0]), slip=len(whole[1]) == 1)
        return found.popitem()[1] if len(found) == 1 else None

    def _variants(self, tokens: Sequence[str], strange: Sequence[int]) -> Iterator[list[str]]:
        meant = [list(self.slips.of(tokens[place])) for place in strange]
        for words in islice(product(*meant), MOST_VARIANTS):
            mended = list(tokens)
            for place, word in zip(strange, words, strict=True):
                mended[place] = word
            yield mended

    def _whole(
        self, tokens: Sequence[str], phrases: int = MOST_PHRASES
    ) -> tuple[Ways, Sequence[str]] | None:
        """The longest phrase that the message is, once the pieces around it are taken off; or
        phrases that say the same, one after the other."""
        starts, size = self._cuts(tokens, "wishes"), len(tokens)
        ends: dict[int, bool] = {}
        best: tuple[Ways, Sequence[str]] | None = None
        begun: list[tuple[int, Ways]] = []
        for start in sorted(starts):
            for end, ways in self.net.walk(tokens, start):
                fit = [way for way in ways if way.wish >= starts[start]]
                begun.append((end, fit))
                ends = ends or self._cuts(tokens, "objects", backwards=True)
                if size - end in ends and (best is None or end - start > len(best[1])):
                    about = ends[size - end]
                    if fit := [way for way in fit if way.about >= about]:
                        best = _sorted(fit), tokens[start:end]
        return best or (self._chained(tokens, begun, phrases - 1) if phrases > 1 else None)

    def _chained(
        self, tokens: Sequence[str], begun: Iterable[tuple[int, Ways]], phrases: int
    ) -> tuple[Ways, Sequence[str]] | None:
        """`stop i am done`: what both the beginning and all that follows it say."""
        for end, ways in begun:
            for cut, about in self._cuts(tokens[end:], "objects").items():
                rest = tokens[end + cut :]
                if not rest or rest[0] not in self.firsts:
                    continue
                if follows := self._whole(rest, phrases):
                    fit = [way for way in ways if way.about >= about]
                    if both := _both(fit, follows[0]):
                        return both, tokens
        return None

    def _cuts(
        self, tokens: Sequence[str], also: str, *, backwards: bool = False
    ) -> dict[int, bool]:
        """Where the phrase may begin, and whether a piece of `also` was taken off before it."""
        step, edges = (-1, self.ends) if backwards else (1, self.begins)
        tokens = tokens[::step]
        found, waiting = {0: False}, [0]
        while waiting:
            start = waiting.pop()
            if start < len(tokens) and tokens[start] not in edges:
                continue
            for end in range(start + 1, min(start + LONGEST_PIECE, len(tokens)) + 1):
                kinds = self.pieces.get(" ".join(tokens[start:end][::step]))
                if kinds and (kinds & ROUND or also in kinds):
                    marked = found[start] or not kinds & ROUND
                    if end not in found or (found[end] and not marked):
                        found[end] = marked
                        waiting.append(end)
        return found


def _sorted(ways: Iterable[Way]) -> Ways:
    return sorted(set(ways), key=lambda way: (way.rank, not way.unsure, not way.alone))


def _both(first: Iterable[Way], then: Iterable[Way]) -> Ways:
    """What is surely said twice."""
    names = {way.name for way in then if not way.unsure}
    return _sorted(way for way in first if way.name in names and not way.unsure)


@lru_cache(maxsize=32)
def sayings(words: Phrases, catalogue: Catalogue) -> Sayings:
    """The sayings of a language."""
    return _made_ready(WordLists(words, catalogue))


@lru_cache(maxsize=8)
def _made_ready(lists: WordLists) -> Sayings:
    """Equal lists are made ready once, in whichever Phrases and Catalogue they stand."""
    short, net = lists.short(), Net()
    own: dict[str, set[str]] = {}
    for rank, (name, text) in enumerate(lists.says()):
        for item in listed(text):
            slots = lists.slots(item, short)
            net.add(slots, _way(rank, name, item))
            own.setdefault(name, set()).update(
                word for slot in slots for one in slot for word in one
            )
    pieces = lists.pieces(short)
    words_of = net.words() | {word for piece in pieces for word in piece.split(" ")}
    targets = {fold(text) for text in [*lists.taught(), *lists.fragment("mended")]}
    about = _hearts(lists, short, own)
    known = words_of.union(*about.words.values(), map(fold, lists.fragment("not_typos")))
    begins = frozenset(piece.split(" ")[0] for piece in pieces)
    ends = frozenset(piece.split(" ")[-1] for piece in pieces)
    return Sayings(
        net,
        about,
        pieces,
        begins,
        ends,
        begins | net.firsts(),
        ends | net.lasts(),
        short,
        frozenset(known),
        slips(words_of),
        frozenset(targets),
        frozenset(lists.fragment("reasons")),
    )


def _hearts(
    lists: WordLists, short: Mapping[str, tuple[str, ...]], own: Mapping[str, set[str]]
) -> Hearts:
    """The hearts of each command, and beside its own words those that may stand around it."""
    around = {word for piece in lists.pieces(short) for word in piece.split(" ")}
    around |= lists.glue(short)
    words = {name: frozenset(around | said | lists.beside(name)) for name, said in own.items()}
    found = (
        Heart(Way(0, name, unsure), needs, bans)
        for name in own
        for unsure, needs, bans in lists.hearts(name, short, words[name])
    )
    return hearts(found, words)


def _way(rank: int, name: str, item: str) -> Way:
    marks = item[: len(item) - len(item.lstrip(MARKS))]
    unsure, alone = not {"~", "^"}.isdisjoint(marks), "^" in marks
    return Way(rank, name, unsure, alone, "<" in marks, item.endswith(">"))
