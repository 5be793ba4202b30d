"""Promises that hold in every state: anything may be written, pressed, delivered or lost, at any
time, in any language, on any channel."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.channel import CARRIER_STOP, SMS, TRAITS
from bot.conversation.effects import Agreed, Answered, Effect, Filed, Forget, Refiled
from bot.conversation.engine import respond
from bot.conversation.model import Conversation, Due, Failed, WorkerGaveBack, WorkerTook, Wrote
from bot.conversation.render import taught
from bot.conversation.segments import fits
from tests.play import START, Play
from tests.worlds import catalogues, world

COMMANDS = "skip pause back why help stop data delete person language more safe ok no".split()
TEXTS = [
    *COMMANDS,
    "STOP",
    "HELP",
    "START",
    "options",
    "bye",
    "skp",
    "1",
    "2",
    "3",
    "1 and 3",
    "yes",
    "carry on",
    "i need somewhere to sleep",
    "{name} %s {0.__class__}",
    "\U0001f44d",
    "",
    "x" * 1600,
]
CODES = [
    "o:share.yes",
    "o:safe_to_text.yes",
    "o:delete.delete",
    "o:x",
    "c:pause",
    "c:nope",
    "zz",
    ":",
]
THINGS = st.one_of(
    st.sampled_from(TEXTS).map(lambda text: ("says", text)),
    st.text(max_size=30).map(lambda text: ("says", text)),
    st.sampled_from(CODES).map(lambda code: ("presses", code)),
    st.sampled_from(["remind", "deletion", "partial", "forget_aside", "unknown"]).map(
        lambda n: ("due", n)
    ),
    st.sampled_from([60, 5 * 3600, 3 * 86400]).map(lambda seconds: ("later", seconds)),
    st.sampled_from(["delivered", "sent", "failed"]).map(lambda how: ("delivery", how)),
    st.sampled_from(["stopped", "unreachable", "failed"]).map(lambda why: ("failed", why)),
    st.just(("media", "photo")),
)


def do(player: Play, what: str, value: object) -> list[str]:
    """One thing that happens; what we say to it."""
    match what:
        case "says":
            return player.says(str(value).replace("[", ""))
        case "presses":
            player.words[f"p{len(player.words)}"] = ""
            return player.feed(Wrote(choice=str(value), message=f"p{len(player.words) - 1}"))
        case "media":
            player.words[f"p{len(player.words)}"] = ""
            return player.feed(Wrote(media=("photo",), message=f"p{len(player.words) - 1}"))
        case "due":
            return player.feed(Due(str(value)))
        case "later":
            player.later(int(str(value)), "later")
        case "delivery":
            player.delivery = str(value)
        case "failed":
            return player.feed(Failed("", why=value))  # type: ignore[arg-type]
    return []


def spoken_to(player: Play, before: Conversation, text: str) -> bool:
    """Do we owe an answer? Not to the carrier's own words, nor past its block, nor after STOP."""
    now = player.conversation
    silent = now.blocked == "stopped" or text.upper().strip() in ("HELP", "INFO")
    again = text.lower() in ("stop", "bye") and before.standing == "stopped"
    return not silent and not again and now.holder != "worker"


@settings(deadline=None)
@given(
    st.sampled_from(sorted(TRAITS)),
    st.sampled_from(sorted(catalogues())),
    st.lists(THINGS, min_size=5, max_size=40),
    st.integers(0, 30),
)
def test_whatever_happens(
    channel: str, language: str, things: list[tuple[str, object]], answers: int
) -> None:
    player = Play(world(), channel, language)
    for text in (["hi", "ok", "ok", "ok"] + ["a", "1"] * answers)[: answers + 1]:
        player.says(text)
    for what, value in things:
        before, count, effects = player.conversation, len(player.sent), len(player.effects)
        texts = do(player, what, value)
        filed = [e for e in player.effects[effects:] if isinstance(e, Filed)]
        if what in ("says", "presses", "media"):
            assert len(filed) == 1, "everything that a person sends is kept, once"
            if spoken_to(player, before, str(value)):
                assert texts, "nobody is met with silence"
        said = [key for message in player.sent[count:] for key in message.said]
        if not player.conversation.agreed:
            assert not [key for key in said if key.startswith("ask.")], "explained before asked"
        assert len(texts) <= 3
        if channel == "sms":
            for text, message in zip(texts, player.sent[count:], strict=False):
                assert fits(text) or any(k.startswith("review.") for k in message.said), text
        assert lost(player) == set(), "what somebody wrote is findable: in an answer, or a note"
        agrees_only_when_asked(player, before, player.effects[effects:])
    for answer in player.conversation.answers.values():
        assert set(answer.messages) <= set(player.words)


def lost(player: Play) -> set[str]:
    """Messages filed as part of an answer that no answer names, nor is about to."""
    named = set(player.conversation.pending)
    for effect in player.effects:
        if isinstance(effect, Answered):
            named |= set(effect.answer.messages)
        elif isinstance(effect, Refiled):
            named.add(effect.message)
        elif effect == Forget("all"):
            named |= set(player.words)
    return {message for message, kind in player.filed.items() if kind == "answer"} - named


def agrees_only_when_asked(player: Play, before: Conversation, new: list[Effect]) -> None:
    """A yes about the person's own words answers the question that was just put."""
    for effect in new:
        if isinstance(effect, Agreed):
            where = {
                "start": before.position.id == "3",
                "share_partial": before.position.place == "choice" or "sharing" in before.over,
                "reminders": before.over[-1:] == ("reminders",),
            }
            assert where[effect.kind], effect
            assert before.standing not in ("stopped", "erased", "ended")


@pytest.mark.parametrize("language", sorted(catalogues()))
@pytest.mark.parametrize("channel", sorted(TRAITS))
def test_we_never_teach_a_word_that_the_carrier_owns(language: str, channel: str) -> None:
    words = taught(world(), language, TRAITS[channel])
    assert words
    assert not {word.upper() for word in words.values()} & set(TRAITS[channel].owned)


@pytest.mark.parametrize("word", sorted(CARRIER_STOP))
@pytest.mark.parametrize("answers", range(0, 24, 3))
def test_the_carriers_stop_is_met_with_silence_until_its_start(word: str, answers: int) -> None:
    player = Play(world(), SMS.name)
    for text in (["hi", "ok", "ok", "ok"] + ["a", "1"] * 9)[:answers]:
        player.says(text)
    assert player.says(word) == []
    assert player.says("hello? are you there") == []
    player.later(40 * 86400, "40 days later")
    assert player.feed(Due("remind")) == []
    assert player.says("START") != []


@settings(deadline=None)
@given(st.lists(THINGS, max_size=25), THINGS)
def test_equal_keys_give_equal_turns(
    things: list[tuple[str, object]], last: tuple[str, object]
) -> None:
    """The key holds all that a decision may depend on, time aside."""
    player = Play(world())
    for what, value in [("says", "hi"), *things]:
        do(player, what, value)
    event = Wrote(text=str(last[1]), message="last")
    first = respond(world(), player.conversation, event, START)
    again = respond(world(), player.conversation, event, START)
    assert first == again
    assert first.conversation.key() == again.conversation.key()


def test_the_assistant_is_silent_while_a_worker_holds_the_conversation() -> None:
    player = Play(world())
    for text in ("hi", "ok", "ok", "ok", "my sister"):
        player.says(text)
    bookmark = player.conversation.position
    player.feed(WorkerTook("w1"))
    assert player.says("are you there?") == []
    assert player.conversation.position == bookmark
    assert player.feed(WorkerGaveBack("w1")) != []


def test_a_conversation_that_sat_for_29_days_goes_on_at_its_bookmark() -> None:
    player = Play(world())
    for text in ("hi", "ok", "ok", "ok", "my sister", "1", "i can cook", "pause"):
        player.says(text)
    bookmark = player.conversation.position
    player.now += timedelta(days=29)
    player.says("hello")
    player.says("1")
    assert player.conversation.position == bookmark
