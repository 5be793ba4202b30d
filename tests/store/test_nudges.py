"""Nudges: made with what they tell of, settled by whoever sees it, sent once a step."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, insert, update

from bot.conversation.channel import Receipt
from bot.conversation.effects import Asked, Effect, HandOver, Promised, TakeBack
from desk import changes, holding
from store import accounts, duty, nudges
from store import tables as t
from store.ids import new_id
from tests.houses import NOON, House, saying, wrote

SOON, MINUTE = NOON + timedelta(hours=4), timedelta(minutes=1)
SHARED = (HandOver("complete", SOON), Promised("read", SOON))
LEASE = timedelta(seconds=30)


async def turn(house: House, *effects: Effect) -> Receipt:
    """The person writes, and this follows."""
    return await house.inbox(saying(*effects)).receive(wrote("hello"))


def made(house: House) -> list[object]:
    return [row["what"] for row in house.rows(t.nudge)]


def worker(house: House, name: str = "Sam") -> str:
    return house.store.write_sync(lambda c: accounts.add_worker(c, name, "caseworker", NOON))


def step(house: House, to: list[tuple[str, str]]) -> None:
    """The next step of all that is due goes to these."""

    def work(connection: Connection) -> None:
        for nudge in nudges.due(connection, NOON):
            nudges.advance(connection, nudge, to, NOON, NOON + timedelta(hours=1))

    house.store.write_sync(work)


def begun(house: House, at: datetime = NOON) -> list[nudges.Try]:
    return house.store.write_sync(lambda c: nudges.begin(c, at, LEASE))


# --- Made ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effects", "what"),
    [
        (SHARED, ["handover"]),
        ((HandOver("partial", SOON, today=True), Promised("aim", SOON)), ["today"]),
        ((Asked("person"),), ["person"]),
        ((*SHARED, Asked("delete")), ["handover", "delete"]),
        ((Asked("stop_using"), Asked("complain")), ["stop_using", "complain"]),
    ],
)
async def test_what_makes_one(house: House, effects: tuple[Effect, ...], what: list[str]) -> None:
    await turn(house, *effects)
    assert made(house) == what


async def test_one_to_a_hand_over_and_not_to_each_message(house: House) -> None:
    for _ in range(3):
        await turn(house, *SHARED, Asked("person"))
    assert made(house) == ["handover", "person"]


async def test_a_part_that_was_read_and_is_whole_now_makes_another(house: House) -> None:
    first = await turn(house, HandOver("partial", SOON), Promised("aim", SOON))
    later = NOON + MINUTE
    house.store.write_sync(lambda c: changes.keep_promise(c, first.conversation, later))
    house.store.write_sync(lambda c: nudges.settle(c, later))
    house.clock.at = later + MINUTE
    await turn(house, *SHARED)
    house.store.write_sync(lambda c: nudges.settle(c, house.clock.at))
    assert [row["seen_at"] for row in house.rows(t.nudge)] == [later, None]


async def test_today_takes_the_place_of_what_can_wait(house: House) -> None:
    await turn(house, *SHARED)
    await turn(house, HandOver("complete", SOON, today=True), Promised("read", SOON))
    assert [row["seen_at"] is None for row in house.rows(t.nudge)] == [False, True]


async def test_nobody_is_nudged_for_practice(house: House) -> None:
    house.store.write_sync(lambda c: c.execute(update(t.service).values(practice=True)) and None)
    await turn(house, *SHARED)
    assert made(house) == []


# --- Settled -------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["read", "looked", "taken", "taken back", "erased"])
async def test_what_settles_it(house: House, how: str) -> None:
    id = (await turn(house, *SHARED)).conversation
    at = NOON + MINUTE
    sam = worker(house)
    match how:
        case "read":
            house.store.write_sync(lambda c: changes.keep_promise(c, id, at))
        case "looked":
            house.store.write_sync(lambda c: changes.look(c, [id], sam, nudges.READING, at))
        case "taken":
            house.store.write_sync(lambda c: holding.pick_up(c, id, sam, at))
        case "taken back":
            await turn(house, TakeBack())
        case _:
            gone = update(t.handover).values(kind="erased")
            house.store.write_sync(lambda c: c.execute(gone) and None)
    assert house.store.read_sync(nudges.counted).waiting == 0
    house.store.write_sync(lambda c: nudges.settle(c, at))
    [row] = house.rows(t.nudge)
    assert (row["seen_at"], row["seen_by"]) == (at, sam if how == "looked" else None)
    assert house.store.read_sync(lambda c: nudges.due(c, SOON)) == []


async def test_having_it_in_the_list_is_not_reading_it(house: House) -> None:
    id = (await turn(house, *SHARED)).conversation
    look, sam = changes.IN_THE_LIST, worker(house)
    house.store.write_sync(lambda c: changes.look(c, [id], sam, look, NOON + MINUTE))
    assert house.store.read_sync(nudges.counted).waiting == 1


async def test_a_wish_is_settled_when_somebody_sees_to_it(house: House) -> None:
    await turn(house, Asked("person"))
    assert house.store.read_sync(nudges.counted).waiting == 1
    house.store.write_sync(lambda c: c.execute(update(t.asked).values(seen_at=NOON)) and None)
    assert house.store.read_sync(nudges.counted).waiting == 0


async def test_who_reads_an_intake_has_answered_nothing(house: House) -> None:
    """What is owed an answer is told of until it has one."""
    id = (await turn(house, *SHARED, Asked("complain", due_at=SOON))).conversation
    at, sam = NOON + MINUTE, worker(house)
    house.store.write_sync(lambda c: changes.look(c, [id], sam, nudges.READING, at))
    house.store.write_sync(lambda c: changes.keep_promise(c, id, at))
    house.store.write_sync(lambda c: nudges.settle(c, at))
    assert [row["what"] for row in house.rows(t.nudge) if row["seen_at"] is None] == ["complain"]


# --- Step by step --------------------------------------------------------------------------------


async def test_a_step_is_taken_once_and_each_try_is_claimed(house: House) -> None:
    await turn(house, *SHARED)
    sam = worker(house)
    [nudge] = house.store.read_sync(lambda c: nudges.due(c, NOON))
    for _ in range(2):  # as two processes that looked at the same moment
        house.store.write_sync(
            lambda c: nudges.advance(c, nudge, [(sam, "email")], NOON, NOON + MINUTE)
        )
    [one] = begun(house)
    assert (one.worker, one.route, one.attempt) == (sam, "email", 1)
    assert one.reference == house.rows(t.handover)[0]["reference"]
    assert begun(house) == []


async def test_who_died_while_sending_leaves_one_copy_at_most(house: House) -> None:
    await turn(house, *SHARED)
    step(house, [(worker(house), "email")])
    [first] = begun(house)
    [again] = begun(house, NOON + LEASE)
    assert (again.id, again.attempt) == (first.id, 2)
    house.store.write_sync(lambda c: nudges.sent(c, again.id, NOON + LEASE))
    assert begun(house, NOON + 9 * LEASE) == []


async def test_what_failed_is_tried_again_and_no_more_once_it_was_seen(house: House) -> None:
    id = (await turn(house, *SHARED)).conversation
    step(house, [(worker(house), "email")])
    [one] = begun(house)
    house.store.write_sync(lambda c: nudges.failed(c, one.id, "refused", NOON + MINUTE))
    assert house.store.read_sync(nudges.counted) == nudges.Counted(waiting=1, failed=1)
    assert len(begun(house, NOON + MINUTE)) == 1
    house.store.write_sync(lambda c: changes.keep_promise(c, id, NOON + MINUTE))
    house.store.write_sync(lambda c: nudges.settle(c, NOON + MINUTE))
    assert begun(house, SOON) == []


# --- On duty, and tested -------------------------------------------------------------------------


def on_duty(house: House, *names: str) -> list[str]:
    ids = [worker(house, name) for name in names]

    def work(connection: Connection) -> None:
        for id in ids:
            duty.add(connection, "harbour", id)
            duty.set_addresses(connection, house.store.keys, id, "sam@example.org", "")

    house.store.write_sync(work)
    return ids


def test_the_list_keeps_its_order(house: House) -> None:
    one, two, three = on_duty(house, "One", "Two", "Three")
    house.store.write_sync(lambda c: duty.move_up(c, "harbour", three))
    house.store.write_sync(lambda c: duty.remove(c, "harbour", one))
    house.store.write_sync(lambda c: accounts.close_worker(c, two, NOON))
    assert house.store.read_sync(lambda c: duty.on_duty(c, "harbour")) == [three]
    assert b"sam@example.org" not in house.everything()


@pytest.mark.parametrize(
    ("days", "then", "reached"),
    [
        (0, "answered", True),
        (7, "answered", True),
        (8, "answered", False),
        (0, "not answered", False),
        (0, "a nudge failed", False),
        (0, "another address", False),
        (0, "off the list", False),
    ],
)
def test_when_a_time_may_be_told(house: House, days: int, then: str, reached: bool) -> None:
    [sam] = on_duty(house, "Sam")
    keys, later = house.store.keys, NOON + timedelta(days=days)
    _, token = house.store.write_sync(
        lambda c: duty.begin_test(c, "harbour", sam, "email", NOON - MINUTE)
    )
    if then != "not answered":
        assert house.store.write_sync(lambda c: duty.answer(c, token, NOON))
        assert not house.store.write_sync(lambda c: duty.answer(c, token, NOON))
    if then == "a nudge failed":
        row = {"id": new_id(), "worker": sam, "route": "email", "at": NOON + MINUTE}
        house.store.write_sync(lambda c: _failed(c, row))
    if then == "another address":
        house.store.write_sync(lambda c: duty.set_addresses(c, keys, sam, "jo@example.org", ""))
    if then == "off the list":
        house.store.write_sync(lambda c: duty.remove(c, "harbour", sam))
    assert house.store.read_sync(lambda c: duty.is_reached(c, keys, "harbour", later)) is reached


def _failed(connection: Connection, row: dict[str, object]) -> None:
    # A test that could not be sent says the same as a nudge that could not.
    values = {"service": "harbour", "token_hash": b"x", "failed_code": "Connect"}
    connection.execute(insert(t.route_test).values(**row, **values))
