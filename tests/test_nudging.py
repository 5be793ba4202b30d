"""Whom a nudge goes to next, and when; what becomes of the sending."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import aiosmtplib
import pytest
from sqlalchemy import update

from bot.conversation.channel import SendError
from bot.conversation.effects import HandOver, Promised
from bot.mailing import Mail, trouble
from bot.nudged import Nudged
from bot.nudging import Nudging, plan
from bot.reaching import Words
from store import accounts, duty
from store import tables as t
from store.nudges import Open
from tests.houses import NOON, House, saying, wrote
from tests.worlds import harbour

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NIGHT = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
DUE = NOON + 4 * HOUR


def nudge(step: int = 0, what: str = "handover", at: datetime = NOON) -> Open:
    return Open("n", "harbour", what, at, DUE if at == NOON else None, step)


@pytest.mark.parametrize(
    ("step", "now", "whom", "next_at"),
    [
        (0, NOON, ["a"], NOON + 2 * HOUR),
        (1, NOON + 2 * HOUR, ["b"], NOON + 3 * HOUR),
        (2, NOON + 3 * HOUR, ["a"], NOON + 3.5 * HOUR),
        (3, DUE - 2 * MINUTE, ["b"], DUE + 13 * MINUTE),
        (4, DUE, ["lead"], None),
        (6, NOON + 3 * HOUR, ["lead"], None),
        (0, DUE + HOUR - MINUTE, ["a"], NOON + 21 * HOUR),
    ],
)
def test_along_the_list(step: int, now: datetime, whom: list[str], next_at: datetime) -> None:
    found = plan(nudge(step), ["a", "b"], ["lead"], harbour(), now)
    assert (list(found.workers), found.next_at) == (whom, next_at)


def test_at_night_only_what_can_not_wait() -> None:
    morning = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    waits = plan(nudge(at=NIGHT), ["a"], [], harbour(), NIGHT)
    assert (list(waits.workers), waits.next_at) == ([], morning)
    for what in ("today", "person", "under_18"):
        goes = plan(nudge(what=what, at=NIGHT), ["a"], [], harbour(), NIGHT)
        assert list(goes.workers) == ["a"]
        assert (goes.next_at or NIGHT) >= morning


def test_what_has_to_be_done_now_goes_to_the_leads_at_once_and_then_to_all() -> None:
    one = plan(nudge(what="now", at=NIGHT), ["a", "b"], ["lead", "a"], harbour(), NIGHT)
    assert (list(one.workers), one.next_at) == (["a", "lead"], NIGHT + 15 * MINUTE)
    two = plan(nudge(1, "now", NIGHT), ["a", "b"], ["lead"], harbour(), NIGHT + 15 * MINUTE)
    assert (list(two.workers), two.next_at) == (["a", "b", "lead"], None)
    nobody = plan(nudge(what="now", at=NIGHT), [], [], harbour(), NIGHT)
    assert (list(nobody.workers), nobody.next_at) == ([], NIGHT + 15 * MINUTE)


def test_with_nobody_to_tell_it_waits() -> None:
    found = plan(nudge(), [], [], harbour(), NOON)
    assert (list(found.workers), found.next_at) == ([], NOON + HOUR)


class Ways:
    """The ways out, which a test cuts."""

    kinds = frozenset({"email"})

    def __init__(self) -> None:
        self.sent: list[tuple[str, Words]] = []
        self.trouble: SendError | None = None

    async def send(self, id: str, kind: str, address: str, words: Words) -> None:
        if self.trouble:
            raise self.trouble
        self.sent.append((address, words))


async def somebody_waits(house: House) -> tuple[Nudging, Ways]:
    handed = (HandOver("complete", DUE), Promised("read", DUE))
    await house.inbox(saying(*handed)).receive(wrote("zebrafinch"))
    sam = house.store.write_sync(lambda c: accounts.add_worker(c, "Sam", "caseworker", NOON))
    house.store.write_sync(lambda c: duty.add(c, "harbour", sam))
    keys = house.store.keys
    house.store.write_sync(lambda c: duty.set_addresses(c, keys, sam, "sam@example.org", ""))
    ways = Ways()
    words = lambda reference: Words("An intake waits", reference)  # noqa: E731
    services = {"harbour": harbour()}
    return Nudging(house.store, ways, house.clock, services, words), ways  # type: ignore[arg-type]


async def test_it_goes_out_once(house: House) -> None:
    nudging, ways = await somebody_waits(house)
    for _ in range(3):
        await nudging.sweep()
    [(address, words)] = ways.sent
    assert address == "sam@example.org"
    assert words.text == house.rows(t.handover)[0]["reference"]


@pytest.mark.parametrize(("trouble", "again"), [("retry", True), ("give_up", False)])
async def test_what_failed_is_tried_again_unless_it_is_for_good(
    house: House, trouble: str, again: bool
) -> None:
    nudging, ways = await somebody_waits(house)
    ways.trouble = SendError(trouble, "451")  # type: ignore[arg-type]
    await nudging.sweep()
    [row] = house.rows(t.nudge_sent)
    assert (row["failed_code"], row["next_at"] is not None) == ("451", again)
    ways.trouble = None
    house.clock.at += MINUTE
    await nudging.sweep()
    assert len(ways.sent) == again
    [row] = house.rows(t.nudge_sent)
    assert row["failed_code"] == ("" if again else "451")


async def test_what_may_be_told_follows_the_tests(house: House) -> None:
    await somebody_waits(house)
    made = Nudged({"harbour": house.world}, house.store, house.clock)
    await made.refresh()
    assert not made["harbour"].service.nudged
    sam = str(house.rows(t.worker)[0]["id"])
    _, token = house.store.write_sync(
        lambda c: duty.begin_test(c, "harbour", sam, "email", house.clock.at)
    )
    house.store.write_sync(lambda c: duty.answer(c, token, house.clock.at))
    await made.refresh()
    assert made["harbour"].service.nudged
    house.clock.at += timedelta(days=8)
    await made.refresh()
    assert not made["harbour"].service.nudged
    house.store.write_sync(lambda c: c.execute(update(t.worker).values(closed_at=NOON)) and None)


def test_what_a_mail_server_answers() -> None:
    refused = aiosmtplib.SMTPRecipientRefused(550, "no such user", "sam@example.org")
    assert trouble(aiosmtplib.SMTPRecipientsRefused([refused])).trouble == "give_up"
    assert trouble(aiosmtplib.SMTPDataError(451, "later")).trouble == "retry"
    assert trouble(aiosmtplib.SMTPAuthenticationError(535, "no")).trouble == "alarm"
    told = str(trouble(aiosmtplib.SMTPConnectError("can't reach mail.example.org")))
    assert told == "retry ConnectError"


async def test_no_mail_goes_in_the_clear_but_on_this_machine() -> None:
    assert Mail("smtp://mail.example.org", "desk@example.org")._start_tls
    assert not Mail("smtp://127.0.0.1:25", "desk@example.org")._start_tls
    with pytest.raises(SendError):
        await Mail("smtp://127.0.0.1:9", "desk@example.org").send("sam@example.org", "a", "b")
