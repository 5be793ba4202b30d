"""The walk over an intake: every kind of conversation times everything that may happen to it."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.check import (
    promises_caring,
    promises_done,
    promises_hard,
    promises_kept,
    promises_plain,
    promises_quiet,
    promises_rights,
)
from bot.check.alphabet import WAITS, Alphabet
from bot.check.finding import Finding
from bot.check.probes import Probe
from bot.check.promises import PROMISES, broken_by_error
from bot.check.signs import HARDEST, with_signs
from bot.check.transcripts import transcript
from bot.check.walk import Endless, Walker
from bot.check.walk_kinds import FAR, Kinds
from bot.check.walk_node import Act, Heard, Node, Respond
from bot.check.walk_small import cut
from bot.conversation.channel import TRAITS
from bot.conversation.engine import respond as shipped
from bot.conversation.model import World
from bot.conversation.reminding import DELETION  # comes once, by its date

# Brought in for their promises.
MODULES = (
    promises_caring,
    promises_done,
    promises_hard,
    promises_kept,
    promises_plain,
    promises_quiet,
    promises_rights,
)

Enough: TypeAlias = "Callable[[Finding], bool] | None"
NOT_COVERED = (
    "Walked: every way through, with every word, choice, silence and delivery at each step. Of the "
    "answers only what a decision looks at is told apart; how fast somebody writes, how long ago "
    "the words SKIP and PAUSE were shown, and more departures than are named here are not covered."
)
LONGEST = max(WAITS.values())
# A walk stops after so many events, on every machine alike: no count of seconds decides what is
# found. What ships takes 131 000 at most; 108 questions (see docs/flows.md) stay below it too.
MOST_EVENTS = 1_000_000


@dataclass(slots=True)
class Exploration:
    """What a walk found. `states` kinds of conversation, `steps` events; `covered` says in plain
    sentences what was walked, within which bounds, and what was not; `cut_off` where the most
    events were walked before the end came."""

    findings: list[Finding] = field(default_factory=list)
    states: int = 0
    steps: int = 0
    covered: list[str] = field(default_factory=list)
    cut_off: list[str] = field(default_factory=list)

    def __add__(self, other: Exploration) -> Exploration:
        """Both walks together; what both found is told once, by its shorter transcript."""
        best: dict[tuple[str, str], Finding] = {}
        for one in sorted([*self.findings, *other.findings], key=lambda f: len(f.transcript)):
            best.setdefault((one.rule, one.what), one)
        return Exploration(
            list(best.values()),
            self.states + other.states,
            self.steps + other.steps,
            [*self.covered, *other.covered],
            [*self.cut_off, *other.cut_off],
        )


def explore(
    world: World,
    language: str,
    channel: str,
    *,
    most_events: int = MOST_EVENTS,
    respond: Respond = shipped,
) -> Exploration:
    """Walk an intake breadth first in one language on one channel, and hold every turn against
    the promises: the whole intake with one departure from the way through, and the same cut to a
    few questions with two (in the service's first language). Each of them stops after
    `most_events`, and says so."""
    world = with_signs(world)
    whole = walk(Walker(world, language, channel, respond), 1, most_events, "the whole intake")
    if language != world.service.languages[0]:  # the same steps in other words
        return whole
    short = with_signs(cut(world), HARDEST)
    return whole + walk(Walker(short, language, channel, respond), 2, most_events, "cut short")


def explore_all(world: World, *, most_events: int = MOST_EVENTS) -> Exploration:
    """`explore` in every language that there is on every channel, on as many processors as
    there are. The bound is for each walk."""
    world = with_signs(world)  # what finds cues stays here: it is large
    pairs = [(language, channel) for channel in TRAITS for language in world.catalogues]
    # Nearly all that a walk makes stays: looking for garbage in it finds none, and takes its time.
    with ProcessPoolExecutor(initializer=gc.disable) as pool:
        going = [pool.submit(explore, world, *pair, most_events=most_events) for pair in pairs]
        found = [one.result() for one in going]
    total = Exploration(covered=[NOT_COVERED])
    for one in found:
        total += one
    return total


def walk(
    walker: Walker, detours: int, most_events: int, name: str, enough: Enough = None
) -> Exploration:
    """Walk one intake, through at most so many events. `detours` is how often a conversation may
    leave the way through: whatever is not an answer to what is asked leaves it once. The walk
    ends early with a finding that is `enough`."""
    one = _Walk(walker, detours, most_events, enough)
    one.run()
    return one.result(name)


class _Walk:
    def __init__(self, walker: Walker, detours: int, most: int, enough: Enough = None) -> None:
        self.walker, self.detours, self.most = walker, detours, most
        self.enough, self.ended = enough, False
        self.kinds = Kinds(walker.world)
        self.alphabets: dict[str, Alphabet] = {}
        self.seen: dict[Hashable, int] = {}
        self.waiting: deque[Node] = deque()
        self.broken: dict[tuple[str, str], Finding] = {}

    def run(self) -> None:
        self._meet(self.walker.begin())
        while self.waiting and self.walker.steps < self.most and not self.ended:
            node = self.waiting.popleft()
            for act in self._alphabet(node).acts(node):
                if node.detours + act.cost <= self.detours:
                    self._step(node, act)
            if not node.detours:
                self._probe(node)

    def _alphabet(self, node: Node) -> Alphabet:
        language = node.conversation.language
        if language not in self.alphabets:
            walker = self.walker
            self.alphabets[language] = Alphabet(walker.world, language, walker.channel)
        return self.alphabets[language]

    def _step(self, node: Node, act: Act) -> None:
        try:
            after, heard = self.walker.act(node, act)
        except Endless as error:
            self._breaks(node, (act,), "R-E10", str(error))
        except Exception as error:  # whatever it is, a person would get no answer
            self._breaks(node, (act,), *broken_by_error(error))
        else:
            for one in heard:
                self._hold(node, (act,), one)
            if act.wait >= LONGEST and (left := after.timers.keys() - {DELETION, *FAR}):
                self._breaks(node, (act,), "R-E10", f"{min(left)} is still to come due")
            self._meet(after)
            self._soon(node, act, after)

    def _soon(self, node: Node, act: Act, after: Node) -> None:
        """One more text in a burst. Where it leads to is known: where the whole answer does."""
        for more in self._alphabet(after).soon(after):
            for one in self.walker.act(after, more)[1]:
                self._hold(node, (act, more), one)

    def _probe(self, node: Node) -> None:
        try:
            for shown in Probe(self.walker, self._alphabet(node), node).all():
                for one in shown.heard:
                    self._hold(node, shown.acts, one)
                if shown.rule:
                    self._breaks(node, shown.acts, shown.rule, shown.what)
        except Exception as error:  # the walk itself meets it too, and says where
            self._breaks(node, (), *broken_by_error(error))

    def _hold(self, node: Node, acts: tuple[Act, ...], heard: Heard) -> None:
        for promise in PROMISES:
            if what := promise.broken(heard, self.walker.world):
                self._breaks(node, acts, promise.rule, what)

    def _breaks(self, node: Node, acts: tuple[Act, ...], rule: str, what: str) -> None:
        known = self.broken.get((rule, what))
        if known and len(known.transcript) <= 2 * (node.depth + len(acts)):
            return
        where = f"{self.walker.channel} {self.walker.language}: {_place(node)}"
        lines = transcript(self.walker, [*node.acts(), *acts])
        if known is None or len(lines) < len(known.transcript):
            self.broken[rule, what] = found = Finding(rule, where, what, lines)
            self.ended = self.ended or bool(self.enough and self.enough(found))

    def _meet(self, node: Node) -> None:
        """A node of a new kind, or met with fewer detours, waits for its turn."""
        kind = self.kinds.of(node)
        if self.seen.get(kind, self.detours + 1) > node.detours:
            self.seen[kind] = node.detours
            self.waiting.append(node)

    def result(self, name: str) -> Exploration:
        count = sum(1 for _ in self.walker.world.flow.questions)
        walked = f"{self.walker.channel} {self.walker.language}, {name} ({count} questions)"
        lines = [
            f"{walked}: {len(self.seen)} kinds of conversation, {self.walker.steps} events, "
            f"every way through with at most {self.detours} departures from it."
        ]
        left = f"{walked}: stopped after {self.most} events; {len(self.waiting)} kinds were left."
        broken, cut_off = (
            list(self.broken.values()),
            [left] if self.waiting and not self.ended else [],
        )
        return Exploration(broken, len(self.seen), self.walker.steps, lines, cut_off)


def _place(node: Node) -> str:
    position = node.conversation.position
    parts = [node.conversation.standing, position.place, position.id, *node.conversation.over]
    return " ".join(part for part in parts if part)
