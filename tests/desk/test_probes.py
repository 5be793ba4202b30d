"""What a browser never sends: fields that no form has, fields twice, words meant for a database."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import quote, urlencode

from sqlalchemy import Connection, func, select
from yarl import URL

from desk import routes
from store import tables as t
from tests.desk.builder import COMPLETE, OURS, PARTIAL, Desk
from tests.desk.leaving import audited, steps_up
from tests.desk.probes import PROBES
from tests.desk.reading import plain
from tests.desk.test_the_door import SIGNED, UNSAFE, address

FORM = OURS | {"Content-Type": "application/x-www-form-urlencoded"}
NONE = "None here, or it was not shared with us."
# Columns and settings: who could set one of these by its name would be somebody else.
UNKNOWN = {
    "id": "1",
    "conversation": "1",
    "worker_role": "admin",
    "worker.role": "admin",
    "worker[role]": "admin",
    "is_admin": "1",
    "admin": "true",
    "permission": "accounts",
    "services": "practice",
    "membership": "practice",
    "closed_at": "",
    "password_hash": "x",
    "totp": "",
    "totp_last": "0",
    "stepped_up_at": "2099-01-01",
    "taken_by": "1",
    "taken_at": "2099-01-01",
    "at": "1999-01-01",
    "who": "somebody",
    "told": "x",
    "delete_on": "1999-01-01",
    "__proto__": "x",
    "_method": "DELETE",
    "next": "https://example.org",
    "then": "https://example.org",
}


async def sent(desk: Desk, path: str, *fields: tuple[str, str]) -> int:
    answer = await desk.client.post(
        path, data=urlencode(fields), headers=FORM, allow_redirects=False
    )
    assert not answer.headers.get("Location", "/").startswith("http"), path
    return answer.status


def standing(desk: Desk) -> list[object]:
    """What decides who may do what."""
    w, s, h = t.worker.c, t.session.c, t.handover.c
    queries = (
        select(w.id, w.name, w.role, w.closed_at, w.password_hash, w.totp_last),
        select(t.membership),
        select(s.worker, s.stepped_up_at, s.how),
        select(h.conversation, h.service, h.reference, h.kind, h.at, h.due_at),
        select(t.conversation.c.id, t.conversation.c.service),
        select(t.person),
    )

    def read(connection: Connection) -> list[object]:
        return [sorted(map(repr, connection.execute(query).all())) for query in queries]

    return desk.store.read_sync(read)


async def test_a_field_that_no_form_has_does_nothing_on_any_route(desk: Desk) -> None:
    desk.intake(COMPLETE, kind="complete", reference="KTR-48293")
    desk.worker("Lee", "lead")
    csrf = await desk.sign_in("Lee")
    before = standing(desk)
    for page in SIGNED:
        if "step-up" in page.path or page.path == "/sign-out":
            continue  # these two change what a session may: their own tests
        status = await sent(desk, address(page), ("csrf", csrf), *UNKNOWN.items())
        assert status < 500, page.path
        assert standing(desk) == before, page.path


async def test_a_field_that_comes_twice_is_refused_on_every_route(desk: Desk) -> None:
    desk.intake(COMPLETE, kind="complete", reference="KTR-48293")
    desk.worker("Lee", "lead")
    csrf, token = await desk.sign_in("Lee"), desk.link("Sam")
    before = standing(desk)
    for page in UNSAFE:
        path = address(page)
        for twice in (
            (("csrf", csrf), ("csrf", csrf)),
            (("csrf", csrf), ("csrf", "wrong")),
            (("csrf", csrf), ("text", "a"), ("text", "b")),
            (("csrf", csrf), ("token", token), ("token", token)),
        ):
            assert await sent(desk, path, *twice) == 400, (path, twice)
        assert await sent(desk, f"{path}?text=a", ("csrf", csrf), ("text", "b")) == 400, path
    assert standing(desk) == before
    assert [page.path for page in UNSAFE if page.several] == ["/accounts"]


async def test_only_the_services_of_an_account_may_be_several(desk: Desk) -> None:
    desk.worker("Lee", "lead")
    csrf, name = await desk.sign_in("Lee"), ("name", "Ana")
    both = (("service", "harbour"), ("service", "harbour"))
    twice = (("csrf", csrf), name, ("role", "caseworker"), ("role", "lead"))
    assert await sent(desk, "/desk/accounts", *twice) == 400
    assert await sent(desk, "/desk/accounts", *twice[:3], *both[:1]) == 200


async def test_no_probe_finds_anybody(desk: Desk) -> None:
    assert len(set(PROBES)) >= 60
    desk.intake({**COMPLETE, "name": "Jo"}, kind="complete", reference="KTR-48293")
    csrf = await desk.sign_in("Sam")
    people = select(func.count()).select_from(t.person)
    for probe in PROBES:
        form = {"csrf": csrf, "sought": probe}
        answer = await desk.client.post(
            "/desk/search", data=form, headers=OURS, allow_redirects=False
        )
        page = plain(await answer.text())
        assert (answer.status, NONE in page) in ((200, True), (404, True)), probe
        assert "Jo" not in page.split(), probe
        assert desk.store.read_sync(lambda c: c.scalar(people)) == 1, probe


async def test_no_probe_changes_what_a_list_shows(desk: Desk) -> None:
    for n in range(3):
        desk.intake(PARTIAL, reference=f"KTR-2222{n}")
    await desk.sign_in("Sam")
    asked = ("part", "after", "sort", "order", "filter", "limit", "service")
    whole = {show: await desk.page(f"/desk/?show={show}") for show in ("", "waiting")}
    for probe in PROBES:
        odd = dict.fromkeys(asked, probe)
        for show, expected in ((probe, whole[""]), ("waiting", whole["waiting"])):
            answer = await desk.client.get("/desk/", params={"show": show, **odd})
            assert (answer.status, await answer.text() == expected) == (200, True), (show, probe)


async def test_no_probe_takes_more_out_than_was_asked_for(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    desk.intake({**COMPLETE, "name": "Ro Rehearsed"}, kind="complete", service="practice")
    await steps_up(desk)
    csrf = await desk.csrf()
    usual = {"csrf": csrf, "format": "json", "reason": "a move"}
    for probe in PROBES:
        for name in ("format", "since", "until"):
            answer = await desk.client.post(
                "/desk/export", data=usual | {name: probe}, headers=OURS, allow_redirects=False
            )
            assert answer.status == 400, (name, probe)
    assert audited(desk) == []
    for probe in PROBES[::4]:
        answer = await desk.client.post(
            "/desk/export", data=usual | {"reason": f"why {probe}"}, headers=OURS
        )
        assert answer.status == 200, probe
        found = json.loads(await answer.read())["intakes"]
        assert [one["reference"] for one in found] == [made.reference], probe
    assert len(audited(desk)) == len(PROBES[::4])


async def test_no_probe_in_an_address_opens_anything(desk: Desk) -> None:
    desk.intake(PARTIAL, reference="KTR-48293")
    desk.worker("Lee", "lead")
    await desk.sign_in("Lee")
    paths = {page.path for page in SIGNED if routes.KEY in page.path}
    assert len(paths) >= 15
    csrf = await desk.csrf()
    for path in sorted(paths):
        for probe in PROBES[::4]:
            one = path.replace(routes.KEY, quote(probe, safe=""))
            whole = URL(f"/desk{one}", encoded=True)
            answer = await desk.client.post(whole, data={"csrf": csrf}, headers=OURS)
            assert answer.status in (400, 404, 405), (one, answer.status)
    desk.clock.at += timedelta(seconds=1)
    for probe in PROBES:
        answer = await desk.client.get("/desk/intake/KTR-48293/told", params={"decision": probe})
        assert answer.status == 404, probe
