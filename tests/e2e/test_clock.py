"""A clock that jumps: an hour back, a day and more ahead, over the change to summer time.

Reminders come once, at the person's own daytime, whatever the clock did in between; a link to the
desk is over when its time is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.databases import KINDS_IN_TURN
from tests.e2e.caseworker import Caseworker
from tests.e2e.crowd import BusyTwilio, TexterInCrowd, converse
from tests.e2e.house import House
from tests.e2e.records import until
from tests.emulators.twilio import Twilio

LONDON = ZoneInfo("Europe/London")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HANDED, REMINDER = "read what you", "I am still here if you would like to go on"
# From the last word on, forward and back: how many messages came unasked by then. At most two are
# agreed to, the news of a hand-over among them.
JUMPS = [(-HOUR, 0), (0 * HOUR, 0), (DAY + HOUR, 1), (DAY, 1), (4 * DAY, 2), (3 * DAY, 2)]
JUMPS += [(9 * DAY, 2)]
SOON = 20.0


def noon(day: datetime) -> timedelta:
    """How far noon of that day in London is ahead of now."""
    return day.replace(hour=12, minute=0) - datetime.now(LONDON)


def ordinary_day() -> datetime:
    """One with no change of the clocks in the week after it."""
    day = datetime.now(LONDON) + DAY
    while day.utcoffset() != (day + 7 * DAY).utcoffset():
        day += DAY
    return day


def eve_of_summer_time() -> datetime:
    """A day before the night in which an hour is missing."""
    day = datetime.now(LONDON) + DAY
    while (day + DAY).utcoffset() <= day.utcoffset():  # type: ignore[operator]
        day += DAY
    return day


@pytest.mark.parametrize("kind", KINDS_IN_TURN)
@pytest.mark.parametrize("first", [ordinary_day, eve_of_summer_time])
async def test_reminders_come_once(tmp_path: Path, url: str, first: Callable[[], datetime]) -> None:
    day = first()
    async with BusyTwilio() as twilio:
        house = House(tmp_path, twilio, url=url)
        await house.start(noon(day))
        person = TexterInCrowd(twilio, "+447700900001", lambda id: None)
        await converse(person)
        for words in ("1", "pause", "1"):
            await person.say(words)
            await person.hear()
        await house.quiet()
        asked = len(twilio.arrived(person.address))
        for jump, unasked in JUMPS:
            await _again(house, noon(day) + jump)
            await _came(house, twilio, person, asked + unasked)
            await _answers(house, twilio, f"+44770090001{JUMPS.index((jump, unasked))}")
        said = [message.body for message in twilio.arrived(person.address)]
        assert [HANDED in said[asked], REMINDER in said[asked + 1]] == [True, True]
        await house.stop()


async def _again(house: House, ahead: timedelta) -> None:
    """The same house, its clock somewhere else; timers that are due have rung when this returns."""
    await house.stop()
    await house.start(ahead)
    now = (datetime.now(UTC) + ahead).replace(tzinfo=None).isoformat(sep=" ")
    due = f"FROM timer WHERE due_at <= '{now}'"
    await until(lambda: house.count(due) == 0, SOON, house.output)
    await house.quiet()


async def _came(house: House, twilio: Twilio, person: TexterInCrowd, messages: int) -> None:
    await until(lambda: len(twilio.arrived(person.address)) >= messages, SOON, house.output)
    await house.quiet()
    assert len(twilio.arrived(person.address)) == messages


async def _answers(house: House, twilio: Twilio, number: str) -> None:
    had = len(twilio.arrived(number))
    await twilio.text_in(number, "hello")
    await until(lambda: len(twilio.arrived(number)) > had, SOON, house.output)


async def test_a_link_to_the_desk_is_over_in_time(tmp_path: Path) -> None:
    house = House(tmp_path)
    await house.start()
    link = house.link()
    for ahead, works in ((HOUR, False), (-HOUR, True)):
        await house.stop()
        await house.start(ahead)
        async with Caseworker(house) as desk:
            if works:
                await desk.sign_in(link)
            else:
                with pytest.raises(AssertionError, match="link"):
                    await desk.sign_in(link)
    await house.stop()
