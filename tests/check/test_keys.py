"""Equal keys give equal turns: what a decision depends on is all in `Conversation.key()`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.check.alphabet import Alphabet
from bot.check.walk import Walker
from bot.check.walk_node import Node
from bot.conversation.engine import respond
from bot.conversation.model import Conversation, Event, Turn, World, Wrote
from tests.worlds import world

LATER = timedelta(days=11, hours=3)  # another day of the week, another time of the day
STAMPS = ("last_wrote", "started", "sitting_since", "hurry_last", "hurry_since", "tries_since")


def moved(conversation: Conversation) -> Conversation:
    """The same with other message ids and other time stamps: its key is equal."""
    answers = {
        id: replace(answer, messages=tuple(f"other-{m}" for m in answer.messages))
        for id, answer in conversation.answers.items()
    }
    stamps = {name: getattr(conversation, name) for name in STAMPS}
    later = {name: at + LATER for name, at in stamps.items() if isinstance(at, datetime)}
    pending = tuple(f"other-{m}" for m in conversation.pending)
    if burst := conversation.burst:
        messages = tuple(f"other-{m}" for m in burst.messages)
        since = burst.since and f"other-{burst.since}"
        burst = replace(burst, before=moved(burst.before), messages=messages, since=since)
    stranger = conversation.stranger and moved(conversation.stranger)
    cared = {name: at + LATER for name, at in conversation.cared.items()}
    parts = {
        "answers": answers,
        "pending": pending,
        "burst": burst,
        "cared": cared,
        "stranger": stranger,
    }
    return replace(conversation, **parts, **later)


def shape(turn: Turn) -> tuple[object, ...]:
    """What a turn decides: what it says and records, apart from times and ids."""
    says = [(say.key, say.text, say.options, say.offers, say.prompted) for say in turn.says]
    # Whether somebody is there, and whether a new day has begun, are facts of the clock.
    by_the_clock = {"person_now", "person_later", "day_name"}
    says = [say for say in says if say[0] not in by_the_clock]
    effects = [(type(effect), getattr(effect, "kind", "")) for effect in turn.effects]
    return (says, effects, turn.conversation.standing, turn.conversation.position)


def a_walk(draw: st.DrawFn, home: World) -> Node:
    """Somewhere in an intake, by acts drawn one after the other."""
    channel = draw(st.sampled_from(["sms", "telegram"]))
    walker = Walker(home, "en", channel)
    node = walker.begin()
    for _ in range(draw(st.integers(1, 10))):
        language = node.conversation.language
        act = draw(st.sampled_from(Alphabet(home, language, channel).acts(node)))
        node, _heard = walker.act(node, act)
    return node


def answered(home: World, conversation: Conversation, event: Event, now: datetime) -> object:
    """What the engine makes of it."""
    return shape(respond(home, conversation, event, now))


def met(draw: st.DrawFn, conversation: Conversation, event: Event) -> Event:
    """The event, in a burst with what the inbox adds."""
    if not conversation.burst or not isinstance(event, Wrote):
        return event
    so_far = ("Xanthe",) * len(conversation.burst.messages)
    unsent = draw(st.booleans())
    return Wrote(event.text, event.choice, event.media, event.message, so_far, unsent)


@settings(max_examples=60)
@given(st.data())
def test_equal_keys_give_equal_turns(data: st.DataObject) -> None:
    home = world(3)
    node = data.draw(st.composite(a_walk)(home), label="node")
    alphabet = Alphabet(home, node.conversation.language, node.conversation.channel)
    act = data.draw(st.sampled_from([a for a in alphabet.acts(node) if a.event]), label="act")
    one, other = node.conversation, moved(node.conversation)
    assert one.key() == other.key()
    assert act.event is not None
    event = data.draw(st.composite(met)(one, act.event), label="event")
    assert answered(home, one, event, node.now) == answered(home, other, event, node.now + LATER)


def test_the_clock_is_far_enough_away() -> None:
    start = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
    assert (start + LATER).weekday() != start.weekday()
