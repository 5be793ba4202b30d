"""Somebody hands an intake over and nobody opens the desk: workers are nudged one after the other,
whatever ends our process in between, and the person is told the truth."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from tests.e2e.crowd import BusyTwilio, TexterInCrowd, converse
from tests.e2e.house import WORKER, House, until
from tests.e2e.on_duty import SECOND, MailServer, address, on_duty
from tests.e2e.test_clock import LONDON

FIRST, NEXT = address(WORKER), address(SECOND)
NUMBER = "+447700900171"
MINUTES, HOURS = timedelta(minutes=1), timedelta(hours=1)
PROMISED, TRUTH = "reads this by", "That has not happened yet"
SOON = 20.0


def monday_at_ten() -> timedelta:
    """How far ten o'clock of a Monday to come is ahead of now."""
    now = datetime.now(LONDON)
    day = now + timedelta(days=7 - now.weekday())
    return day.replace(hour=10, minute=0, second=0) - now


async def hands_over(twilio: BusyTwilio) -> TexterInCrowd:
    """Says that writing is safe, skips the rest, and gives it to the team."""
    person = TexterInCrowd(twilio, NUMBER, lambda id: None)
    await converse(person)
    await person.say("1")
    while "Shall our team have this" not in (heard := await person.hear()):
        await person.say("ok" if "go on now" in heard else "skip")
    await person.say("ok")
    await person.hear()
    return person


async def again(house: House, ahead: timedelta) -> None:
    """The same house at another time; it ends without being asked."""
    await house.kill()
    await house.start(ahead)


async def told(house: House, mail: MailServer, whom: list[str]) -> None:
    """Until these were told, in this order, and the house has written down that they were."""
    sent = "FROM nudge_sent WHERE sent_at IS NOT NULL"
    await until(lambda: house.count(sent) == len(whom), SOON, house.output)
    assert mail.told() == whom


async def test_nobody_answers_and_the_person_is_told_the_truth(tmp_path: Path) -> None:
    ten = monday_at_ten()
    async with BusyTwilio() as twilio:
        with MailServer() as mail:
            house = House(tmp_path, twilio, mail=mail.url, forked=True)
            on_duty(house, ten)
            await house.start(ten)
            person = await hands_over(twilio)
            assert PROMISED in person.heard[-1]

            await told(house, mail, [FIRST])
            [(reference,)] = house.look("SELECT reference FROM handover")
            [(_, text)] = mail.mails
            assert f"Reference {reference}. {house.public}/desk/intake/{reference}" in text
            assert not [w for w in person.said.values() if len(w) > 4 and w in text]

            await again(house, ten + 2 * HOURS + 10 * MINUTES)
            await told(house, mail, [FIRST, NEXT])

            await again(house, ten + 4 * HOURS + 30 * MINUTES)
            # The first worker is the lead as well: whoever runs it all hears of it now.
            await told(house, mail, [FIRST, NEXT, FIRST])
            heard = await person.hear()
            assert TRUTH in heard
            assert "07700 900 000" in heard

            await again(house, ten + 30 * HOURS)
            await house.quiet()
            assert len(person.arrived) == len(person.heard)
            assert mail.told() == [FIRST, NEXT, FIRST]
            assert NUMBER not in house.output()
            assert FIRST not in house.output()
            await house.stop()


async def test_while_no_mail_can_be_sent_it_is_tried_again(tmp_path: Path) -> None:
    ten, mail = monday_at_ten(), MailServer()
    failed = "FROM nudge_sent WHERE failed_code <> '' AND sent_at IS NULL"
    async with BusyTwilio() as twilio:
        house = House(tmp_path, twilio, mail=mail.url, forked=True)
        on_duty(house, ten)
        await house.start(ten)
        await hands_over(twilio)
        await until(lambda: house.count(failed) == 1, SOON, house.output)
        with mail:
            await again(house, ten + 10 * MINUTES)
            await told(house, mail, [FIRST])
            await until(lambda: house.count(failed) == 0, SOON, house.output)
        await house.stop()


async def test_where_no_way_was_tested_no_time_is_told(tmp_path: Path) -> None:
    async with BusyTwilio() as twilio, House(tmp_path, twilio, forked=True) as house:
        person = await hands_over(twilio)
        assert "We can't say when" in person.heard[-1]
        assert PROMISED not in person.heard[-1]
        assert house.count("FROM promise WHERE kind = 'read'") == 0
        assert house.count("FROM promise WHERE kind = 'aim'") == 1
