"""The notation in which the cue files name phrases, laid into a net of words.

It is that of the desk's word lists (`desk/phrasing.py`), and walked as the ways of saying a command
are (`bot/conversation/net.py`):

    (is|was) not      either, then a word        want to? die       a word that may be missing
    [pills]           any item of a list         took .. pills      up to three words between
    his _ words       any one word
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from bot.conversation.net import ANY, Net, Way

MOST_BETWEEN = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of some ways, each a sequence of words and choices; it may be left out if `optional`."""

    ways: tuple[Sequence_, ...]
    optional: bool = False


Sequence_ = tuple["str | Choice", ...]
GAP = Choice(((ANY,),), optional=True)
Lists = Mapping[str, Choice]


@dataclass
class Phrases:
    """Reads phrases that may name `lists`; `plain` makes a written word the words it is read as."""

    lists: Lists
    plain: Callable[[str], Sequence[str]]

    def read(self, text: str) -> Sequence_:
        """Raises `KeyError` for a list that is not there, `ValueError` for unmatched brackets."""
        found, rest = self._sequence(text)
        if rest:
            raise ValueError(f"{text!r} can't be read before {rest!r}")
        return found

    def _sequence(self, rest: str) -> tuple[Sequence_, str]:
        found: list[str | Choice] = []
        while (rest := rest.lstrip()) and rest[0] not in "|)":
            if rest.startswith(".."):
                found += [GAP] * MOST_BETWEEN
                rest = rest[2:]
                continue
            ways, rest = self._element(rest)
            if rest.startswith("?"):
                found.append(Choice(ways, optional=True))
                rest = rest[1:]
            else:
                found += ways[0] if len(ways) == 1 else (Choice(ways),)
        return tuple(found), rest

    def _element(self, rest: str) -> tuple[tuple[Sequence_, ...], str]:
        if rest[0] == "(":
            return self._either(rest[1:])
        if rest[0] == "[":
            name, closed, rest = rest[1:].partition("]")
            if not closed:
                raise ValueError(f"[{name} has no end")
            return self.lists[name].ways, rest
        end = min((at for sign in " |)?" if (at := rest.find(sign)) >= 0), default=len(rest))
        word = rest[:end]
        return ((ANY,) if word == "_" else tuple(self.plain(word)),), rest[end:]

    def _either(self, rest: str) -> tuple[tuple[Sequence_, ...], str]:
        ways: list[Sequence_] = []
        while True:
            one, rest = self._sequence(rest)
            ways.append(one)
            if not rest:
                raise ValueError("a bracket has no end")
            sign, rest = rest[0], rest[1:]
            if sign == ")":
                return tuple(ways), rest


def lists(texts: Mapping[str, str], plain: Callable[[str], Sequence[str]]) -> dict[str, Choice]:
    """Read lists of words with commas between; each may name those before it. Raises as
    `Phrases.read` does."""
    read: dict[str, Choice] = {}
    for name, text in texts.items():
        made = Phrases(read, plain)
        read[name] = Choice(tuple(made.read(item.strip()) for item in text.split(",")))
    return read


def single_words(choice: Choice) -> Iterator[str]:
    """The items of a list that are one word."""
    for way in choice.ways:
        if len(way) == 1:
            yield from (way[0],) if isinstance(way[0], str) else single_words(way[0])


def lay(net: Net, phrase: Sequence_, way: Way) -> None:
    """Add a phrase to a net, the beginning of which is its first place."""
    here = [0]
    for part in phrase:
        after = net.place()
        optional = isinstance(part, Choice) and part.optional
        _lay(net, here, part, after)
        here = [*here, after] if optional else [after]
    for place in here:
        if place:
            net.end(place, way)


def _lay(net: Net, here: Sequence[int], part: str | Choice, after: int) -> None:
    if isinstance(part, str):
        net.lead(here, part, after)
        return
    for way in part.ways:
        for parts in _without_some(way):
            places = here
            for number, one in enumerate(parts, start=1):
                to = after if number == len(parts) else net.place()
                _lay(net, places, one, to)
                places = [to]


def _without_some(way: Sequence_) -> Iterator[Sequence_]:
    """A way with and without each of the parts that may be missing."""
    optional = [n for n, part in enumerate(way) if isinstance(part, Choice) and part.optional]
    for chosen in product((True, False), repeat=len(optional)):
        left = {n for n, there in zip(optional, chosen, strict=True) if not there}
        yield tuple(part for n, part in enumerate(way) if n not in left)
