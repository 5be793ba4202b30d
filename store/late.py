"""Words that waited: may they still be said? And words that did not arrive: once more?

A question is stale once the person has written since and a newer answer stands behind it: it must
not come before, nor after, the one that they are asked now. What shows their own words goes at once
or not at all. Nothing else that was said to them is ever taken back here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, exists, or_, select, update

from bot.conversation.model import Conversation, Delivered, Failed
from store import conversations, outbox, their_copies
from store import tables as t
from store.outbox import Row
from store.sealing import Keys

# "look": it may have been sent, and a log tells; where it was not, it waits.
Verdict = Literal["goes", "look", "later", "withdrawn", "failed"]
# What may stand before a question and is worth nothing without it.
LEADS = frozenset("back edit many_noted nearest own_words skipped".split())
# What shows somebody's own words, or how many there are.
CONTENT = frozenset(("many_noted", "times", "ended_named", "data_see", *their_copies.SHOWS))
# What can't be taken back is confirmed once: said a second time it looks like a second time.
ONCE = frozenset(("delete_done", "delete_done_early", "declined", "stopped"))

# Whoever wrote at night hears at night; after that they may sleep, or not be alone any more.
LATE = timedelta(minutes=10)
Waking = Callable[[Conversation], datetime]  # when we may write to this person unasked

_later, _later_message = t.outgoing.alias("later"), t.message.alias("later_message")
_ANSWERED = exists().where(
    _later.c.contact == t.outgoing.c.contact,
    _later.c.sequence > t.outgoing.c.sequence,
    _later.c.prompted.is_(True),
    _later.c.state.in_(("new", "begun", "sent", "delivered")),
    _later_message.c.id == _later.c.message,
    _later_message.c.at > t.message.c.at,
)
_WROTE = exists().where(
    t.conversation.c.contact == t.outgoing.c.contact,
    t.conversation.c.last_in_at > t.message.c.at,
)
_FACTS = select(
    t.outgoing.c.message,
    t.outgoing.c.state,
    t.outgoing.c.prompted,
    t.outgoing.c.attempts,
    t.outgoing.c.provider_ref,
    t.message.c.said,
    t.message.c.at,
    t.message.c.failed_code,
    t.message.c.conversation,
    (_WROTE & _ANSWERED).label("answered"),
    t.contact.c.state.label("reach"),
).select_from(
    t.outgoing.join(t.message, t.message.c.id == t.outgoing.c.message).join(
        t.contact, t.contact.c.id == t.outgoing.c.contact
    )
)


def fitting(
    connection: Connection,
    keys: Keys,
    rows: Sequence[Row],
    now: datetime,
    waking: Waking,
    *,
    log: bool,
) -> list[Row]:
    """Those of these rows that may go now, before any of them is begun.

    `waking` says when we may write to somebody unasked, at `now` or later: prompt replies go at
    any time. `log`: the provider's log tells what was sent; without one, what may have been sent
    goes again only where that is harmless.
    """
    ids = [row.out.message for row in rows]
    found = connection.execute(_FACTS.where(t.outgoing.c.message.in_(ids))).all() if ids else ()
    unasked = [f.conversation for f in found if not f.prompted or now - f.at > LATE]
    lines = conversations.by_id(connection, keys, unasked) if unasked else {}
    wakes = {id: waking(line.conversation) for id, line in lines.items()}
    going: dict[str, datetime | None] = {}
    for facts in found:
        wake, old = wakes.get(facts.conversation, now), now - facts.at > LATE
        verdict = _verdict(facts, wake > now, old, log)
        _carry_out(connection, facts.message, verdict, now, wake)
        if verdict in ("goes", "look"):
            going[facts.message] = wake if verdict == "look" else None
    return [replace(row, waits=going[row.out.message]) for row in rows if row.out.message in going]


def _verdict(facts: Any, asleep: bool, old: bool, log: bool) -> Verdict:
    unclear = facts.state == "begun"
    if unclear and not log and (not facts.prompted or ONCE & set(facts.said)):
        return "failed"
    if not facts.prompted and asleep:
        return "withdrawn" if unclear else "later"
    if facts.prompted and old and _shows(facts.said):
        return "withdrawn"  # by now another person may hold the phone
    waited = facts.attempts > 0 or facts.failed_code or old
    if waited and facts.prompted and facts.answered and _only_asks(facts.said):
        return "withdrawn"
    if asleep and old:
        return "look" if unclear and log else "later"
    return "goes"


def _shows(said: Sequence[str]) -> bool:
    return any(key in CONTENT or key.startswith("review.") for key in said)


def _only_asks(said: Sequence[str]) -> bool:
    asks = [key for key in said if key.startswith("ask.")]
    return bool(asks) and set(said) <= LEADS | set(asks)


def _carry_out(
    connection: Connection, message: str, verdict: Verdict, now: datetime, waking: datetime
) -> None:
    if verdict == "failed":
        outbox.settle(connection, Failed(message, code="unclear"), now)
    elif verdict == "later":
        outbox.queue_anew(connection, message, waking)
    elif verdict == "withdrawn":
        this = t.outgoing.c.message == message
        connection.execute(update(t.outgoing).where(this).values(state="withdrawn"))


def is_another(connection: Connection, message: str, ref: str) -> bool:
    """Does the provider's id belong to another message of ours, with the same words?"""
    other = (t.outgoing.c.provider_ref == ref) & (t.outgoing.c.message != message)
    if not ref:
        return False
    return bool(connection.scalar(select(exists().where(other))))


def is_old_news(connection: Connection, event: Delivered | Failed, ref: str) -> bool:
    """Is this about an earlier sending of a message that goes out, or went out, once more?"""
    query = select(exists().where(t.outgoing.c.message == event.message, _sent_before(ref)))
    again = t.message.c.id == t.outgoing.c.message
    return bool(connection.scalar(query.where(again, t.message.c.failed_code != "")))


def once_more(connection: Connection, event: Failed, ref: str, until: datetime) -> bool:
    """Queue a message that did not arrive once more. False where it is final: it was that
    already, it is part of the explanation, which the conversation itself gives again, or the
    person asked for plain messages since, and it would still say who we are."""
    facts = connection.execute(_FACTS.where(t.outgoing.c.message == event.message)).one_or_none()
    if facts is None or facts.failed_code or facts.state != "sent" or facts.provider_ref != ref:
        return False
    if facts.reach != "open" or any(key.startswith("notice.") for key in facts.said):
        return False
    if _plain_since(connection, facts.conversation, event.message):
        return False
    outbox.queue_anew(connection, event.message, until)
    this = t.message.c.id == event.message
    connection.execute(update(t.message).where(this).values(failed_code=event.code))
    return True


def _plain_since(connection: Connection, conversation: str, message: str) -> bool:
    """By the order of ids, not by clocks: words may have waited at the provider."""
    a = t.agreement.c
    asked = (a.kind == "discreet") & a.value & (a.conversation == conversation)
    asked &= a.reply > message
    return bool(connection.scalar(select(exists().where(asked))))


def _sent_before(ref: str) -> ColumnElement[bool]:
    """What is not yet sent once more has the id of the first sending; what is, another."""
    first = t.outgoing.c.state.in_((*outbox.WAITING, "withdrawn"))
    same = t.outgoing.c.provider_ref == ref
    return or_(first & same, ~first & ~same)
