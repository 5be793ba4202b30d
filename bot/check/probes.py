"""Promises that take more than one turn: tried from each kind of conversation on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from bot.check.alphabet import Alphabet
from bot.check.promises import state
from bot.check.promises_quiet import HARDEST
from bot.check.walk import Walker
from bot.check.walk_node import Act, Heard, Node
from bot.conversation.channel import TRAITS
from bot.conversation.model import Conversation, Moved, Position
from bot.conversation.still_safe import OVER

AWAY = {
    "1 hour later": timedelta(hours=1),
    "1 day later": timedelta(days=1),
    "29 days later": timedelta(days=29),
}
REPEATED = ("words", "number", "media")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a probe did, what it met on the way, and the rule that it shows broken, if any."""

    acts: tuple[Act, ...]
    heard: tuple[Heard, ...] = ()
    rule: str = ""
    what: str = ""


class Probe:
    """Plays a few acts from a node."""

    def __init__(self, walker: Walker, alphabet: Alphabet, node: Node) -> None:
        self.walker, self.alphabet, self.start = walker, alphabet, node

    def all(self) -> Iterator[Shown]:
        conversation = self.start.conversation
        free = conversation.holder == "assistant" and not conversation.blocked
        if free and not conversation.over and conversation.agreed:
            yield from self._pauses()
            yield from self._goes_back()
        yield from self._repeats()
        yield from self._moves()

    def _moves(self) -> Iterator[Shown]:
        """Another number or channel, and everything that was said is there."""
        node, other = self.start, next(name for name in TRAITS if name != self.walker.traits.name)
        given = (self.walker.world, node.conversation, Moved(other), node.now)
        if state(self.walker.respond(*given).conversation) != state(node.conversation):
            act = Act("~ they write from elsewhere", "news", Moved(other))
            yield Shown((act,), (), "R-S11", "from elsewhere, what was said is not there")

    def _play(self, acts: list[Act]) -> tuple[Node, list[Heard]]:
        node, heard = self.start, list[Heard]()
        for act in acts:
            node, more = self.walker.act(node, act)
            heard += more
        return node, heard

    def _pauses(self) -> Iterator[Shown]:
        """PAUSE, a time away, a greeting, a yes: it goes on where it was."""
        if self.start.conversation.standing not in ("asking", "reviewing"):
            return
        for line, span in AWAY.items():
            acts = [self.alphabet.command("pause"), Act(f"~ {line}", "wait", wait=span)]
            acts += [self.alphabet.greeting, self.alphabet.says("1", "choice", "yes")]
            node, heard = self._play(acts)
            if _bookmark(node.conversation) != _bookmark(self._comes_back_to()):
                what = "after a pause it does not go on at the same place"
                yield Shown(tuple(acts), tuple(heard), "R-S6", what)
            else:
                yield Shown(tuple(acts), tuple(heard))

    def _comes_back_to(self) -> Conversation:
        """The same place; before what is hardest, the offer that says what it is about."""
        conversation, flow = self.start.conversation, self.walker.world.flow
        here = conversation.position
        phases = [p for p in flow.phases if here.id in {q.id for q in p.questions}]
        question = flow.question(here.id)
        if here.place != "question" or not question or question.sensitivity < HARDEST:
            return conversation
        return replace(conversation, position=Position("offer", phases[0].id))

    def _goes_back(self) -> Iterator[Shown]:
        """BACK again and again comes to every earlier question, each in its turn."""
        conversation, flow = self.start.conversation, self.walker.world.flow
        if conversation.standing not in ("asking", "reviewing", "ended"):
            return
        way = [question.id for question in flow.path(conversation)]
        here = conversation.position.id
        earlier = way[: way.index(here)] if here in way else way
        expected = [id for id in reversed(earlier) if id in conversation.answers]
        if conversation.position.place in ("edit", "choice", "offer"):
            return
        node, acts, met = self.start, list[Act](), list[str]()
        for _ in range(len(way) + 3):
            acts.append(self.alphabet.command("back"))
            node, _heard = self.walker.act(node, acts[-1])
            if node.conversation.position.place == "question":
                met.append(node.conversation.position.id)
        if met[: len(expected)] != expected:
            lost = next(i for i, id in enumerate(expected) if met[i : i + 1] != [id])
            what = f"BACK does not come to {expected[lost]}"
            yield Shown(tuple(acts[: lost + 2]), (), "R-S7", what)

    def _repeats(self) -> Iterator[Shown]:
        """What is not understood, sent again."""
        for act in self.alphabet.acts(self.start):
            if act.sort in REPEATED or act.name == "stale":
                after, _ = self.walker.act(self.start, act)
                _, heard = self.walker.act(after, act)
                yield Shown((act, act), tuple(heard))


def _bookmark(conversation: Conversation) -> tuple[object, ...]:
    c = conversation
    over = tuple(over for over in c.over if over != OVER)  # asked once on the way back
    return (c.standing, c.position, dict(c.answers), dict(c.opened), c.share, over)
