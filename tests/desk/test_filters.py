"""The list by what a worker looks for: mine, new words, asked for today; odd addresses show all."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest

from desk import holding, waiting_list
from desk.choosing import Chosen
from store import tables as t
from tests.desk.builder import COMPLETE, PARTIAL, THURSDAY, Desk, Made
from tests.desk.reading import opened, plain
from tests.desk.test_search import ODD
from tests.desk.test_the_list import cards

NEW = "new words since you looked"


def take(desk: Desk, made: Made, name: str) -> None:
    worker = desk.worker(name)
    desk.store.write_sync(lambda c: holding.pick_up(c, made.id, worker, desk.clock.now()))


async def names(desk: Desk, show: str) -> list[str]:
    return [card.split()[0] for card in cards(await desk.page(f"/desk/?show={show}"))]


async def test_mine_is_what_i_hold(desk: Desk) -> None:
    for name, holder in (("Ann", "Sam"), ("Ben", "Priya"), ("Cas", "")):
        made = desk.intake({**COMPLETE, "name": name}, kind="complete")
        if holder:
            take(desk, made, holder)
    await desk.sign_in("Sam")
    assert await names(desk, "mine") == ["Ann"]
    assert await names(desk, "others") == ["Ben"]
    assert await names(desk, "waiting") == ["Cas"]


async def test_new_words_are_those_since_i_looked(desk: Desk) -> None:
    made = desk.intake({**COMPLETE, "name": "Jo"}, kind="complete")
    desk.intake({**COMPLETE, "name": "Al"}, kind="complete")
    await desk.sign_in("Sam")
    assert await names(desk, "new") == []
    await opened(desk, made)
    assert NEW not in await desk.page("/desk/")
    desk.clock.at += timedelta(minutes=10)
    desk.change(t.conversation, made.id, last_in_at=desk.clock.at)
    assert await names(desk, "new") == ["Jo"]
    assert NEW in await desk.page("/desk/")
    await desk.sign_in("Priya")
    assert await names(desk, "new") == [], "she has not looked at any"
    await desk.sign_in("Sam")
    desk.clock.at += timedelta(minutes=20)
    await opened(desk, made)
    assert await names(desk, "new") == []


async def test_what_is_not_shared_is_no_news(desk: Desk) -> None:
    """Of a part, only what is shared again is: that they write on is theirs."""
    made = desk.intake({**PARTIAL, "name": "Jo"})
    await desk.sign_in("Sam")
    await opened(desk, made)
    desk.clock.at += timedelta(minutes=10)
    desk.change(t.conversation, made.id, last_in_at=desk.clock.at)
    assert await names(desk, "new") == []
    desk.hand_over(made, "partial")
    assert await names(desk, "new") == ["Jo"]


async def test_asked_for_today(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_list, "WINDOW", 4)
    for n in range(10):
        soon = "today" if n in (1, 8) else "week"
        answers = {**COMPLETE, "name": f"N{n}", "how_soon": [soon]}
        due = THURSDAY + timedelta(hours=n)
        desk.intake(answers, kind="complete", due=due, reference=f"TST-{n:05}")
    await desk.sign_in("Sam")
    found, path = [], "/desk/?show=today"
    while path:
        page = await desk.page(path)
        found += [card.split()[0] for card in cards(page)]
        more = page.partition('id="more-today" href="')[2].partition('"')[0]
        path = more.replace("&amp;", "&")
    assert found == ["N1", "N8"]


@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_address_shows_what_there_is(desk: Desk, odd: str) -> None:
    desk.intake({**COMPLETE, "name": "Jo"}, kind="complete")
    await desk.sign_in()
    sought = quote(odd[:300])
    for query in (
        f"show={sought}",
        f"show=waiting&after={sought}",
        f"show=waiting&part={sought}&sort={sought}&order={sought}",
        f"show=others&after=99999999999999999.99999999999999999.{sought}",
    ):
        for path in ("/desk/", "/desk/now"):
            answer = await desk.client.get(f"{path}?{query}")
            assert answer.status == 200, query
            if "others" not in query:
                assert "Jo" in plain(await answer.text())


@pytest.mark.parametrize(
    "after", ["-.1.x", "1.1.x", "999999999999999999.1.x", "-.999999999999999999.x", "1.1.", "--1"]
)
def test_a_place_in_an_address_is_read_or_left(after: str) -> None:
    read = Chosen.read({"show": "waiting", "after": after})
    assert read.after is None or str(read.after) == after


async def test_the_part_that_refreshes_is_the_one_that_is_shown(desk: Desk) -> None:
    made = desk.intake({**COMPLETE, "name": "Jo"}, kind="complete")
    await desk.sign_in("Sam")
    page = await desk.page("/desk/?show=mine")
    assert 'hx-get="/desk/now?show=mine"' in page
    take(desk, made, "Sam")
    assert "Jo" in await desk.page("/desk/now?show=mine")
    assert 'aria-current="page">Mine' in page


async def test_rehearsals_stay_apart_on_every_filter(desk: Desk) -> None:
    made_up = desk.intake({**COMPLETE, "name": "Ro"}, kind="complete", service="practice")
    take(desk, made_up, "Sam")
    await desk.sign_in("Sam")
    for show in ("mine", "today", "new"):
        real, practice = (await desk.page(f"/desk/?show={show}")).split(
            '<section class="part practice">'
        )
        assert "Ro" not in plain(real)
        assert "Ro" in plain(practice)
