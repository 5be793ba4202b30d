"""A cue may come at any step of any conversation, and what we promise about it holds each time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from bot.conversation.cues import Cue
from bot.conversation.effects import Asked, Effect
from bot.conversation.model import Event, Wrote
from tests.conversation.anything import COMMANDS, Around
from tests.worlds import LOOKED, SIGNS, caring, sign

NUMBERS = ("116 123", "0800 1111", "0808 2000 247")
NAMED = (*NUMBERS, "999", "Samaritans", "Childline", "Abuse Helpline", "danger", "peligro")
DAY = timedelta(hours=24)
GOES_ON = ("explaining", "asking", "reviewing", "paused", "stopped", "ended")
CARES = {"care_danger", "care_suicidal", "care_child", "care_abuse"}


class Cared(Around):
    """Any event of a conversation, and words that are a sign of something in between."""

    @initialize()
    def remembers(self) -> None:
        self.last: dict[str, datetime] = {}  # when we said a care reply in full
        self.apart: dict[str, datetime] = {}  # and when to the unknown number that they are met as
        self.unsafe = False  # violence was told of, and not that now is safe

    @rule(text=st.sampled_from(sorted(SIGNS)), around=st.sampled_from(["", "um ", "x" * 200 + " "]))
    def tells(self, text: str, around: str) -> None:
        self.wrote(f"{around}{text}")

    @rule(name=st.sampled_from(COMMANDS))
    def asks(self, name: str) -> None:
        self.command(name)

    def holds(self, event: Event, recorded: list[Effect]) -> None:
        self.nothing_named_too_early(event)
        self.no_number_past_its_date()
        if self.now.stranger and not self.before.stranger:
            self.apart.clear()
        if self.now.standing == "erased":  # what was said is forgotten with the rest
            self.last.clear()
        cue = sign(event.text) if isinstance(event, Wrote) and not event.choice else None
        if cue:
            self.met(cue, recorded)

    def met(self, cue: Cue, recorded: list[Effect]) -> None:
        """A worker is told; the chat goes on; the bookmark stays; not the same twice in a day."""
        assert cue.name in {effect.what for effect in recorded if isinstance(effect, Asked)}
        # What a worker holds is theirs to go on with, wherever it stands; where nothing of ours
        # arrives, nothing begins anew.
        silent = self.before.holder == "worker" or bool(self.before.blocked)
        assert self.now.standing in GOES_ON or silent
        if self.before.standing in ("asking", "reviewing"):
            assert self.now.standing in ("asking", "reviewing", "ended")
        for said in CARES & self.said:
            last = self.heard_before().get(said)
            assert last is None or not timedelta() <= self.play.now - last < DAY, said
            self.last[said] = self.apart[said] = self.play.now

    def heard_before(self) -> dict[str, datetime]:
        """An unknown number has heard nothing before: to leave a reply out would tell who wrote."""
        return self.apart if self.now.stranger else self.last

    def nothing_named_too_early(self, event: Event) -> None:
        """After a text of violence, until they say that now is safe."""
        if "care_abuse" in self.said:
            self.unsafe = True
        if {"care_abuse_yes", "care_danger"} & self.said or not self.before.over:
            self.unsafe = "care_abuse" in self.said
        # Whoever asks for a person is told how to reach one, and the number for an emergency, in
        # words that name nothing.
        named = set(NAMED) - ({"999"} if "person" in self.said else set())
        if self.unsafe and self.said & {"care_abuse", "care_safe", "care_safe_kept"}:
            assert not any(word in text for word in named for text in self.texts)

    def no_number_past_its_date(self) -> None:
        if (self.play.now.date() - LOOKED).days > 90:
            assert not any(number in text for number in NUMBERS for text in self.texts)


TestCared = Cared.TestCase
TestCared.pytestmark = [pytest.mark.timeout(1800)]  # type: ignore[attr-defined]
TestCared.settings = settings(deadline=None, stateful_step_count=24)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_conversations() -> None:
    """The same, for `make soak`."""
    from hypothesis.stateful import run_state_machine_as_test

    much = settings(deadline=None, stateful_step_count=24, max_examples=10_000)
    run_state_machine_as_test(Cared, settings=much)


def test_the_lines_are_there_to_be_given() -> None:
    """Else the tests above would look for nothing."""
    service = caring().service
    lines = (service.child_line, service.distress_line, service.abuse_line)
    assert {line.number for line in lines if line} == set(NUMBERS)
