"""Plays a conversation through the core, without a store: the engine, the words, a clock by hand.

Used by the transcripts and by property tests. A transcript reads as a conversation:

    # sms en: what it is about     `# sms en, has said yes: ...` begins at the first question
    > the person writes            > [Skip]   the person presses a button
    < what we say, one line a message
    ~ 3 days later                 time passes, and what comes due happens
    ~ 2 seconds later              so soon comes their next line: what waits for it still waits
    ~ they write fast              ten seconds from one message of theirs to the next, not a minute
    ~ nothing arrives              what we say next does not arrive (until `~ messages arrive`)
    ~ no delivery news             what we say next is sent, and no more is heard of it
    ~ <id> is asked in other words: ...   the service changes its intake, under everybody
    ~ <id> is asked no more
    = what the store recorded
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.conversation import own_copy
from bot.conversation.channel import TRAITS
from bot.conversation.effects import (
    OWED,
    Agreed,
    Answered,
    AsideKept,
    Asked,
    ClearChat,
    Effect,
    Filed,
    Forget,
    HandOver,
    Reach,
    TakeBack,
    Timer,
    Withdraw,
)
from bot.conversation.engine import respond
from bot.conversation.flow import Flow
from bot.conversation.model import (
    QUOTE_CLOSE,
    QUOTE_OPEN,
    Conversation,
    CopyMade,
    Delivered,
    Due,
    Event,
    Failed,
    Rendered,
    Turn,
    WorkerWrote,
    World,
    Wrote,
)
from bot.conversation.render import render

START = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)  # a Thursday
KEPT = ("late", *(f"late_{what}" for what in OWED))  # what does not come due where all is kept
SPANS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
COPY = tuple(f"(what fits into message {number} of the copy)" for number in "1234")
LOOKS = ("(who has looked, when, and what for)",)
LINK = "https://help.example/copy/(a long word)"
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
        self.soon: timedelta | None = None  # and to the very next one
        self.waiting: list[tuple[datetime, Rendered]] = []  # for more of theirs

    def says(self, text: str) -> list[str]:
        """The person writes, or presses a button given as `[Label]`; what we answer."""
        self._pass(self.now + (self.between if self.soon is None else self.soon))
        self.soon = None
        self.lines.append(f"> {text}")
        message = f"m{len(self.words)}"
        self.words[message] = text
        pressed = re.fullmatch(r"\[(.+)\]", text)
        if pressed:
            return self.feed(Wrote(choice=self.buttons[pressed[1]], message=message))
        return self.feed(Wrote(text=text, message=message))

    def ends(self) -> None:
        """They write no more for now: what waited goes out."""
        if self.waiting:
            now = self.now
            self._pass(self.waiting[-1][0])
            self.now = now

    def _pass(self, until: datetime) -> None:
        """Time passes; what waited for more of theirs goes out at its moment."""
        due = [rendered for at, rendered in self.waiting if at <= until]
        if due:
            self.now = max(at for at, _ in self.waiting)
            self.waiting.clear()
            self._say(due)
        self.now = until

    def later(self, seconds: int, label: str) -> None:
        """Time passes; each timer that comes due is heard at its own moment."""
        self.ends()
        self.lines.append(f"~ {label}")
        until = self.now + timedelta(seconds=seconds)
        while due := [(at, name) for name, at in self.timers.items() if at <= until]:
            at, name = min(due)
            del self.timers[name]
            self._pass(max(self.now, at))
            if name not in KEPT or not self.read_in_time:
                self.feed(Due(name))
        self._pass(until)

    def feed(self, event: Event) -> list[str]:
        """Hear one event; the texts that we say to it."""
        if isinstance(event, Wrote):
            event = self._in_burst(event)
        if isinstance(event, WorkerWrote):
            self.words[event.message] = event.text
        turn = self._with_copy(respond(self.world, self.conversation, event, self.now))
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
        if turn.waits:
            at = self.now + self.world.service.merge
            self.waiting += [(at, message) for message in messages]
            return [self.resolve(message.text) for message in messages]
        return self._say(messages)

    def _with_copy(self, turn: Turn) -> Turn:
        """What a store would do: a made-up copy of four pieces, a list of looks of one, a link."""
        if not (asked := own_copy.wanted(turn)):
            return turn
        whole = {"looks": LOOKS, "link": (LINK,)}.get(asked.way, COPY)
        first = own_copy.PIECES if asked.way == "more" else 0
        some = whole[first : first + own_copy.PIECES]
        self.words |= {f"copy:c:{first + place}": words for place, words in enumerate(some)}
        made = CopyMade(asked.way, "c", tuple(map(len, some)), first, len(whole))
        then = respond(self.world, turn.conversation, made, self.now)
        return own_copy.together(turn, then)

    def _in_burst(self, event: Wrote) -> Wrote:
        burst = self.conversation.burst
        if not burst:
            return event
        so_far = tuple(self.words[message] for message in burst.messages)
        return replace(event, so_far=so_far, unsent=bool(self.waiting))

    def _say(self, messages: Sequence[Rendered]) -> list[str]:
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
        if isinstance(effect, Withdraw):
            self.waiting.clear()
        elif isinstance(effect, Timer):
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
            case ClearChat():
                return "what is young is to go from the chat"
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
    player.ends()
    return player.lines


def asked_otherwise(flow: Flow, question: str, ask: str | None) -> Flow:
    """The intake with one question in other words, or without it."""
    data = flow.model_dump(by_alias=True)
    data["fingerprint"] += f"+{question}"
    for section in data["section"]:
        for asked in section["question"]:
            asked["ask"] = ask if ask and asked["id"] == question else asked["ask"]
        if not ask:
            section["question"] = [q for q in section["question"] if q["id"] != question]
    data["section"] = [section for section in data["section"] if section["question"]]
    return Flow.model_validate(data)


def _say_yes(player: Play) -> None:
    """The explanation, agreed to; only the first question of it is shown."""
    for text in ("hello", "ok", "ok", "ok"):
        player.says(text)
    player.ends()
    player.lines = player.lines[-1:]


def _world(player: Play, what: str) -> None:
    if not what.endswith("seconds later"):
        player.ends()
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
    if asked := re.fullmatch(r"(\w+) is asked (?:no more|in other words: (.+))", what):
        flow = asked_otherwise(player.world.flow, asked[1], asked[2])
        player.world = replace(player.world, flow=flow)
        player.lines.append(f"~ {what}")
        return
    passed = re.fullmatch(r"(\d+) (second|minute|hour|day)s? later", what)
    if not passed:
        raise ValueError(f"the world does not know: {what!r}")
    if passed[2] == "second":
        player.soon = timedelta(seconds=int(passed[1]))
        player.lines.append(f"~ {what}")
        return
    player.later(int(passed[1]) * SPANS[passed[2]], what)
