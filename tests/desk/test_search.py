"""Search: one intake by its reference or the whole number, and nothing by anything else."""

from __future__ import annotations

import pytest
from aiohttp import ClientResponse
from sqlalchemy import update

from desk import searching
from store import tables as t
from tests.desk.builder import COMPLETE, OURS, PARTIAL, THURSDAY, Desk, Made
from tests.desk.reading import looks, plain

NUMBER = "+447700900123"
NONE = "None here, or it was not shared with us."
# As tools that look for holes send them.
ODD = (
    "' OR '1'='1",
    "1' ORDER BY 10-- -",
    "'; DROP TABLE person; --",
    '") UNION SELECT NULL,NULL,sqlite_version()--',
    "%",
    "_______________",
    "KTR-4829%",
    "+44770090012",
    "7700900123' AND SLEEP(5)--",
    "{{7*7}}",
    "\x00",
    "٠٧٧٠٠٩٠٠١٢٣",
    "x" * 5000,
    "",
    " ",
)


async def search(desk: Desk, sought: str) -> ClientResponse:
    form = {"csrf": await desk.csrf(), "sought": sought}
    return await desk.client.post("/desk/search", data=form, headers=OURS, allow_redirects=False)


def number_of(desk: Desk, made: Made, number: str = NUMBER, service: str = "harbour") -> None:
    """They write from this number."""
    hashed = desk.keys.lookup(f"sms:{service}", number)
    mine = update(t.contact).where(t.contact.c.id == made.contact)
    desk.store.write_sync(lambda c: c.execute(mine.values(address_hash=hashed)))


@pytest.fixture
async def made(desk: Desk) -> Made:
    made = desk.intake({**COMPLETE, "name": "Jo"}, kind="complete", reference="KTR-48293")
    number_of(desk, made)
    await desk.sign_in()
    return made


@pytest.mark.parametrize(
    "sought",
    [
        "KTR-48293",
        "ktr 48293",
        " ktr48293 ",
        NUMBER,
        "+44 7700 900-123",
        "0044 7700 900123",
        "07700 900123",
        "(07700) 900 123",
        "447700900123",
    ],
)
async def test_one_intake_is_found(desk: Desk, made: Made, sought: str) -> None:
    answer = await search(desk, sought)
    assert (answer.status, answer.headers["Location"]) == (303, "/desk/intake/KTR-48293")
    assert looks(desk) == [(desk.worker("Sam"), "found by a search")]


@pytest.mark.parametrize("sought", ODD)
async def test_anything_else_finds_nobody(desk: Desk, made: Made, sought: str) -> None:
    answer = await search(desk, sought)
    assert answer.status == 200
    assert NONE in plain(await answer.text())
    assert looks(desk) == []


async def test_what_is_not_shared_is_answered_like_what_is_not_there(desk: Desk) -> None:
    number_of(desk, desk.intake({**PARTIAL, "name": "Not Yet"}, kind="", standing="asking"))
    await desk.sign_in()
    there, not_there = [await search(desk, n) for n in (NUMBER, "+447700900999")]
    assert await there.text() == await not_there.text()
    assert looks(desk) == []


async def test_nobody_of_another_service_is_found(desk: Desk, made: Made) -> None:
    other = desk.worker("Other")
    desk.store.write_sync(
        lambda c: c.execute(t.membership.delete().where(t.membership.c.worker == other))
    )
    await desk.sign_in("Other")
    for sought in (NUMBER, "KTR-48293", made.id):
        assert NONE in plain(await (await search(desk, sought)).text())


async def test_an_erased_person_is_not_found(desk: Desk, made: Made) -> None:
    desk.store.write_sync(lambda c: c.execute(update(t.handover).values(kind="erased")))
    desk.change(t.conversation, made.id, closed_at=THURSDAY)
    for sought in (NUMBER, "KTR-48293"):
        assert NONE in plain(await (await search(desk, sought)).text())


async def test_a_number_that_was_passed_on_finds_who_has_it_now(desk: Desk, made: Made) -> None:
    desk.change(t.contact, made.contact, valid_to=THURSDAY)
    assert NONE in plain(await (await search(desk, NUMBER)).text())
    now = desk.intake(PARTIAL, reference="BXW-77342")
    number_of(desk, now)
    assert (await search(desk, NUMBER)).headers["Location"] == "/desk/intake/BXW-77342"


@pytest.mark.parametrize(
    ("written", "ours", "found"),
    [
        ("061234", "+33 6987", "+3361234"),
        ("612345", "+34 600", "+34612345"),
        ("2025550123", "sms:+12025550100", "+12025550123"),
        ("12025550123", "sms:+12025550100", "+12025550123"),
        ("087123", "sms:+353860", "+35387123"),
        ("07700900123", "07700 900000", None),
    ],
)
def test_a_number_as_one_writes_it_at_home(written: str, ours: str, found: str | None) -> None:
    numbers = list(searching.numbers(written, [ours]))
    assert found in numbers if found else numbers == []
