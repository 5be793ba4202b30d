"""One conversation at a time, walked by hand: an act, what the engine makes of it, the next node.

A node holds a conversation as it really came about, so whatever is found at it is real, and its
parents are the transcript that shows it; `walk_kinds` says what tells two apart. Time enters as
what has passed since the person last wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.check.walk_node import START, Act, Heard, Node, Respond
from bot.conversation import own_copy
from bot.conversation.channel import TRAITS, Traits
from bot.conversation.effects import Timer
from bot.conversation.engine import respond as shipped
from bot.conversation.model import (
    Conversation,
    CopyMade,
    Delivered,
    Due,
    Event,
    Failed,
    Rendered,
    Say,
    Turn,
    World,
    Wrote,
)
from bot.conversation.render import render, taught

BETWEEN = timedelta(minutes=1)
TOLD_LATE = frozenset(("late", "late_answer"))
RESTS = frozenset({"break_offer", "paused", "stopped", "resume", "resume_kept", "resume_go"})
# What comes of a wish for a copy: the sizes of pieces, and of how many they are the first.
PIECES: Mapping[str, tuple[int, ...]] = {
    "here": (90, 90, 90),
    "looks": (90,),
    "link": (90,),
    "more": (90,),
}
COUNT: Mapping[str, int] = {"here": 4, "looks": 1, "link": 1, "more": 1}
MOST_DUE = 12  # timers that come due in one silence: more of them never come to rest

FAILURES: Mapping[str, Event] = {
    "nothing arrives": Failed("x"),
    "no delivery news": Delivered("x", "sent"),
    "it may have been sent": Delivered("x", "tried"),
    "they can't be reached": Failed("x", "unreachable"),
    "they closed this contact": Failed("x", "stopped"),
}


class Endless(Exception):
    """Timers alone go on and on."""


@dataclass(slots=True, eq=False)
class Walker:
    """Plays acts against an engine in one world, language and channel."""

    world: World
    language: str
    channel: str
    respond: Respond = shipped
    rendered: dict[object, tuple[Rendered, ...]] = field(default_factory=dict)
    steps: int = 0
    words: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.words = taught(self.world, self.language, self.traits)

    @property
    def traits(self) -> Traits:
        return TRAITS[self.channel]

    def begin(self) -> Node:
        return Node(Conversation(channel=self.channel, language=self.language))

    def act(self, node: Node, act: Act) -> tuple[Node, list[Heard]]:
        """The node after an act, and each event of it. Raises `Endless`, and what the engine
        raises."""
        run = _Run(self, node, act)
        if act.sort == "wait":
            run.silence(act.wait)
        elif act.sort == "news":
            run.news()
        elif act.wait:
            run.soon(act.wait)
        else:
            run.now += BETWEEN
            event = act.event or Wrote()
            run.hear(replace_message(event, f"m{node.depth}"))
        return run.node(), run.heard

    def with_copy(self, turn: Turn, now: datetime) -> Turn:
        """What was wanted of a copy is there: more than is said at once, then the rest of it."""
        if not (asked := own_copy.wanted(turn)):
            return turn
        made = CopyMade(asked.way, "c", PIECES[asked.way], 0, COUNT[asked.way])
        return own_copy.together(turn, self.respond(self.world, turn.conversation, made, now))

    def messages(self, conversation: Conversation, turn: Turn) -> tuple[Rendered, ...]:
        """What the turn says as messages, remembered: the same things are said a thousand times."""
        if not turn.says:
            return ()
        day = (conversation.last_wrote or START).date()
        says = tuple(_print(say) for say in turn.says)
        plain = conversation.discreet
        key = (conversation.language, conversation.channel, plain, day, says)
        if key not in self.rendered:
            traits = TRAITS[conversation.channel]
            self.rendered[key] = render(self.world, conversation, turn.says, traits)
        return self.rendered[key]


def _print(say: Say) -> tuple[object, ...]:
    values = tuple(say.values.items())
    return (say.key, say.text, values, say.options, say.offers, say.prompted, say.own_message)


def replace_message(event: Event, message: str) -> Event:
    """The event under the id of a message, where it is one."""
    if not isinstance(event, Wrote):
        return event
    return Wrote(event.text, event.choice, event.media, message)


class _Run:
    """One act being played."""

    def __init__(self, walker: Walker, node: Node, act: Act) -> None:
        self.walker, self.start, self.action = walker, node, act
        self.conversation, self.now = node.conversation, node.now
        self.timers, self.spoke, self.unasked = dict(node.timers), node.spoke, node.unasked
        self.asked = node.asked
        self.raw = node.raw
        self.buttons = node.buttons
        self.heard: list[Heard] = []

    def hear(self, event: Event) -> None:
        """One event through the engine; what it says then arrives."""
        before = self.conversation
        walker = self.walker
        walker.steps += 1
        turn = walker.with_copy(walker.respond(walker.world, before, event, self.now), self.now)
        self.conversation = turn.conversation
        messages = walker.messages(turn.conversation, turn)
        quiet = self.now - (before.last_wrote or self.now)
        self._count(turn)
        counted = (self.spoke, self.unasked, len(self.asked))
        self.heard.append(
            Heard(before, event, turn, messages, self.action, self.now, quiet, *counted)
        )
        for effect in turn.effects:
            if isinstance(effect, Timer):
                self.timers.pop(effect.name, None)
                if effect.due_at:
                    self.timers[effect.name] = effect.due_at
        if messages:
            self._arrives(turn, messages)

    def _count(self, turn: Turn) -> None:
        """New questions since the person sat down, a break was offered or they left."""
        for say in turn.says:
            if say.key in RESTS or say.key.startswith("offer"):
                self.asked = ()
            elif say.key.startswith("ask.") and say.key not in self.asked:
                self.asked = (*self.asked, say.key)

    def _arrives(self, turn: Turn, messages: tuple[Rendered, ...]) -> None:
        # That we are late with a promise is no reminder, and has to be said.
        if not all(
            message.prompted or not TOLD_LATE.isdisjoint(message.said) for message in messages
        ):
            self.spoke, self.unasked = self.now, self.unasked + 1
        self.raw = turn.conversation
        self.buttons = {b.code: b.label for m in messages for b in m.buttons}
        walker, said = self.walker, tuple(key for m in messages for key in m.said)
        news = Delivered("x", said=said)
        self.conversation = walker.respond(
            walker.world, turn.conversation, news, self.now
        ).conversation

    def silence(self, wait: timedelta) -> None:
        until, count = self.now + wait, 0
        while due := [(at, name) for name, at in self.timers.items() if at <= until]:
            at, name = min(due)
            del self.timers[name]
            self.now = max(self.now, at)
            self.hear(Due(name))
            count += 1
            if count > MOST_DUE:
                raise Endless(f"the timer {name!r} comes due again and again")
        self.now = until
        self.raw = None

    def soon(self, wait: timedelta) -> None:
        """They write again before what we say to the first text goes out."""
        first, event = self.start.act, self.action.event
        if self.raw is None or first is None or not isinstance(first.event, Wrote):
            return
        self.conversation, self.now = self.raw, self.now + wait
        if isinstance(event, Wrote):
            message = f"m{self.start.depth}"
            so_far = (first.event.text,)
            self.hear(Wrote(event.text, message=message, so_far=so_far, unsent=True))

    def news(self) -> None:
        """What we said last had another fate than to arrive: none at all without an event."""
        raw, event = self.raw, self.action.event
        if raw is None:
            return
        self.conversation, self.raw = raw, None
        said = raw.said
        if isinstance(event, Delivered):
            self.hear(Delivered(event.message, event.stage, said=said))
        elif isinstance(event, Failed):
            self.hear(Failed(event.message, event.why, said=said))

    def node(self) -> Node:
        return Node(
            self.conversation,
            self.now,
            self.timers,
            self.raw,
            self.buttons,
            self.spoke,
            self.unasked,
            self.asked,
            self.start,
            self.action,
            self.start.depth + 1,
            self.start.detours + self.action.cost,
        )
