"""One intake as a worker opens it: own words, strengths first, every look kept."""

from __future__ import annotations

import asyncio
import html
from datetime import timedelta

import pytest
from sqlalchemy import select

from store import tables as t
from store.rights import erase
from tests.desk.builder import COMPLETE, NUMBER, OURS, PARTIAL, THURSDAY, Answers, Desk
from tests.desk.reading import looks, opened, plain

HELLO = "hi i was told to text this number"


async def test_a_partial_intake_reads_from_what_is_strong(desk: Desk) -> None:
    made = desk.intake(PARTIAL, notes=[HELLO])
    await desk.sign_in()
    page = await opened(desk, made)
    places = [
        "Name not given yet",
        "Contact safely Safe to text at some times only: weekdays before 3",
        "Asked for (What matters to me) i just want to sleep somewhere my son is ok",
        "To be read by Thu 12:00",
        "What is going well What keeps me going my sister. and the dog honestly",
        "Good at, or proud of making people laugh, even now",
        "Chose not to say yet: Name to use.",
        "Not talked about yet: What would help,",
        "Don't open with them.",
        f"Written before the first question {HELLO}",
        "What they agreed to To begin: yes , Thu 08:06, text message, English",
        "The explanation was delivered Thu 08:02",
        "Pass on a part if they stop: yes",
        "Reminders: not chosen",
        "What happened Thu 08:00 First wrote to us",
        "Who has looked Thu 10:00 Sam, reading a hand-over",
    ]
    found = [page.find(place) for place in places]
    assert -1 not in found, places[found.index(-1)]
    assert found == sorted(found)
    assert page.count("i just want to sleep") == 1


async def test_a_complete_intake_has_every_answer_in_its_place(desk: Desk) -> None:
    made = desk.intake(COMPLETE, kind="complete", standing="ended", reminders=True)
    await desk.sign_in()
    raw = await desk.page(f"/desk/intake/{made.reference}")
    page = plain(raw)
    assert "went to the end" in page
    assert NUMBER not in page, "first what to know before they are reached"
    assert "If a call is missed: may leave a message, but no name" in page
    assert "Asked to talk Today" in page
    assert "What makes talking easier “" not in page
    assert "short breaks, and big print" in page
    assert "Please don't Please don't call my mum's house." in page
    assert "How I would like to talk Phone · Our office" in page
    assert "Good times: after 4" in page
    assert "council.\nI get lost" in raw
    assert "Chose not to say" not in page
    assert "Not talked about" not in page


async def test_every_quote_is_a_quote_and_nothing_runs(desk: Desk) -> None:
    nasty = "<script>alert(1)</script>\"'{{7*7}} %(x)s \u202eevil"
    answers = dict.fromkeys(("keeps_going", "name", "matters_most", "please_dont", "access"), nasty)
    made = desk.intake(answers, notes=[nasty])
    await desk.sign_in()
    for path in (f"/desk/intake/{made.reference}", "/desk/"):
        page = await desk.page(path)
        assert "<script>alert" not in page
        assert html.escape(nasty, quote=False)[:20] in page
        assert "{{7*7}}" in page
        assert "style=" not in page
        assert " on" + "click" not in page


@pytest.mark.parametrize(
    ("answers", "state", "words"),
    [
        ({"safe_to_text": ["yes"]}, "open", "Contact safely Safe to text Safe to text? Yes"),
        (
            {"safe_to_text": ["no"], "other_way": "at the library"},
            "open",
            "Contact safely Do not text first: reply only when they write Safe to text? No",
        ),
        (
            {"safe_to_text": ["not_sure"]},
            "open",
            "Contact safely Do not text first: reply only when they write Safe to text? Not sure",
        ),
        (
            {},
            "open",
            "Contact safely Do not text first: reply only when they write Safe to text? not said",
        ),
        (
            {"safe_to_text": ["yes"]},
            "stopped",
            "They asked us to stop writing. Nothing can be sent here. Do not call first.",
        ),
        ({"safe_to_text": ["yes"]}, "unreachable", "Our messages do not reach them here."),
    ],
)
async def test_the_banner_errs_on_the_side_of_silence(
    desk: Desk, answers: Answers, state: str, words: str
) -> None:
    made = desk.intake(answers, state=state)
    await desk.sign_in()
    page = await opened(desk, made)
    assert words in page
    assert ("at the library" in page) == ("other_way" in answers)


async def test_the_banner_says_where_others_may_read(desk: Desk) -> None:
    made = desk.intake({"safe_to_text": ["sometimes"]})
    how = {"language": "en", "channel": "sms", "flow_fingerprint": "f", "shown": [], "reply": ""}
    row = {"conversation": made.id, "kind": "discreet", **how}
    desk.insert(t.agreement, id="a1", value=True, at=THURSDAY, **row)
    await desk.sign_in()
    page = await opened(desk, made)
    assert "Others may read this phone: do not say who you are" in page
    assert "Plain messages began" in page
    desk.insert(t.agreement, id="a2", value=False, at=THURSDAY + timedelta(hours=1), **row)
    assert "do not say who you are" not in await opened(desk, made)


async def test_removed_words_are_gone_from_the_page(desk: Desk) -> None:
    made = desk.intake({**PARTIAL, "good_at": "-"}, notes=["forget this"])
    blank = t.message.update().where(t.message.c.kind == "note")
    desk.store.write_sync(lambda c: c.execute(blank.values(text=None, erased_at=THURSDAY)))
    await desk.sign_in()
    page = await opened(desk, made)
    assert "Good at, or proud of removed by the person" in page
    assert "Written before the first question removed by the person" in page


async def test_an_erased_intake_says_so_and_nothing_else(desk: Desk) -> None:
    made = desk.intake({**COMPLETE, "name": "Jo Gone"}, kind="complete")
    desk.store.write_sync(lambda c: erase(c, desk.keys, made.id, THURSDAY))
    csrf = await desk.sign_in()
    page = await opened(desk, made)
    assert "The person had this erased on 19 November 2026." in page
    assert "Jo Gone" not in page
    assert NUMBER not in page
    assert looks(desk) == []
    listed = await desk.page("/desk/")
    assert "Jo Gone" not in listed
    assert "Erased" in listed
    path = f"/desk/intake/{made.reference}/pick-up"
    assert (await desk.client.post(path, data={"csrf": csrf}, headers=OURS)).status == 404


async def test_what_was_kept_long_enough_is_not_called_their_wish(desk: Desk) -> None:
    made = desk.intake(COMPLETE, kind="complete")
    desk.store.write_sync(lambda c: erase(c, desk.keys, made.id, THURSDAY))
    desk.store.write_sync(lambda c: c.execute(t.handover.update().values(kind="expired")))
    await desk.sign_in()
    page = await opened(desk, made)
    assert "Its time with us was over: it was deleted on 19 November 2026." in page
    assert "The person had this erased" not in page


async def test_a_real_intake_that_was_not_shared_is_not_there(desk: Desk) -> None:
    made = desk.intake(PARTIAL, kind="", standing="asking")
    csrf = await desk.sign_in()
    for path in (f"/desk/intake/{made.id}", f"/desk/intake/{made.id}/now"):
        assert (await desk.client.get(path)).status == 404
    pick_up = f"/desk/intake/{made.id}/pick-up"
    assert (await desk.client.post(pick_up, data={"csrf": csrf}, headers=OURS)).status == 404
    assert looks(desk) == []


async def test_a_rehearsal_may_be_watched_and_says_so(desk: Desk) -> None:
    made = desk.intake(PARTIAL, service="practice", kind="", standing="asking")
    await desk.sign_in()
    page = await opened(desk, made)
    assert "Practice" in page
    assert "With a real person you would see this when they finish or choose to share" in page
    assert looks(desk) == [(desk.worker("Sam"), "watching a rehearsal")]


async def test_a_look_is_kept_once_in_fifteen_minutes(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    await desk.sign_in("Sam")
    for _ in range(3):
        await opened(desk, made)
        await desk.client.get(f"/desk/intake/{made.reference}/now")
    assert len(looks(desk)) == 1
    desk.clock.at += timedelta(minutes=15)
    await opened(desk, made)
    assert len(looks(desk)) == 2
    await desk.sign_in("Priya")
    await opened(desk, made)
    assert [worker for worker, _ in looks(desk)][-1] == desk.worker("Priya")


async def test_reading_keeps_the_promise(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    await desk.sign_in()
    assert "read by Thu 12:00 · kept: read Thu 10:00" in await opened(desk, made)
    kept = desk.store.read_sync(lambda c: c.scalars(select(t.promise.c.kept_at)).all())
    assert kept == [desk.clock.at]


async def test_a_page_left_open_keeps_no_promise(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    await desk.sign_in()
    await desk.page("/desk/")
    await desk.page(f"/desk/intake/{made.reference}/now")
    assert looks(desk) == [(desk.worker("Sam"), "reading a hand-over")]
    kept = desk.store.read_sync(lambda c: c.scalars(select(t.promise.c.kept_at)).all())
    assert kept == [None]


async def test_a_page_left_open_closes_when_its_intake_is_taken_back(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    await desk.sign_in()
    await opened(desk, made)
    desk.store.write_sync(lambda c: c.execute(t.handover.delete()))
    path = f"/desk/intake/{made.reference}"
    answer = await desk.client.get(f"{path}/now", headers={"HX-Request": "true"})
    assert (answer.status, answer.headers["HX-Redirect"]) == (404, path)
    gone = await desk.client.get(path)
    assert gone.status == 404
    assert "There is nothing here" in await gone.text()


async def test_reading_late_is_not_called_kept(desk: Desk) -> None:
    made = desk.intake(PARTIAL, due=THURSDAY - timedelta(hours=1))
    await desk.sign_in()
    assert "read by Thu 09:00 · read later, Thu 10:00" in await opened(desk, made)


async def test_no_words_are_shown_if_the_look_cannot_be_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> bool:
        raise OSError("disk full")

    made = desk.intake(PARTIAL)
    await desk.sign_in()
    monkeypatch.setattr("desk.changes.look", full)
    answer = await desk.client.get(f"/desk/intake/{made.reference}")
    assert answer.status == 503
    assert "my sister" not in await answer.text()


async def test_one_worker_picks_up_and_the_other_is_told_kindly(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    path = f"/desk/intake/{made.reference}/pick-up"
    form = {"csrf": await desk.sign_in("Sam")}
    assert (await desk.client.post(path, data=form, headers=OURS)).status == 200
    assert "With Sam since Thu 10:00" in await opened(desk, made)
    again = await desk.client.post(path, data=form, headers=OURS)
    assert again.status == 200
    form = {"csrf": await desk.sign_in("Priya")}
    late = await desk.client.post(path, data=form, headers=OURS)
    assert late.status == 409
    assert "Sam picked this up just before you, Thu 10:00." in plain(await late.text())
    assert desk.holder(made) == desk.worker("Sam")


async def test_of_twenty_at_once_one_wins(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    path = f"/desk/intake/{made.reference}/pick-up"
    cookies = []
    for n in range(20):
        csrf = await desk.sign_in(f"Worker {n}")
        jar = desk.client.session.cookie_jar.filter_cookies(desk.client.make_url("/desk/"))
        cookies.append((jar["ownpace"].value, csrf))
        desk.client.session.cookie_jar.clear()

    async def pick_up(token: str, csrf: str) -> int:
        headers = OURS | {"Cookie": f"ownpace={token}"}
        form = {"csrf": csrf}
        answer = await desk.client.post(path, data=form, headers=headers, allow_redirects=False)
        return answer.status

    statuses = await asyncio.gather(*(pick_up(*one) for one in cookies))
    assert sorted(statuses) == [303] + [409] * 19


async def test_an_answer_to_a_question_that_is_gone_is_still_shown(desk: Desk) -> None:
    made = desk.intake({**PARTIAL, "old_question": "words from last year"})
    await desk.sign_in()
    assert "Old question words from last year" in await opened(desk, made)


async def test_the_clock_of_a_rehearsal_counts_there(desk: Desk) -> None:
    made = desk.intake(PARTIAL, service="practice")
    desk.clock.ahead["practice"] = timedelta(days=1)
    await desk.sign_in()
    page = await opened(desk, made)
    assert "read later, Fri 10:00" in page
    assert "Who has looked Fri 10:00" in page


@pytest.mark.parametrize("key", ["XXX-00000", "a", "0" * 40, "%252e", "a" * 41, "<b>", "é"])
async def test_a_strange_address_is_not_there(desk: Desk, key: str) -> None:
    csrf = await desk.sign_in()
    for path in (f"/desk/intake/{key}", f"/desk/intake/{key}/now", f"/desk/asked/{key}"):
        assert (await desk.client.get(path)).status == 404
    for path in (f"/desk/intake/{key}/pick-up", f"/desk/asked/{key}"):
        answer = await desk.client.post(path, data={"csrf": csrf}, headers=OURS)
        assert answer.status == 404
