"""200 harmful texts wherever words come in, on every page that shows them: nothing of them runs,
and all of them can be read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.conversation.flow import Flow, Question, Section
from store import tables as t
from tests.browser.payloads import PAYLOADS
from tests.browser.test_pages import come_in
from tests.browser.watch import Watch
from tests.desk import builder
from tests.desk.builder import PARTIAL, Desk, Made
from tests.desk.team import DECISION, LEVEL, AtWork, at_work

PAGES = ["", "/print", "/copy", "/messages", "/as-they-would", "/note", "/held", "/code-word"]
SOON = 10_000


def hostile(flow: Flow) -> Flow:
    """The same intake, with harm in every sentence that the desk shows of it."""
    harm = iter(PAYLOADS * 2)

    def question(one: Question) -> Question:
        choices = tuple(c.model_copy(update={"label": next(harm)}) for c in one.choices)
        return one.model_copy(update={"shows_as": next(harm), "choices": choices})

    def section(one: Section) -> Section:
        questions = tuple(question(each) for each in one.questions)
        return one.model_copy(update={"title": next(harm), "questions": questions})

    sections = tuple(section(one) for one in flow.sections)
    return flow.model_copy(update={"title": next(harm), "sections": sections})


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    flow = hostile(builder.flow())
    monkeypatch.setattr(builder, "flow", lambda: flow)
    async with builder.a_desk(tmp_path) as made:
        yield made


def answered(desk: Desk) -> Made:
    """Everything that can be asked is answered, and 200 messages more; the locale is harm, too."""
    questions = [question.id for question in builder.flow().questions]
    answers = dict(zip(questions, PAYLOADS, strict=False))
    chosen = {"safe_to_text": ["sometimes"], "how_soon": ["today"]}
    long_ago = builder.THURSDAY - timedelta(hours=9)
    about = {"kind": "complete", "standing": "ended", "at": long_ago, "notes": PAYLOADS}
    made = desk.intake({**answers, **chosen}, **about)
    desk.change(t.conversation, made.id, language="<b onload=1>"[:12])
    return made


async def all_day(work: AtWork) -> None:
    """What a worker can write, in harmful words."""
    words = "\n".join(PAYLOADS[:100])
    for rest, form in (
        ("/pick-up", {}),
        ("/ready", {}),
        ("/note", {"said": words, "saw": "\n".join(PAYLOADS[100:])}),
        ("/decision", {**DECISION, "what": PAYLOADS[0], "why": words, "wanted": words}),
        ("/concern/now", {**LEVEL, "why": words, "says": words, "told": PAYLOADS[42]}),
        ("/write", {"text": PAYLOADS[2]}),
        ("/messages", {"purpose": "other", "words": PAYLOADS[0]}),
    ):
        assert (await work.post(rest, **form))[0] == 303, rest


async def test_nothing_they_write_runs_on_the_page_of_an_intake(desk: Desk, page: Page) -> None:
    watch, made = await Watch.over(page), answered(desk)
    await all_day(await at_work(desk, made, PAYLOADS[2]))
    await come_in(page, desk, PAYLOADS[2])
    for rest in PAGES:
        await page.goto(str(desk.client.make_url(f"/desk/intake/{made.reference}{rest}")))
        await watch.quiet()
        if rest in ("", "/print", "/messages"):
            shown = await page.locator("main").inner_text()
            assert [words for words in PAYLOADS if words.strip() not in shown] == [], rest
    await page.emulate_media(media="print")
    await watch.quiet()


async def test_nothing_runs_that_arrives_by_itself(desk: Desk, page: Page) -> None:
    """As names in the list, which is open while they come."""
    watch = await Watch.over(page)
    await come_in(page, desk)
    for names in (PAYLOADS[first : first + 8] for first in range(0, len(PAYLOADS), 8)):
        desk.intake({**PARTIAL, "name": " ".join(names), "good_times": " ".join(names)})
    desk.store.bell.ring()
    cards = page.locator("li.card")
    await expect(cards).to_have_count(len(PAYLOADS) // 8, timeout=SOON)
    shown = await page.locator("#live").text_content() or ""
    assert [words for words in PAYLOADS if words not in shown] == []
    await watch.quiet()


async def test_nothing_runs_that_comes_back(desk: Desk, page: Page) -> None:
    """In a form that is not complete yet, in the language check, and from a search."""
    watch, made = await Watch.over(page), answered(desk)
    await come_in(page, desk)
    await page.goto(str(desk.client.make_url(f"/desk/intake/{made.reference}/decision")))
    words = "\n".join(PAYLOADS[:100])
    await page.get_by_label("What was decided").fill(words)
    await page.get_by_label("What they wanted").fill(f"She kicked off {' '.join(PAYLOADS[:40])}")
    await expect(page.locator("#advice-wanted mark").first).to_be_visible(timeout=SOON)
    await watch.quiet()
    await page.get_by_role("button", name="Keep the decision").click()
    await expect(page.get_by_label("What was decided")).to_have_value(words)
    await watch.quiet()
    await page.goto(str(desk.client.make_url("/desk/")))
    await page.get_by_label("A reference").fill(PAYLOADS[0][:40])
    await page.get_by_role("button", name="Find").click()
    await expect(page.get_by_text("None here")).to_be_visible()
    await watch.quiet()


async def test_files_are_saved_and_never_shown(desk: Desk, page: Page) -> None:
    watch, made = await Watch.over(page), answered(desk)
    await come_in(page, desk)
    url = str(desk.client.make_url(f"/desk/intake/{made.reference}"))
    await page.goto(url)
    for name, ending in (("CSV", ".csv"), ("JSON", ".json"), ("FHIR R4", ".json")):
        async with page.expect_download() as coming:
            await page.get_by_role("button", name=f"Save as {name}").click()
        assert (await coming.value).suggested_filename.endswith(ending)
        assert page.url == url
    await watch.quiet()
