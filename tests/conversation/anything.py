"""Whatever may happen to a conversation: words, buttons old and new, delivery news, timers,
workers, an intake that changes, clocks that jump."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Final, Literal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from bot.conversation.asking import asking
from bot.conversation.channel import TRAITS
from bot.conversation.effects import Effect
from bot.conversation.model import (
    QUOTE_CLOSE,
    QUOTE_OPEN,
    Conversation,
    Delivered,
    Due,
    Event,
    Failed,
    Moved,
    Rendered,
    WorkerGaveBack,
    WorkerTook,
    WorkerWrote,
    World,
    Wrote,
)
from bot.conversation.render import taught
from bot.conversation.step import Step
from tests.conversation.ledger import Ledger
from tests.play import Play, asked_otherwise
from tests.worlds import SIGNS, caring, catalogues

LANGUAGES, CHANNELS = sorted(catalogues()), sorted(TRAITS)
COMMANDS = (
    "skip pause back why help stop data delete person language more safe yes no carry_on helping"
).split()
TELLS: Final = ("why", "help", "safe", "more", "person")
SAYINGS = "yes|no|1|2|3|1 and 3|99|remove 1|remove 77|STOP|START|HELP|hello|thanks|i'm 15".split(
    "|"
)
SAYINGS += "weekdays before 3|not mondays|skp|forget me|i need someone today|señor, ¿sí?".split("|")
SAYINGS += ["{name} %s {0.__class__}", "\U0001f44d", "", " ", "x" * 1600]
SAYINGS += SIGNS
CODES = ["o:share.yes", "o:x", "c:pause", "c:nope", "zz", ":", "o:notice.30.yes", "o:delete.yes"]
ERRORS = frozenset(
    "nearest note_kept aside_kept review_unclear ended_note media old_button remove_which".split()
)
MINUTE, HOUR, DAY = 60, 3600, 86400
QUOTED = re.compile(f"{QUOTE_OPEN}(.*?){QUOTE_CLOSE}")


@cache
def worlds() -> list[World]:
    """The intake, and what the service may make of it in the meantime."""
    now = caring()
    flows = [asked_otherwise(now.flow, "good_at", "What do you like to do?")]
    flows += [asked_otherwise(now.flow, id, None) for id in ("matters_most", "hardest", "how_soon")]
    return [now, *(replace(now, flow=flow) for flow in flows)]


class Around(RuleBasedStateMachine):
    """One person, us, and the world around. What holds of any event is checked in `holds`."""

    @initialize(
        channel=st.sampled_from(CHANNELS),
        language=st.sampled_from(LANGUAGES),
        on=st.integers(0, 60),
        helping=st.booleans(),
        pauses=st.integers(0, 40),
    )
    def begins(self, channel: str, language: str, on: int, helping: bool, pauses: int) -> None:
        self.play, self.ledger = Play(caring(), channel, language), Ledger()
        self.codes: list[str] = list(CODES)
        self.skipped: set[str] = set()
        self.texts: list[str] = []
        self.before = self.play.conversation
        self.new: list[Rendered] = []
        for step in range(on):
            self.command("helping") if helping and step == 4 else self.goes_on()
            self.command("pause") if step == pauses else None

    @property
    def now(self) -> Conversation:
        return self.play.conversation

    # --- What may happen -------------------------------------------------------------------------

    def hear(self, event: Event) -> list[Effect]:
        """One event, and what the turn recorded of it."""
        sent, effects = len(self.play.sent), len(self.play.effects)
        self.before = self.now
        self.expects(event)
        self.texts = self.play.feed(event)
        self.new, recorded = self.play.sent[sent:], self.play.effects[effects:]
        self.codes += [button.code for message in self.new for button in message.buttons]
        if isinstance(event, Wrote):
            self.ledger.take(event.message, event.text, recorded)
        else:
            self.ledger.note(recorded)
        self.holds(event, recorded)
        return recorded

    def expects(self, event: Event) -> None:
        """Looks at an event before it happens."""

    def holds(self, event: Event, recorded: list[Effect]) -> None:
        """Looks at what came of it."""

    def wrote(self, text: str = "", choice: str = "", media: tuple[str, ...] = ()) -> str:
        """The person wrote; how it is kept."""
        message = f"m{len(self.ledger.words)}"
        self.play.now += self.play.between
        self.play.words[message] = text
        self.hear(Wrote(text, choice, media, message))
        return self.ledger.kept[message]

    @property
    def said(self) -> set[str]:
        return {key for message in self.new for key in message.said}

    def command(self, name: str, english: bool = False) -> str:
        """The word that we teach for it, or the English one, which works beside it."""
        traits = TRAITS[self.now.channel]
        words = taught(self.play.world, "en" if english else self.now.language, traits)
        return self.wrote(words[name])

    @rule(times=st.integers(1, 6))
    def goes_on(self, times: int = 1) -> None:
        """The straight way: an answer to whatever is asked."""
        for _ in range(times):
            now = asking(Step(self.play.world, self.now, self.play.now))
            if now.options:
                self.wrote("1")
            elif self.now.position.id == "good_times":
                self.wrote("weekdays before 3" if self.now.language == "en" else "lunes")
            elif self.now.standing in ("asking", "new"):
                self.wrote(f"Xanthe, Quorn {len(self.ledger.words)}")
            else:
                self.command("carry_on" if self.now.standing == "ended" else "yes")

    @rule(data=st.data())
    def presses(self, data: st.DataObject) -> None:
        self.wrote(choice=data.draw(st.sampled_from(self.codes[-40:])))

    @rule(then=st.sampled_from(["back", "skip", "pause", "stop", "language"]))
    def says_none_of_the_choices(self, then: str) -> None:
        """Words beside the choices are held for a while; then comes something else."""
        self.wrote(f"Quorn and Zug {len(self.ledger.words)}")
        self.command(then)
        self.skipped.clear()
        self.goes_on(2)

    @rule()
    def sends_a_picture(self) -> None:
        self.wrote(media=("image",))

    @rule(
        name=st.sampled_from(["remind", "deletion", "partial", "forget_aside", "expire", "unknown"])
    )
    def is_due(self, name: str) -> None:
        self.hear(Due(name))

    @rule(seconds=st.sampled_from([MINUTE, 9 * MINUTE, 5 * HOUR, 3 * DAY, 29 * DAY, 400 * DAY]))
    def waits(self, seconds: int) -> None:
        until = self.play.now.timestamp() + seconds
        while due := [(at, n) for n, at in self.play.timers.items() if at.timestamp() <= until]:
            at, name = min(due)
            del self.play.timers[name]
            self.play.now = max(self.play.now, at)
            self.hear(Due(name))
        self.play.later(max(0, int(until - self.play.now.timestamp())), "later")

    @rule(seconds=st.sampled_from([MINUTE, HOUR, 2 * DAY]))
    def the_clock_goes_back(self, seconds: int) -> None:
        self.play.later(-seconds, "earlier")

    @rule(how=st.sampled_from(["delivered", "sent", "failed", "late"]))
    def the_carrier(self, how: str) -> None:
        self.play.delivery = how

    @rule(stage=st.sampled_from(["tried", "sent", "delivered"]))
    def news(self, stage: Literal["tried", "sent", "delivered"]) -> None:
        self.hear(Delivered("x", stage, said=self.now.said))

    @rule(why=st.sampled_from(["stopped", "unreachable", "failed"]), ours=st.booleans())
    def bad_news(self, why: Literal["stopped", "unreachable", "failed"], ours: bool) -> None:
        self.hear(Failed("x" if ours else "", why, said=self.now.said if ours else ()))

    @rule(event=st.sampled_from([WorkerTook("w"), WorkerWrote("w", "w1"), WorkerGaveBack("w")]))
    def a_worker(self, event: WorkerTook | WorkerWrote | WorkerGaveBack) -> None:
        self.play.words["w1"] = "I can call you on Friday."
        self.hear(event)

    @rule(channel=st.sampled_from(CHANNELS))
    def moves(self, channel: str) -> None:
        self.hear(Moved(channel))

    @rule(to=st.integers(0, 4))
    def the_intake_changes(self, to: int) -> None:
        self.play.world = worlds()[to]
        self.skipped.clear()
