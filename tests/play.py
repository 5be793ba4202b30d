"""Plays a conversation through the core, without a store: the engine, the words, a clock by hand.

Used by the transcripts and by property tests. A transcript reads as a conversation:

    # sms en: what it is about     `# sms en, has said yes: ...` begins at the first question
    > the person writes            > [Skip]   the person presses a button
    < what we say, one line a message
    ~ 3 days later                 time passes, and what comes due happens
    ~ they write fast              ten seconds from one message of theirs to the next, not a minute
    ~ nothing arrives              what we say next does not arrive (until `~ messages arrive`)
    ~ no delivery news             what we say next is sent, and no more is heard of it
    = what the store recorded
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from bot.conversation.channel import TRAITS
from bot.conversation.effects import (
    Agreed,
    Answered,
    AsideKept,
    Asked,
    Effect,
    Filed,
    Forget,
    HandOver,
    Reach,
    TakeBack,
    Timer,
)
from bot.conversation.engine import respond
from bot.conversation.model import (
    QUOTE_CLOSE,
    QUOTE_OPEN,
    Conversation,
    Delivered,
    Due,
    Event,
    Failed,
    Rendered,
    World,
    Wrote,
)
from bot.conversation.render import render

START = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)  # a Thursday
SPANS = {"minute": 60, "hour": 3600, "day": 86400}
_QUOTE = re.compile(f"{QUOTE_OPEN}(.*?){QUOTE_CLOSE}")


class Play:
    """One person and us. `lines` is the transcript so far."""

    def __init__(self, world: World, channel: str = "sms", language: str = "en") -> None:
        self.world = world
        self.conversation = Conversation(channel=channel, language=language)
        self.now = START
        self.lines: list[str] = []
        self.words: dict[str, str] = {}
        self.timers: dict[str, datetime] = {}
        self.sent: list[Rendered] = []
        self.effects: list[Effect] = []
        self.filed: dict[str, str] = {}
        self.buttons: dict[str, str] = {}  # the code of the last button of each label
        self.delivery = "delivered"
        self.read_in_time = True  # what is handed over
        self.between = timedelta(minutes=1)  # from one message of theirs to the next

    def says(self, text: str) -> list[str]:
        """The person writes, or presses a button given as `[Label]`; what we answer."""
        self.lines.append(f"> {text}")
        self.now += self.between
        message = f"m{len(self.words)}"
        self.words[message] = text
        pressed = re.fullmatch(r"\[(.+)\]", text)
        if pressed:
            return self.feed(Wrote(choice=self.buttons[pressed[1]], message=message))
        return self.feed(Wrote(text=text, message=message))

    def later(self, seconds: int, label: str) -> None:
        """Time passes; each timer that comes due is heard at its own moment."""
        self.lines.append(f"~ {label}")
        until = self.now + timedelta(seconds=seconds)
        while due := [(at, name) for name, at in self.timers.items() if at <= until]:
            at, name = min(due)
            del self.timers[name]
            self.now = max(self.now, at)
            if name != "late" or not self.read_in_time:
                self.feed(Due(name))
        self.now = until

    def feed(self, event: Event) -> list[str]:
        """Hear one event; the texts that we say to it."""
        turn = respond(self.world, self.conversation, event, self.now)
        self.conversation = turn.conversation
        if isinstance(event, Wrote):
            kinds = [e.kind for e in turn.effects if isinstance(e, Filed)]
            self.filed[event.message] = kinds[0]
        self.effects.extend(turn.effects)
        for effect in turn.effects:
            self._happens(effect)
        messages = render(
            self.world, turn.conversation, turn.says, TRAITS[turn.conversation.channel]
        )
        self.sent.extend(messages)
        texts = [self.resolve(message.text) for message in messages]
        for message, text in zip(messages, texts, strict=True):
            self.buttons |= {button.label: button.code for button in message.buttons}
            self.lines.append("< " + text.replace("\n", " / ") + _labels(message))
            self._deliver(message)
        return texts

    def hurries(self, seconds: float = 0.6) -> None:
        """From now on they write so quickly that none of ours is on its way before the next."""
        self.delivery, self.between = "late", timedelta(seconds=seconds)

    def calms(self, seconds: int) -> None:
        """So much later they have all that we said, and write as people do."""
        self.now += timedelta(seconds=seconds)
        self.feed(Delivered("x", "delivered", said=self.conversation.said))
        self.delivery, self.between = "delivered", timedelta(minutes=1)

    def resolve(self, text: str) -> str:
        """Put the person's own words in for the marks."""
        return _QUOTE.sub(lambda m: "\n".join(self.words[i] for i in m[1].split(",")), text)

    def _deliver(self, message: Rendered) -> None:
        if self.delivery == "late":
            return
        event: Event = Delivered("x", "delivered", said=message.said)
        if self.delivery == "sent":
            event = Delivered("x", "sent", said=message.said)
        elif self.delivery == "failed":
            event = Failed("x", said=message.said)
        self.feed(event)

    def _happens(self, effect: Effect) -> None:
        if isinstance(effect, Timer):
            self.timers.pop(effect.name, None)
            if effect.due_at:
                self.timers[effect.name] = effect.due_at
        elif recorded := self._recorded(effect):
            self.lines.append(f"= {recorded}")

    def _recorded(self, effect: Effect) -> str:
        match effect:
            case Agreed(kind, value):
                return f"{kind.replace('_', ' ')}: {'yes' if value else 'no'}"
            case HandOver(kind, due_at):
                return f"hand-over: {kind}, to be read by {self.clock(due_at)}"
            case AsideKept():
                return "the words from before are kept as a note"
            case Forget("aside"):
                return "the words from before are erased"
            case Forget("all"):
                return "everything is erased"
            case Reach(state):
                return f"contact: {state}"
            case Asked(what):
                return f"asked for: {what}"
            case TakeBack():
                return "the hand-over is taken back"
            case Answered(answer) if answer.status == "answered":
                return f"{answer.question}: {', '.join(answer.choices) or 'in own words'}"
            case Answered(answer):
                return f"{answer.question}: {answer.status}"
        return ""

    def clock(self, at: datetime | None) -> str:
        """A moment in the service's own time, as in `Fri 13:00`."""
        return f"{at.astimezone(self.world.hours.zone):%a %H:%M}" if at else "no time"


def _labels(message: Rendered) -> str:
    """The buttons as they stand under a message: choices first, then the words for any time."""
    ordered = sorted(message.buttons, key=lambda button: button.code.startswith("c:"))
    return "".join(f" [{button.label}]" for button in ordered)


def play(world: World, text: str) -> list[str]:
    """Play a transcript's person and world; the whole transcript as it came out."""
    head, *rest = text.rstrip("\n").splitlines()
    match = re.fullmatch(r"# (sms|telegram) (\w+)(, has said yes)?: .+", head)
    if not match:
        raise ValueError(f"a transcript begins with `# sms en: title`, not {head!r}")
    player = Play(world, match[1], match[2])
    if match[3]:
        _say_yes(player)
    player.lines.insert(0, head)
    for line in rest:
        if line.startswith("> "):
            player.says(line[2:])
        elif line.startswith("~ "):
            _world(player, line[2:])
        elif line.startswith("# ") or not line:
            player.lines.append(line)
    return player.lines


def _say_yes(player: Play) -> None:
    """The explanation, agreed to; only the first question of it is shown."""
    for text in ("hello", "ok", "ok", "ok"):
        player.says(text)
    player.lines = player.lines[-1:]


def _world(player: Play, what: str) -> None:
    if what == "they write fast":
        player.between = timedelta(seconds=10)
        player.lines.append(f"~ {what}")
        return
    delivery = {
        "nothing arrives": "failed",
        "no delivery news": "sent",
        "messages arrive": "delivered",
    }
    if what in delivery:
        player.delivery = delivery[what]
        player.lines.append(f"~ {what}")
        return
    passed = re.fullmatch(r"(\d+) (minute|hour|day)s? later", what)
    if not passed:
        raise ValueError(f"the world does not know: {what!r}")
    player.later(int(passed[1]) * SPANS[passed[2]], what)
