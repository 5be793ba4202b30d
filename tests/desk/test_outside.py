"""What another case system was not told: seen by leads and admins, tried once more by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from store import outside
from store import tables as t
from store.ids import new_id
from tests.desk.builder import OURS, PARTIAL, Desk, Made
from tests.desk.leaving import audited
from tests.desk.reading import plain


def news(desk: Desk, made: Made, what: str = "partial", **about: Any) -> str:
    id, now = new_id(), desk.clock.now()
    row: dict[str, Any] = {"reference": made.reference, "what": what, "next_at": None}
    row |= {"made_at": now - timedelta(days=2), "attempts": 31, "failed_code": "http 500"}
    desk.insert(t.told_outside, id=id, conversation=made.id, **(row | about))
    return id


def due(desk: Desk) -> list[str]:
    now = desk.clock.now()
    return [one.id for one in desk.store.read_sync(lambda c: outside.due(c, now))]


async def again(desk: Desk, id: str, csrf: str) -> int:
    answer = await desk.client.post(
        f"/desk/outside/{id}/again", data={"csrf": csrf}, headers=OURS, allow_redirects=False
    )
    return answer.status


async def test_only_what_was_given_up_is_shown(desk: Desk) -> None:
    made, now = desk.intake(PARTIAL, reference="TST-22222"), desk.clock.now()
    told = desk.intake(PARTIAL, reference="TST-33333")
    waits = desk.intake(PARTIAL, reference="TST-44444")
    ended = desk.intake(PARTIAL, reference="TST-55555")
    news(desk, made)
    news(desk, told, sent_at=now, failed_code="")
    news(desk, waits, next_at=now + timedelta(hours=1))
    news(desk, ended)
    news(desk, ended, "taken_back", failed_code="TimeoutError")
    desk.worker("Lee", "lead")
    await desk.sign_in("Lee")
    page = plain(await desk.page("/desk/outside"))
    assert "TST-22222 shared a part" in page
    assert "31 tries. The other system answered 500." in page
    assert page.count("TST-55555") == 1
    assert "TST-55555 took it back: it must not stay in the other system" in page
    assert "could not be reached" in page
    assert "TST-33333" not in page
    assert "TST-44444" not in page


async def test_it_is_tried_once_more_and_that_is_written_down(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    id, waits = news(desk, made), news(desk, made, next_at=desk.clock.now() + timedelta(days=9))
    for name in ("Ada", "Lee"):
        desk.worker(name, "admin" if name == "Ada" else "lead")
        csrf = await desk.sign_in(name)
        assert await again(desk, id, csrf) == 303
        assert due(desk) == [id]
        assert await again(desk, id, csrf) == 404, "it waits already"
        assert await again(desk, waits, csrf) == 404
        assert audited(desk)[-1] == (desk.worker(name), "outside.again", id)
        desk.change(t.told_outside, id, next_at=None)
    assert desk.store.read_sync(lambda c: c.scalar(select(t.told_outside.c.failed_code)))


async def test_nobody_else_and_no_other_service(desk: Desk) -> None:
    made = desk.intake(PARTIAL, reference="TST-22222")
    id = news(desk, made)
    csrf = await desk.sign_in("Sam")
    assert (await desk.client.get("/desk/outside")).status == 403
    assert await again(desk, id, csrf) == 403
    lead = desk.worker("Lee", "lead")
    gone = t.membership.delete().where(t.membership.c.worker == lead)
    desk.store.write_sync(lambda c: c.execute(gone))
    csrf = await desk.sign_in("Lee")
    assert "TST-22222" not in await desk.page("/desk/outside")
    assert await again(desk, id, csrf) == 404
    assert due(desk) == []
