"""What an operator watches, in Prometheus's text form: docs/watching.md says what to look at.

Counters are fed where things come in and go out, mostly by decorators; what the database knows
(queues, hand-overs) is read when somebody asks. Labels are kinds, never names, numbers or ids.
"""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from time import perf_counter
from typing import Any, TypeVar, cast

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
)

from bot.conversation import pace, segments
from bot.conversation.channel import Away, Envelope, Receipt, SendError
from bot.conversation.model import Conversation, Event, Turn, World, Wrote
from bot.durations import Durations
from store import alarm
from store.outbox import Row

KINDS = ("sms", "telegram", "rehearsal-sms", "rehearsal-telegram")
PLACES = {
    "/channels/sms": "sms",
    "/channels/telegram": "telegram",
    "/desk": "desk",
    "/copy/": "copy",
    "/rehearse": "rehearsal",
    "/metrics": "metrics",
}
REASONS = {
    400: "unreadable",
    403: "forbidden",
    404: "not_found",
    405: "method",
    408: "slow",
    413: "too_large",
    415: "unreadable",
    421: "foreign_name",
    429: "too_many",
    503: "away",
}
# Steps are pure Python; a commit waits for the disk.
STEP_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0)
COMMIT_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)


def _counter(name: str, what: str, *labels: str) -> Counter:
    return Counter(f"ownpace_{name}", what, labels, registry=REGISTRY)


TAKEN = _counter(
    "taken",
    "What came in: stored, copy (nothing done), away (the provider tries again), failed",
    *("channel", "event", "outcome"),
)
REFUSED = _counter("refused", "Requests that were turned away", "place", "reason")
FLOODED = _counter("flooded", "Messages left without an answer: too many at once", "channel")
FAILED = _counter("steps_failed", "Steps that raised; what was written is set aside", "event")
SENDS = _counter("sends", "Tries to send, by what became of them", "channel", "outcome")
RETRIED = _counter("sends_retried", "Tries to send that were not the first", "channel")
PARTS = _counter("sms_parts", "SMS parts handed to the carrier: what is paid for")
LOOKED_UP = _counter(
    "lookups", "Unclear sends looked up in the provider's log", "channel", "outcome"
)
READ_BACK = _counter("read_backs", "Times the provider's log of what came in was read", "channel")
MISSED = _counter("read_back_messages", "Messages first found in the provider's log", "channel")
FORGOTTEN = _counter(
    "log_deletions", "Erased messages deleted from a provider's log", "channel", "outcome"
)
CLEARED = _counter(
    "removals", "Single messages removed from a chat or a provider's log", "channel", "outcome"
)
UNREADABLE = Gauge(
    "ownpace_unreadable", "Times that something sealed did not open", registry=REGISTRY
)
UNREADABLE.set_function(alarm.total)
STEP = Durations("ownpace_step_seconds", "Time to decide one step", STEP_BUCKETS)
REGISTRY.register(STEP)
COMMIT = Histogram(
    "ownpace_commit_seconds",
    "Time of one transaction of the way in, its wait for the writer included",
    registry=REGISTRY,
    buckets=COMMIT_BUCKETS,
)
Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Step = Callable[[World, Conversation, Event, datetime], Turn]


def kind(account: str) -> str:
    """What an account is, never which: `sms` of an id that goes on with a number."""
    name = account.partition(":")[0]
    return name if name in KINDS else "other" if name else "inside"


# --- Where things come in -------------------------------------------------------------------------


def taken(take: Decorated) -> Decorated:
    """Decorates `Inbox._take`: every envelope of a group, and what became of it."""

    @wraps(take)
    async def counted(self: Any, envelopes: Sequence[Envelope]) -> Sequence[Receipt | Exception]:
        became: Sequence[Receipt | Exception] = ()
        try:
            became = await take(self, envelopes)
            return became
        except Exception as error:
            became = [error] * len(envelopes)
            raise
        finally:
            _count(envelopes, became)

    return cast(Decorated, counted)


def _count(envelopes: Sequence[Envelope], became: Sequence[Receipt | Exception]) -> None:
    groups = Counts(
        (envelope.account, type(envelope.event).__name__.lower(), _outcome(each))
        for envelope, each in zip(envelopes, became, strict=False)
    )
    for (account, event, outcome), count in groups.items():
        TAKEN.labels(kind(account), event, outcome).inc(count)


def _outcome(became: Receipt | Exception) -> str:
    if isinstance(became, Exception):
        return "away" if isinstance(became, Away) else "failed"
    return "stored" if became.stored else "copy"


def committed(commit: Decorated) -> Decorated:
    """Decorates a coroutine that is one transaction."""

    @wraps(commit)
    async def timed_commit(*args: Any) -> Any:
        with COMMIT.time():
            return await commit(*args)

    return cast(Decorated, timed_commit)


def timed(step: Step) -> Step:
    """The same step; its time and its failures are counted."""

    def counted(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
        began = perf_counter()
        try:
            turn = step(world, conversation, event, now)
        except Exception:
            FAILED.labels(type(event).__name__.lower()).inc()
            raise
        finally:
            STEP.observe(perf_counter() - began)
        if not world.service.practice and _unanswered(event, turn):
            flooded(turn.conversation.channel)
        return turn

    return counted


def _unanswered(event: Event, turn: Turn) -> bool:
    after = turn.conversation
    too_fast = after.hurry > pace.FULL or after.hurry_day > pace.FULL_DAY
    return isinstance(event, Wrote) and too_fast and not turn.says


def refused(path: str, status: int) -> None:
    """A request to this path was turned away with this status."""
    place = next((name for start, name in PLACES.items() if path.startswith(start)), "other")
    REFUSED.labels(place, REASONS.get(status, "other")).inc()


def cut() -> None:
    """A connection was cut: half a request, and no more of it came."""
    REFUSED.labels("connection", "slow").inc()


def flooded(channel: str) -> None:
    """A message is kept and not answered, because there were too many."""
    FLOODED.labels(channel).inc()


def read_back(account: str, missed: int) -> None:
    """The provider's log was read; so many messages in it were new to us."""
    READ_BACK.labels(kind(account)).inc()
    MISSED.labels(kind(account)).inc(missed)


# --- Where things go out --------------------------------------------------------------------------


def sent(hand_over: Decorated) -> Decorated:
    """Decorates `Sender._hand_over`: every try, and what became of it."""

    @wraps(hand_over)
    async def counted(*args: Any) -> str | None:
        row: Row = args[-1]
        channel = kind(row.out.account)
        if row.out.attempt > 1:
            RETRIED.labels(channel).inc()
        outcome = "failed"
        try:
            reference: str | None = await hand_over(*args)
            outcome = "withdrawn" if reference is None else "sent"
            return reference
        except SendError as error:
            outcome = error.trouble
            raise
        finally:
            SENDS.labels(channel, outcome).inc()
            if (channel, outcome) == ("sms", "sent"):
                PARTS.inc(segments.count(row.out.text).parts)

    return cast(Decorated, counted)


def looked_up(find: Decorated) -> Decorated:
    """Decorates `Sender._find`: was an unclear message in the provider's log?"""

    @wraps(find)
    async def counted(*args: Any) -> str | None:
        row: Row = args[-1]
        outcome = "failed"
        try:
            reference: str | None = await find(*args)
            outcome = "missing" if reference is None else "found"
            return reference
        finally:
            LOOKED_UP.labels(kind(row.out.account), outcome).inc()

    return cast(Decorated, counted)
