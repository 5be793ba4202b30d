"""Notes in two voices: kept apart, sealed, added and never changed; and what was typed is never
lost, whatever it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from store import tables as t
from tests.desk.builder import Desk
from tests.desk.reading import plain
from tests.desk.team import DECISION, LEVEL, PASSING, at_work

OPENINGS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<body onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<math><mi xlink:href=data:x,alert(1)>",
    "<style>*{display:none}</style>",
    "<form action=//evil><button>",
    "<textarea autofocus onfocus=alert(1)>",
)
AROUND = (
    "{}",
    '">{}',
    "'>{}",
    "</textarea>{}",
    "</blockquote></div>{}",
    "--><!--{}",
    "]]>{}",
    "\u202e{}",
    "{}\x00",
    "%3C{}",
    "&lt;{}",
    "{{{{7*7}}}}{}",
    "{{% raw %}}{}",
    "%(x)s {}",
    "\\u003c{}",
    "＜{}＞",
    "</title>{}",
    "<{}",
    "` {}",
    "\t\n{}",
)
PAYLOADS = [frame.format(payload) for frame in AROUND for payload in OPENINGS]


class Tags(HTMLParser):
    """Every element of a page with the names of its attributes: what a browser would build."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


async def test_a_note_shows_both_voices_each_in_its_own_look(desk: Desk) -> None:
    work = await at_work(desk)
    answer = await work.post("/note", said="ring at 4,\r\nhe is out", saw="Rang at 4. <b>")
    assert answer[:2] == (303, work.path + "#notes")
    raw = await desk.page(work.path)
    notes = raw[raw.index('id="notes"') : raw.index('id="decisions"')]
    assert '<blockquote dir="auto"><p>ring at 4,\nhe is out</p></blockquote>' in notes
    assert '<p class="ours" dir="auto">Rang at 4. &lt;b&gt;</p>' in notes
    assert "Sam, Thu 10:00 What they said" in plain(notes)
    assert "What I saw or did Rang at 4." in plain(notes)


async def test_one_voice_is_enough_and_the_latest_stands_first(desk: Desk) -> None:
    work = await at_work(desk)
    await work.post("/note", saw="the first")
    desk.clock.at += timedelta(minutes=1)
    await desk.sign_in("Priya")
    work = await at_work(desk, work.made, "Priya")
    await work.post("/note", said="the second")
    page = await work.page()
    assert "Priya, Thu 10:01 What they said the second Sam, Thu 10:00 What I saw" in page


async def test_words_of_a_note_are_sealed(desk: Desk) -> None:
    work = await at_work(desk)
    await work.post("/note", said="a quiet word", saw="a plain word")
    row = desk.store.read_sync(lambda c: c.execute(select(t.note)).one())
    assert b"quiet" not in row.said
    assert b"plain" not in row.saw


FAULTY: tuple[tuple[Mapping[str, str], str], ...] = (
    ({}, "What they said: this is still missing"),
    ({"said": "  \n ", "saw": "\t"}, "What they said: this is still missing"),
    ({"said": "é" * 10_001}, "What they said: this is too long: at most 10,000 letters"),
    ({"saw": "\U0001f499" * 20_000}, "What I saw or did: this is too long"),
)


async def test_what_cannot_be_kept_comes_back_as_it_was(desk: Desk) -> None:
    work = await at_work(desk)
    for form, fault in FAULTY:
        status, _, page = await work.post("/note", **form)
        assert status == 400
        assert f"Not kept yet. What you wrote is all still here. {fault}" in plain(page)
        assert all(words in page for words in form.values())
    assert "Notes none yet" in await work.page()


async def test_as_much_as_fits_is_kept_whole(desk: Desk) -> None:
    work = await at_work(desk)
    words = "\U0001f499" * 10_000
    assert (await work.post("/note", said=words, saw=words))[0] == 303
    assert (await desk.page(work.path)).count(words) == 2


async def test_two_hundred_ways_to_break_out_stay_words(desk: Desk) -> None:
    assert len(set(PAYLOADS)) == 200
    nasty, tame = "\n".join(PAYLOADS), "harmless"
    found = []
    for words in (tame, nasty):
        work = await at_work(desk)
        await work.post("/note", said=words, saw=words)
        told = dict.fromkeys(("what", "why", "wanted", "offered", "how", "not_yet"), words)
        passed = {"passed_what": words, "passed_to": words, "passed_why": words}
        await work.post("/decision", **{**DECISION, **PASSING, **told, **passed})
        level = {**dict.fromkeys(LEVEL, words), "review_on": LEVEL["review_on"]}
        await work.post("/concern/today", **level, not_asked=words)
        # In the fields of a form that comes back, too.
        _, _, again = await work.post("/concern/now", **{**level, "review_on": words})
        pages = [await desk.page(work.path + p) for p in ("", "/as-they-would", "/concern/now")]
        found.append([Tags(page).found for page in (*pages, again)])
        assert all(words in plain(page) for page in pages[:2] if words == tame)
    assert found[0] == found[1]


async def test_words_that_are_refused_come_back_to_be_copied(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = await at_work(desk)
    left = {"said": "ring at 4 <b>", "saw": "a long\nafternoon"}

    def full(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr("desk.notes.add", full)
        status, _, page = await work.post("/note", **left)
    assert status == 503
    assert "copy it before you go on. ring at 4 <b> a long afternoon Back" in plain(page)
    desk.client.session.cookie_jar.clear()
    status, _, page = await work.post("/note", **left)
    assert status == 403
    assert "copy it before you go on. ring at 4 <b> a long afternoon Back" in plain(page)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    answer = await desk.client.post(work.path + "/note", data=left, headers=elsewhere)
    assert "afternoon" not in await answer.text()


async def test_others_may_not_write(desk: Desk) -> None:
    work = await at_work(desk)
    desk.worker("Ada", "admin")
    form = {"token": desk.link("Ada")}
    headers = {"Sec-Fetch-Site": "same-origin"}
    await desk.client.post("/desk/sign-in", data=form, headers=headers)
    for rest in ("/note", "/decision", "/concern/now", "/messages", "/as-they-would"):
        assert (await desk.client.get(work.path + rest)).status == 403
