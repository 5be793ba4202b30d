"""Anything may happen at any time in the whole intake, and what we promise holds in every state.

Hypothesis throws words, buttons old and new, delivery news, timers, workers, a changed intake and
clocks that jump at the engine. What is checked is the list of R-S1 to R-S13 (docs/principles.md),
written here by hand and not by way of `bot/check`, and a ledger of everything that was sent.
"""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from bot.conversation.channel import TRAITS
from bot.conversation.effects import Effect, HandOver
from bot.conversation.engine import respond
from bot.conversation.model import (
    QUOTE_CLOSE,
    QUOTE_OPEN,
    Due,
    Event,
    WorkerWrote,
    Wrote,
)
from bot.conversation.pace import FULL, FULL_DAY
from bot.conversation.segments import fits
from tests.check.test_keys import LATER, moved, shape
from tests.conversation.anything import COMMANDS, ERRORS, HOUR, MINUTE, QUOTED, SAYINGS, Around

FIRST = ("new", "erased", "declined")  # whatever comes first brings the explanation


class Anything(Around):
    """R-S1 to R-S13, in every state that comes about."""

    def expects(self, event: Event) -> None:
        """Equal keys give equal turns, whatever the ids and the hour."""
        one, other, at, home = self.now, moved(self.now), self.play.now, self.play.world
        assert one.key() == other.key()
        turn = shape(respond(home, one, event, at))
        assert turn == shape(respond(home, other, event, at + LATER))

    def holds(self, event: Event, recorded: list[Effect]) -> None:
        """What is true after any event."""
        self.shown_as_sent()
        handed = [e for e in recorded if isinstance(e, HandOver) and e.kind == "partial"]
        assert not handed or self.before.share, "a part goes to the team only after a yes"
        if not isinstance(event, Wrote):
            self.unasked(event)
        elif ERRORS & set(self.before.said) & self.said and not event.choice:
            assert self.before.holder == "worker", "R-S12: the same error twice in a row"

    @rule(text=st.sampled_from(SAYINGS) | st.text(max_size=40))
    def says(self, text: str) -> None:
        self.wrote(text.replace(QUOTE_OPEN, "").replace(QUOTE_CLOSE, ""))
        self.is_answered(text)

    def is_answered(self, text: str) -> None:
        """Nobody is met with silence, but for the carrier's words, a block, a second STOP, a worker
        who holds the conversation, and a flood."""
        now, owned = self.now, TRAITS[self.now.channel].owned
        excused = text.strip().upper() in owned or now.blocked or now.holder == "worker"
        assert self.texts or excused or self.is_flood or self.before.standing == "stopped"

    @rule(name=st.sampled_from(COMMANDS), english=st.booleans())
    def uses_a_word(self, name: str, english: bool) -> None:
        """Each word has its effect in every state, and those that only tell move nothing."""
        on_a_question = self.is_free and self.now.position.place == "question"
        self.command(name, english)
        self.is_answered("")
        if name in ("why", "help", "safe", "more", "person"):
            self.has_told(name)
        elif name in ("pause", "language", "stop"):
            {"pause": self.has_paused, "stop": self.has_stopped}.get(name, self.keeps_all)()
        elif name == "skip" and on_a_question and self.texts:
            assert self.said & {"skipped", "skip_kept"}, "R-S3: one neutral line, and on"
            self.skipped.add(self.before.position.id)
        elif name in ("back", "delete"):
            self.skipped.clear()

    def has_told(self, name: str) -> None:
        before, now = self.before, self.now
        if before.standing not in FIRST and before.flow == now.flow:
            assert (before.standing, before.position) == (now.standing, now.position), "R-S5"
        if name == "person" and self.texts and not self.is_flood:
            assert self.play.world.service.phone in " ".join(self.texts), "R-S9"

    def has_paused(self) -> None:
        self.keeps_all()
        same = self.before.position == self.now.position or self.before.standing in FIRST
        assert same or self.before.flow != self.now.flow, "R-S6"

    def keeps_all(self) -> None:
        """Another language, or a pause, changes no answer; nor does it bring one back."""
        same = dict(self.before.answers) == dict(self.now.answers)
        assert same or self.before.flow != self.now.flow, "R-S6, R-S13"

    def has_stopped(self) -> None:
        if self.before.standing == "stopped" or self.before.holder == "worker":
            return
        assert self.now.standing == "stopped" or self.now.blocked, "R-S8"
        assert len(self.texts) <= 1
        assert "?" not in "".join(self.texts)
        for timer in ("remind", "deletion", "partial", "forget_aside"):
            self.hear(Due(timer))  # and then silence

    @property
    def is_flood(self) -> bool:
        return self.now.hurry >= FULL or self.now.hurry_day >= FULL_DAY

    @property
    def is_free(self) -> bool:
        c = self.now
        asks = c.standing == "asking" and not c.over and not c.unheard and not c.blocked
        wrote = c.last_wrote or self.play.now
        here = (self.play.now - wrote).total_seconds() < HOUR - MINUTE
        ours = c.holder == "assistant" and c.flow == self.flow
        return asks and here and ours and not self.is_flood

    @property
    def flow(self) -> str:
        return self.play.world.flow.fingerprint

    @rule(word=st.sampled_from(COMMANDS))
    def answers_with_a_word_in_it(self, word: str) -> None:
        """R-S10: a command word inside an answer is part of the answer."""
        free = self.is_free and self.now.position.place in ("question", "edit")
        free = free and self.now.position.id != "code_word"  # a sentence is no code word
        kept = self.wrote(f"my {word.replace('_', ' ')} Quorn of {len(self.ledger.words)} and Zug")
        assert kept in ("answer", "note", "aside")
        assert not free or kept == "answer"

    @rule()
    def goes_back_all_the_way(self) -> None:
        """R-S7: one by one to every answer, also to what was skipped."""
        if not self.is_free or self.now.position.place not in ("question", "choice"):
            return
        path = [q.id for q in self.play.world.flow.path(self.now)]
        here = self.now.position.id
        earlier = path[: path.index(here)] if here in path else path[:1]
        seen = set()
        for _ in range(len(path) + 2):
            self.command("back")
            seen.add(self.now.position.id)
        self.skipped.clear()
        assert set(earlier) <= seen, "BACK reaches every earlier answer"

    def unasked(self, event: Event) -> None:
        """Of our own accord: not after a STOP or a NO, not without a yes, and at most twice."""
        if not self.texts or isinstance(event, WorkerWrote):
            return
        came_back = self.before.over[-1:] == ("resume",)  # they wrote after a STOP, and were asked
        assert self.before.standing not in ("stopped", "declined", "erased") or came_back, "R-S8"
        if isinstance(event, Due) and event.name == "late":  # the truth about a promise, once
            assert self.before.handed
            assert not self.before.blocked
        elif isinstance(event, Due):
            assert self.before.reminders
            assert not self.before.blocked
            assert self.now.reminded <= 2

    def shown_as_sent(self) -> None:
        """What is shown back are the words that were sent, as they were sent, and no code word."""
        own = {",".join(a.messages): q for q, a in self.now.answers.items() if a.messages}
        for message in self.new:
            for ids in QUOTED.findall(message.text):
                assert ids == "w1" or own[ids] != "code_word", "a code word is not shown"
                words = "\n".join(self.play.words[id] for id in ids.split(","))
                assert words in self.play.resolve(message.text)

    @invariant()
    def nothing_is_lost(self) -> None:
        """R-S11: a worker finds it, as an answer or a note, until the person has it erased."""
        assert self.ledger.lost(self.now) == set()
        for id, answer in self.now.answers.items():
            assert set(answer.messages) <= self.ledger.named.get(id, set())

    @invariant()
    def what_is_said_is_right(self) -> None:
        assert len(self.new) <= 3 or self.play.delivery == "failed"
        asked = {key for key in self.said if key.startswith("ask.")}
        assert not asked or self.now.agreed, "explained before asked"
        assert not {f"ask.{id}" for id in self.skipped} & asked, "R-S3: skipped is skipped"
        if self.now.channel == "sms":
            for text, message in zip(self.texts, self.new, strict=False):
                assert fits(text) or QUOTED.search(message.text), text


TestAnything = Anything.TestCase
TestAnything.pytestmark = [pytest.mark.timeout(1800)]  # type: ignore[attr-defined]
TestAnything.settings = settings(deadline=None, stateful_step_count=32)
