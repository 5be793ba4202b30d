"""Broken engines that do something else than they say: nothing in the books, or too much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.conversation.effects import Agreed, Asked, ClearChat, Forget, HandOver, Promised
from bot.conversation.model import (
    Conversation,
    Delivered,
    Due,
    Event,
    Moved,
    Position,
    Say,
    Turn,
    Value,
    World,
    Wrote,
)
from tests.check.engines import Bend, Broken, bent, changed, on, says, wrote

PROBE = Say("probe", "Can you tell me more about it?")


def broken_doing() -> Iterator[Broken]:
    yield from _sharing()
    yield from _books()
    yield from _silence()
    yield from _returning()
    yield from _rights()


def _rights() -> Iterator[Broken]:
    kind = "a wish is only said"
    for what in ("copy", "looks", "fix", "stop_using", "complain"):
        yield bent(kind, what, "R-S14", _without(Asked, what=what))
    yield bent("a chat is only said to be cleared", "said", "R-S14", _without(ClearChat))
    yield bent("the menu moves something", "who may read", "R-S14", _menu_shares)
    yield bent("frozen and yet", "a part goes out", "R-E12", _frozen_gives)
    yield bent("frozen and yet", "we write", "R-E12", _frozen_writes)
    yield bent("the menu shows what is closed", "kinds and dates", "R-E3", _shows_kinds)


def _menu_shares(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    on_menu = b.over[-1:] == ("data",) and isinstance(event, Wrote) and b.share is not None
    return changed(turn, share=not b.share) if on_menu else turn


def _frozen_gives(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    stops = turn.conversation.standing == "stopped" != b.standing
    gives = replace(turn, effects=(*turn.effects, HandOver("partial", None)))
    return gives if b.frozen and stops else turn


def _frozen_writes(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    late = world.phrases.messages["late"].text
    late_now = b.frozen and isinstance(event, Due)
    values: dict[str, Value] = {"when": now, "phone": "1", "hours": world.hours}
    return says(turn, Say("late", late, values)) if late_now else turn


def _shows_kinds(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    text = world.phrases.messages["data_see"].text
    shown = Say("data_see", text, {"count": 1, "date": now})
    closed = any(say.key == "data_closed" for say in turn.says)
    return says(turn, shown) if closed else turn


def _sharing() -> Iterator[Broken]:
    kind = "shared unasked"
    for name in ("pause", "stop"):
        yield bent(kind, f"on {name}", "R-E11", on(name, _gives))
    yield bent(kind, "on a timer", "R-E11", _due_gives)
    yield bent(kind, "it only counts as shared", "R-E11", on("data", _counts))
    yield bent("a yes is made up", "reminders", "R-E11", on("pause", _reminds))
    yield bent("a yes is not recorded", "share", "R-E11", _without(Agreed, kind="share_partial"))


def _gives(world: World, turn: Turn) -> Turn:
    shared = turn.conversation.share
    return turn if shared else replace(turn, effects=(*turn.effects, HandOver("partial", None)))


def _counts(world: World, turn: Turn) -> Turn:
    return changed(turn, handed="complete")


def _reminds(world: World, turn: Turn) -> Turn:
    return changed(turn, reminders=True) if turn.conversation.reminders is None else turn


def _due_gives(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    return _gives(world, turn) if isinstance(event, Due) and not b.share else turn


def _without(effect: type, **fields: Any) -> Bend:
    """The engine leaves these effects out."""

    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        def gone(one: object) -> bool:
            alike = all(getattr(one, name, None) == value for name, value in fields.items())
            return isinstance(one, effect) and alike

        return replace(turn, effects=tuple(e for e in turn.effects if not gone(e)))

    return bend


def _books() -> Iterator[Broken]:
    kind = "not in the books"
    yield bent(kind, "a promised time", "R-E5", _without(Promised))
    yield bent(kind, "the end", "R-E4", _without(HandOver, kind="complete"))
    yield bent(kind, "a wish for a person", "R-S9", _without(Asked, what="person"))
    yield bent(kind, "today", "R-S9", _never_today, whole=True)
    kind = "not forgotten"
    yield bent(kind, "what was taken out", "R-E2", _without(Forget, what="answer"))
    yield bent(kind, "what was written before a no", "R-P9", _without(Forget, what="aside"))
    yield bent("late is not told", "at all", "R-E5", _silent_when_late)


def _never_today(world: World, b: Conversation, e: Event, turn: Turn, now: datetime) -> Turn:
    effects = (replace(x, today=False) if isinstance(x, HandOver) else x for x in turn.effects)
    return replace(turn, effects=tuple(effects))


def _silent_when_late(world: World, b: Conversation, e: Event, turn: Turn, now: datetime) -> Turn:
    return replace(turn, says=()) if isinstance(e, Due) and e.name == "late" else turn


def _silence() -> Iterator[Broken]:
    yield bent("an answer is probed", "with words of its own", "R-O10", _probes)
    yield bent("it improvises", "on words", "R-K2", _improvises)
    yield bent("two questions at once", "on an answer", "R-O7", _asks_two)
    yield bent("news is answered", "on its way", "R-M2", _answers_news)
    yield bent("a worker is talked over", "on words", "R-M2", _talks_over)


def _probes(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    more = turn.conversation.answers != b.answers and isinstance(event, Wrote)
    return says(turn, PROBE) if more and turn.says else turn


def _improvises(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    own = Say("own", "I think that you are on a good way.")
    return says(turn, own) if isinstance(event, Wrote) and turn.says else turn


def _asks_two(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    last = list(world.flow.core)[-1]
    asks = bool(turn.says) and turn.says[-1].key.startswith("ask.")
    return says(turn, Say(f"ask.{last.id}", last.ask)) if asks else turn


def _answers_news(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    hello = Say("resume", world.phrases.messages["resume"].text, prompted=False)
    here = isinstance(event, Delivered) and b.standing == "asking"
    return says(turn, hello) if here else turn


def _talks_over(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    thanks = Say("thanks_1", world.phrases.messages["thanks_1"].text)
    return says(turn, thanks) if b.holder == "worker" and isinstance(event, Wrote) else turn


def _returning() -> Iterator[Broken]:
    yield bent("from elsewhere", "answers are gone", "R-S11", _moved_loses)
    yield bent("from elsewhere", "it begins anew", "R-S11", _moved_begins)
    yield bent("a part is shared late", "after an hour", "R-E11", _an_hour_later)


def _moved_loses(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    return changed(turn, answers={}) if isinstance(event, Moved) else turn


def _moved_begins(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    first = Position("question", world.flow.sections[0].questions[0].id)
    return changed(turn, position=first) if isinstance(event, Moved) and b.agreed else turn


def _an_hour_later(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    away = b.last_wrote and now - b.last_wrote >= timedelta(hours=1)
    return _gives(world, turn) if away and wrote(event, "why") else turn
