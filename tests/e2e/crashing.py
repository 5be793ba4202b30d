"""The product with trapdoors: `python -m tests.e2e.crashing FILE SECONDS bot serve`.

Each point of the path that has a name is wrapped here, from outside. Where FILE says `NAME N`, the
process ends itself by SIGKILL as it passes the point of that name for the N-th time from then on.
What was cut short is looked into after SECONDS, and not after the minute that several processes
leave one another.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from bot import backing_off, grouping, housekeeping, inbound, outbound, queueing
from bot.channels import sms, telegram
from bot.conversation.model import Delivered, Due
from store import conversations, messages, migrations, outbox, retention, rights, session, turns

Function = Callable[..., Any]
Pass = Callable[..., None]

# Point -> where it is: the module or class, its function, and whether before or after it.
POINTS: dict[str, tuple[Any, str, str]] = {
    "arrived": (grouping.Grouping, "add", "before"),
    "looked up": (messages, "already_seen", "after"),
    "remembered": (messages, "remember", "after"),
    "met": (conversations, "open_lines", "after"),
    "decided": (inbound.Inbox, "_decide", "after"),
    "writing": (turns.Ledger, "write", "before"),
    "written": (turns.Ledger, "write", "after"),
    "committed": (inbound.Inbox, "_commit", "after"),
    "answering": (grouping.Grouping, "add", "after"),
    "begun, not committed": (outbox, "begin", "after"),
    "begun": (outbound.Sender, "_serve", "before"),
    "handed to Twilio": (sms.SmsChannel, "send", "after"),
    "handed to Telegram": (telegram.TelegramChannel, "send", "after"),
    "looking in the log": (sms.SmsChannel, "find", "before"),
    "found in the log": (sms.SmsChannel, "find", "after"),
    "sent, not recorded": (outbound.Sender, "_tell", "before"),
    "recorded": (outbound.Sender, "_tell", "after"),
    "to be tried again": (outbox, "postpone", "before"),
    "news of delivery": (outbox, "settle", "after"),
    "tables made": (migrations, "upgrade", "after"),
    "timers seen": (retention, "due_timers", "after"),
    "timer rung": (housekeeping, "_one", "after"),
    "erasing": (rights, "destroy_key", "before"),
    "erased": (rights, "erase", "after"),
    "expired": (retention, "expire", "after"),
    "before the checkpoint": (session.Store, "checkpoint", "before"),
}
# Only these passes count: what else goes through there is not what the point is about.
ONLY: dict[str, Callable[[tuple[Any, ...], Any], bool]] = {
    "met": lambda given, found: bool(found),
    "timers seen": lambda given, found: bool(found),
    "decided": lambda given, found: not isinstance(given[3], Delivered | Due),
    "sent, not recorded": lambda given, found: isinstance(given[2], Delivered),
}
COMMITTING = "committing"  # the statement COMMIT is about to be given


class Trap:
    """Armed by a file; an empty or missing one arms nothing."""

    def __init__(self, file: Path) -> None:
        self._file, self._passes = file, 0

    def passed(self, point: str) -> None:
        armed, _, number = self._armed().rpartition(" ")
        if armed == point:
            self._passes += 1
            if self._passes == int(number):
                os.kill(os.getpid(), signal.SIGKILL)

    def _armed(self) -> str:
        try:
            return self._file.read_text("utf-8")
        except FileNotFoundError:
            return ""


def _always(given: tuple[Any, ...], found: Any) -> bool:
    return True


def wrap(trap: Trap, point: str) -> None:
    """Put the trap before or after the function that the point names."""
    place, name, when = POINTS[point]
    only = ONLY.get(point, _always)

    def passing(given: tuple[Any, ...], found: Any) -> None:
        if only(given, found):
            trap.passed(point)

    wrapped: Callable[[Function, Pass], Function] = _before if when == "before" else _after
    setattr(place, name, wrapped(getattr(place, name), passing))


def _before(inner: Function, passing: Pass) -> Function:
    @wraps(inner)
    def outer(*given: Any, **named: Any) -> Any:
        passing(given, None)
        return inner(*given, **named)

    return outer


def _after(inner: Function, passing: Pass) -> Function:
    async def later(given: tuple[Any, ...], result: Any) -> Any:
        found = await result
        passing(given, found)
        return found

    @wraps(inner)
    def outer(*given: Any, **named: Any) -> Any:
        found = inner(*given, **named)
        if hasattr(found, "__await__"):
            return later(given, found)
        passing(given, found)
        return found

    return outer


def wrap_commit(trap: Trap) -> None:
    """The commit of a batch, and of no other transaction."""
    inner = inbound.Inbox.batch

    def batch(self: Any, connection: Connection, *given: Any, **named: Any) -> Any:
        found = inner(self, connection, *given, **named)
        event.listen(connection, "commit", lambda _: trap.passed(COMMITTING), once=True)
        return found

    setattr(inbound.Inbox, "batch", batch)  # noqa: B010 - mypy would see a wrong method


if __name__ == "__main__":
    trap = Trap(Path(sys.argv.pop(1)))
    for point in POINTS:
        wrap(trap, point)
    wrap_commit(trap)
    backing_off.FIRST_WAIT = queueing.ELSEWHERE = float(sys.argv.pop(1))
    runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
