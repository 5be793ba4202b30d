"""The list of who is waiting: equal dignity, plain words, real people apart from rehearsals."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from store import tables as t
from tests.desk.builder import COMPLETE, NUMBER, OURS, PARTIAL, THURSDAY, Desk, lay_out
from tests.desk.reading import list_looks, looks

# Words that turn a person's pace into a fault of theirs.
UNKIND = re.compile(
    r"incomplete|unfinished|abandon|missing|failed to|%|score|drop.?out|refus", re.I
)


def cards(page: str) -> list[str]:
    """The text of each card, in order."""
    found = re.findall(r'<li class="card">(.*?)</li>', page, re.S)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", card)).strip() for card in found]


def parts(page: str) -> tuple[str, str]:
    """The part of real people, and that of rehearsals."""
    real, practice = page.split('<section class="part practice">')
    return real, practice


async def test_complete_and_partial_stand_side_by_side(desk: Desk) -> None:
    desk.intake(PARTIAL, reference="KTR-48293")
    desk.intake(
        COMPLETE, kind="complete", reference="BXW-77342", due=THURSDAY + timedelta(minutes=45)
    )
    await desk.sign_in()
    page = await desk.page("/desk/")
    assert cards(page) == [
        "Jo went to the end Safe to text Asked to talk today To be read by Thu 10:45 · 45 min"
        " left Shared Thu 08:13 With nobody yet Reference BXW-77342",
        "Name not given yet shared part of it Safe to text at some times only"
        " To be read by Thu 12:00 · 2 h left Shared Thu 08:09 With nobody yet"
        " Reference KTR-48293",
    ]
    assert UNKIND.findall(re.sub(r"<[^>]+>", "", page)) == []


async def test_a_list_shows_no_more_than_it_needs(desk: Desk) -> None:
    desk.intake(COMPLETE, kind="complete")
    await desk.sign_in()
    page = await desk.page("/desk/")
    assert not any(word in page for word in ("front door", "council", "mum", NUMBER))


@pytest.mark.parametrize("codes", [["no"], ["not_sure"], None, "-"])
async def test_do_not_text_first_unless_they_said_that_it_is_safe(
    desk: Desk, codes: list[str] | str | None
) -> None:
    desk.intake({"safe_to_text": codes})
    desk.intake({})
    desk.intake({"safe_to_text": ["sometimes"]})
    await desk.sign_in()
    waiting = cards(await desk.page("/desk/"))
    assert ["Do not text first: reply only when they write" in card for card in waiting] == [
        True
    ] * 3


async def test_a_time_that_passed_is_said_plainly(desk: Desk) -> None:
    desk.intake(PARTIAL, due=THURSDAY - timedelta(minutes=90))
    desk.intake(PARTIAL, due=None)
    await desk.sign_in()
    late, never = cards(await desk.page("/desk/"))
    assert "read by Thu 08:30 · 1 h past its time" in late
    assert "no time was given" in never
    desk.clock.at += timedelta(days=2)
    await desk.sign_in()
    assert "2 days past its time" in cards(await desk.page("/desk/"))[0]


async def test_nobody_is_late_in_a_rehearsal(desk: Desk) -> None:
    """Time goes on there at the press of a button: no worker could have read it."""
    desk.intake(PARTIAL, service="practice")
    desk.clock.ahead["practice"] = timedelta(days=3)
    await desk.sign_in()
    page = await desk.page("/desk/")
    assert "that time has passed" in page
    assert "past its time" not in page
    assert 'class="late"' not in page


async def test_who_saw_a_name_in_the_list_is_kept_once_a_day(desk: Desk) -> None:
    made = desk.intake({**PARTIAL, "name": "Jo"})
    desk.intake({**PARTIAL, "name": "Not Yet"}, kind="", standing="asking", asked=["person"])
    await desk.sign_in("Sam")
    for _ in range(3):
        await desk.page("/desk/")
        await desk.page("/desk/now")
    assert list_looks(desk) == [(desk.worker("Sam"), made.id)]
    await desk.sign_in("Priya")
    assert list_looks(desk)[1:] == [(desk.worker("Priya"), made.id)]
    desk.clock.at += timedelta(days=1)
    await desk.sign_in("Sam")
    assert len(list_looks(desk)) == 3
    assert "saw it in the list" in await desk.page(f"/desk/intake/{made.reference}")


async def test_no_name_is_shown_if_the_look_cannot_be_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    await desk.sign_in()
    desk.intake({**PARTIAL, "name": "Jo Nobody"})
    monkeypatch.setattr("desk.views.waiting.look", full)
    answer = await desk.client.get("/desk/")
    assert answer.status == 503
    assert "Jo Nobody" not in await answer.text()


async def test_a_name_is_all_that_a_list_has_of_their_words(desk: Desk) -> None:
    desk.intake({**PARTIAL, "name": "Jo", "access": "big print", "other_way": "the library"})
    await desk.sign_in()
    page = await desk.page("/desk/")
    assert "Jo" in page
    assert not any(words in page for words in ("weekdays", "big print", "library", "sister"))


async def test_rehearsals_stand_apart(desk: Desk) -> None:
    desk.intake({**COMPLETE, "name": "Jo Real"}, kind="complete", asked=["person"])
    desk.intake({**COMPLETE, "name": "Ro Rehearsed"}, service="practice", kind="complete")
    desk.intake({**PARTIAL, "name": "Wil Writing"}, service="practice", kind="", standing="asking")
    await desk.sign_in()
    real, practice = parts(await desk.page("/desk/"))
    assert "Jo Real" in real
    assert "Practice" not in real
    assert "Ro Rehearsed" in practice
    assert "Jo Real" not in practice
    assert "asked for a person" not in practice
    assert re.search(r"Being written now.*With a real person.*Wil Writing", practice, re.S)


async def test_what_a_real_person_is_writing_is_nowhere(desk: Desk) -> None:
    made = desk.intake({**PARTIAL, "name": "Not Yet"}, kind="", standing="asking")
    await desk.sign_in()
    page = await desk.page("/desk/")
    assert "Not Yet" not in page
    assert made.id not in page


async def test_an_explanation_that_did_not_arrive_is_shown_without_a_name(desk: Desk) -> None:
    desk.intake({"name": "Secret"}, kind="", standing="explaining", agreed=False, undelivered=True)
    desk.intake({"name": "Secret"}, kind="", standing="asking", state="unreachable")
    desk.intake({}, kind="", standing="explaining", agreed=False)
    await desk.sign_in()
    page = await desk.page("/desk/")
    assert page.count("Somebody wrote by text message, Thu 08:20.") == 2
    assert page.count("so we asked them nothing") == 1
    assert "Secret" not in page


async def test_a_question_that_did_not_arrive_is_shown_until_another_word_goes(desk: Desk) -> None:
    made = desk.intake({"name": "Secret"}, kind="", standing="asking")
    lost = {"conversation": made.id, "direction": "out", "kind": "say", "said": ["ask.name"]}
    at = THURSDAY + timedelta(hours=5)
    desk.insert(t.message, id="lost", text=b"", at=at, failed_at=at, **lost)
    await desk.sign_in()
    assert (await desk.page("/desk/")).count("Somebody wrote by text message") == 1
    at += timedelta(minutes=1)
    desk.insert(t.message, id="came", text=b"", at=at, sent_at=at, **lost)
    assert "Somebody wrote by text message" not in await desk.page("/desk/")


async def test_what_was_set_aside_is_counted(desk: Desk) -> None:
    await desk.sign_in()
    assert "set aside" not in await desk.page("/desk/")
    for id in ("1", "2"):
        sealed = desk.keys.master.seal("secret", f"parked.content:{id}")
        row = {"id": id, "account": "sms:harbour", "kind": "unreadable", "content": sealed}
        desk.insert(t.parked, at=THURSDAY, **row)
    assert "2 messages were set aside" in await desk.page("/desk/")


async def test_what_a_rehearsal_set_aside_is_counted_apart(desk: Desk) -> None:
    accounts = ("sms:harbour", "sms:practice", "sms:practice", "telegram:from last year")
    for number, account in enumerate(accounts):
        row = {"id": str(number), "account": account, "kind": "step", "content": b""}
        desk.insert(t.parked, at=THURSDAY, **row)
    await desk.sign_in()
    real, practice = parts(await desk.page("/desk/"))
    assert "2 messages were set aside" in real
    assert "2 messages were set aside" in practice


async def test_somebody_who_asked_for_a_person_is_reached_and_the_look_is_kept(desk: Desk) -> None:
    made = desk.intake(
        {**PARTIAL, "name": "Lee Quist"}, kind="", standing="asking", asked=["person"]
    )
    csrf = await desk.sign_in()
    assert "Lee Quist" not in await desk.page("/desk/")
    path = f"/desk/asked/{made.asked['person']}"
    page = await desk.page(path)
    assert "Lee Quist" in page
    assert NUMBER in page
    assert "sleep somewhere" not in page
    assert looks(desk) == [(desk.worker("Sam"), "asked for by the person")]
    await desk.client.post(path, data={"csrf": csrf}, headers=OURS)
    assert "asked for a person" not in await desk.page("/desk/")


async def test_who_asked_twice_is_one_line_and_is_seen_to_once(desk: Desk) -> None:
    made = desk.intake(PARTIAL, asked=["person", "delete"])
    other = desk.intake({}, asked=["person"])
    csrf = await desk.sign_in()
    page = await desk.page("/desk/")
    both = "Somebody asked for a person, and to have their words erased"
    assert page.count("Somebody asked") == 2
    assert page.count(both) == 1
    path = f"/desk/asked/{made.asked['delete']}"
    assert path in page
    assert both in await desk.page(path)
    desk.insert(t.asked, id="later", conversation=made.id, what="person", at=desk.clock.at)
    await desk.client.post(path, data={"csrf": csrf}, headers=OURS)
    left = await desk.page("/desk/")
    assert "/desk/asked/later" in left, "nobody saw this one yet"
    assert f"/desk/asked/{other.asked['person']}" in left
    assert left.count("Somebody asked") == 2


@pytest.mark.parametrize("kind", ["", "partial"])
async def test_nobody_is_reached_once_their_conversation_is_closed(desk: Desk, kind: str) -> None:
    made = desk.intake({**PARTIAL, "name": "Lee Quist"}, kind=kind, asked=["person", "delete"])
    desk.change(t.conversation, made.id, closed_at=THURSDAY)
    await desk.sign_in()
    assert "Somebody asked" not in await desk.page("/desk/")
    page = await desk.page(f"/desk/asked/{made.asked['person']}")
    assert "Their words were erased since" in page
    assert NUMBER not in page
    assert "Lee Quist" not in page


async def test_the_list_is_sent_again_only_when_it_changed(desk: Desk) -> None:
    await desk.sign_in()
    page = await desk.page("/desk/")
    mark = re.search(r'"X-Seen": "(\w+)"', page)
    assert mark
    seen = {"X-Seen": mark[1], "HX-Request": "true"}
    assert (await desk.client.get("/desk/now", headers=seen)).status == 204
    desk.intake({**PARTIAL, "name": "Alex"})
    changed = await desk.client.get("/desk/now", headers=seen)
    assert changed.status == 200
    text = await changed.text()
    assert "Alex" in text
    assert "<html" not in text


async def test_a_long_list_is_shown_a_page_at_a_time(desk: Desk) -> None:
    """Some with the same promise, some with none: nobody twice, nobody left out, in order."""
    whens = [THURSDAY + timedelta(hours=n // 7) for n in range(40)] + [None] * 20

    def work(c: Connection) -> None:
        for n, due in enumerate(whens):
            kind = "complete" if n % 2 else "partial"
            named = {"name": f"N{n:02}"}
            lay_out(c, desk.keys, named, due=due, kind=kind, reference=f"TST-{n:05}")

    await desk.sign_in()
    desk.store.write_sync(work)
    names, path = [], "/desk/"
    while path:
        page = await desk.page(path)
        names += [card.split()[0] for card in cards(page)]
        more = re.search(r'id="more-waiting" href="([^"]+)"', page)
        path = html.unescape(more[1]) if more else ""
    assert len(names) == 60
    assert sorted(names) == sorted(set(names))
    assert [whens[int(name[1:])] for name in names] == whens
