"""The days of a month: when people sit down, when workers look in, and what falls due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tests.e2e.month_residents import Resident
from tests.e2e.records import Records
from tests.e2e.test_clock import LONDON

TOGETHER = timedelta(hours=2)
# What falls due by a moment, and the first moment at which anything does.
DUE = """SELECT count(*), min(at) FROM (
    SELECT timer.due_at AS at FROM timer JOIN conversation c ON c.id = timer.conversation
        WHERE c.closed_at IS NULL
    UNION ALL SELECT CASE outgoing.state WHEN 'new' THEN not_before ELSE begun_at END
        FROM outgoing JOIN contact ON contact.id = outgoing.contact
        WHERE outgoing.state IN ('new', 'begun') AND contact.state = 'open'
        AND contact.valid_to IS NULL
    UNION ALL SELECT next_at FROM nudge WHERE seen_at IS NULL AND next_at IS NOT NULL
    UNION ALL SELECT s.next_at FROM nudge_sent s JOIN nudge ON nudge.id = s.nudge
        WHERE nudge.seen_at IS NULL AND s.next_at IS NOT NULL
    UNION ALL SELECT delete_on FROM conversation WHERE delete_on IS NOT NULL
) AS d"""


def due_by(records: Records, by: datetime) -> int:
    """How much is due by this moment, and has not happened."""
    [(count, _)] = records.look(f"{DUE} WHERE at <= '{_sql(by)}'")
    return int(str(count))


def next_due(records: Records) -> list[datetime]:
    """When something falls due next, if anything does."""
    [(_, at)] = records.look(DUE)
    return [moment(at)] if at else []


def sittings(one: Resident, first: datetime, end: datetime) -> list[datetime]:
    """When they sit down to write. Every two hours some do: people talk at the same time."""
    at, times = one.script.starts, [one.script.starts]
    for pause in one.script.returns:
        at += pause
        times.append(at)
    return [at + (first - at) % TOGETHER for at in times if at < end]


def by_turns(here: Sequence[Resident]) -> list[list[Resident]]:
    turns: list[list[Resident]] = []
    for resident in here:
        for turn in turns:
            if not any(other is resident for other in turn):
                turn.append(resident)
                break
        else:
            turns.append([resident])
    return turns


def opening(now: datetime) -> list[datetime]:
    """The workers look in twice a day."""
    local = now.astimezone(LONDON)
    looks = [
        (local + timedelta(days=day)).replace(hour=hour, minute=5, second=0, microsecond=0)
        for day in (0, 1)
        for hour in (9, 11, 13, 16)
    ]
    return [at.astimezone(UTC) for at in looks if at > local][:1]


def _sql(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")


def moment(at: object) -> datetime:
    found = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    return found.replace(tzinfo=UTC)
