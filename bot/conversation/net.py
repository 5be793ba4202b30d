"""Many phrases with alternatives as one net of words, walked word by word.

Written out in full the phrases would be hundreds of thousands; the net has one step for each word
of each alternative, and is walked from one word of a message to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

ANY: Final = "_"  # on the net: any one word
STOP: Final = "."  # in a text: where a sentence ends, which is no word
NOT_ANY = frozenset([STOP, "not", "never", "no", "nunca"])  # a word that turns a phrase round


@dataclass(frozen=True, slots=True)
class Way:
    """What a phrase says: the command `name`; `wish` and `about` tell what may stand around it;
    `alone` that an unsure one is sure where nothing is asked. Of two ways that fit the lower
    `rank` counts."""

    rank: int
    name: str
    unsure: bool = False
    alone: bool = False
    wish: bool = False
    about: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Some places at once, where a walk may stand: what has been said there, the words that lead
    on, and where they led when they were first said (words of our own lists, never others)."""

    ways: tuple[Way, ...]
    ahead: dict[str, list[int]]
    onward: dict[str, Standing] = field(default_factory=dict)


Slot = Sequence[Sequence[str]]  # alternatives, each some words; an empty one may be left out


@dataclass(slots=True)
class Net:
    """Places with the words that lead on from them, and what has been said where a phrase ends.
    The first place is the beginning of all phrases. It is walked only once it is whole."""

    steps: list[dict[str, list[int]]] = field(default_factory=lambda: [{}])
    ends: dict[int, Way] = field(default_factory=dict)
    standings: dict[frozenset[int], Standing] = field(default_factory=dict)

    def add(self, slots: Sequence[Slot], way: Way) -> None:
        """Add the phrases that these slots stand for, one after the other."""
        here = [0]
        for slot in slots:
            after = self.place()
            for words in filter(None, slot):
                self._chain(here, words, after)
            here = [*here, after] if not all(slot) else [after]
        for place in here:
            if place:
                self.end(place, way)

    def place(self) -> int:
        """A new place, which no word leads to yet."""
        self.steps.append({})
        return len(self.steps) - 1

    def lead(self, here: Iterable[int], word: str, to: int) -> None:
        """Let a word lead from each of some places to another one."""
        for place in here:
            self.steps[place].setdefault(word, []).append(to)

    def end(self, place: int, way: Way) -> None:
        """What has been said where a phrase ends at a place."""
        self.ends.setdefault(place, way)

    def _chain(self, here: Iterable[int], words: Sequence[str], after: int) -> None:
        for number, word in enumerate(words, start=1):
            to = after if number == len(words) else self.place()
            self.lead(here, word, to)
            here = [to]

    def walk(self, tokens: Sequence[str], start: int) -> Iterator[tuple[int, tuple[Way, ...]]]:
        """Each place in the message where a phrase from `start` on ends, and what it says."""
        here = self._standing(frozenset([0]))
        for end in range(start, len(tokens)):
            to = here.onward.get(tokens[end]) or self._onward(here, tokens[end])
            if not to:
                return
            here = to
            if here.ways:
                yield end + 1, here.ways

    def _onward(self, here: Standing, word: str) -> Standing | None:
        named, any_one = here.ahead.get(word, ()), here.ahead.get(ANY, ())
        if word in NOT_ANY or not any_one:
            any_one = ()
        elif not named and (found := here.onward.get(ANY)):
            return found
        if not named and not any_one:
            return None
        found = self._standing(frozenset([*named, *any_one]))
        here.onward[word if named else ANY] = found
        return found

    def _standing(self, places: frozenset[int]) -> Standing:
        if not (found := self.standings.get(places)):
            ahead: dict[str, list[int]] = {}
            for place in places:
                for word, to in self.steps[place].items():
                    ahead.setdefault(word, []).extend(to)
            ways = {self.ends[place] for place in places if place in self.ends}
            found = Standing(
                tuple(sorted(ways, key=lambda way: (way.rank, not way.unsure, not way.alone))),
                ahead,
            )
            self.standings[places] = found
        return found

    def words(self) -> set[str]:
        """All words on the net."""
        return {word for step in self.steps for word in step}

    def firsts(self) -> set[str]:
        """The words that phrases begin with."""
        return set(self.steps[0])

    def lasts(self) -> set[str]:
        """The words that phrases end with."""
        steps = ((word, places) for step in self.steps for word, places in step.items())
        return {word for word, places in steps if any(place in self.ends for place in places)}
