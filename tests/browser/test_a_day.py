"""One day at the desk from the door to the door: the product as it runs, a person who texts, and a
worker who reads, writes, decides, and is answered."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.day import NAME, PASSWORD, Day, a_day

SOON = 20_000  # milliseconds
HARD = "Client kicked off at reception."
KIND = "We had tea. She read the letter aloud."
OURS = "A room is free tonight, and your son can come. Can we talk at 2?"
THEIRS = "yes 2 is good. thank you"
FIELDS = "form => [...form.elements].map(one => one.name || one.tagName)"
LEVEL = {
    "What we will do": "We ring at 2 today.",
    "What they were told about this, or why not yet": "That we ring at 2.",
    "Look at it again by": "",
}


async def test_a_day_at_the_desk(tmp_path: Path, url: str, page: Page) -> None:
    async with a_day(tmp_path, url, page) as day:
        await first_time(day)
        await signs_in(day)
        await a_part_arrives_by_itself(day)
        await picks_it_up(day)
        await writes_a_note(day)
        await decides(day)
        await writes_back_and_is_answered(day)
        assert await sets_level(day, "Today") == await sets_level(day, "Steady")
        await expect(page.get_by_role("heading", name="Concern level: Steady")).to_be_visible()
        await reads_as_they_would(day)
        await prints(day)
        await takes_out(day)
        await goes_home(day)


async def first_time(day: Day) -> None:
    """A password alone leads to one page: the one where the app is set up."""
    await _at_the_door(day, "")
    page = day.page
    await page.get_by_role("button", name="Set it up").click()
    day.secret = (await page.locator(".secret").inner_text()).replace(" ", "")
    await page.get_by_label("The six digits that it shows now").fill(day.code())
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_text("It is set up.")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()


async def signs_in(day: Day) -> None:
    await _at_the_door(day, day.code(1))  # a code is good once: the next one
    await expect(day.page.get_by_text("Nobody is waiting at the moment.")).to_be_visible()


async def a_part_arrives_by_itself(day: Day) -> None:
    """The list is open; nobody touches it. It is not read anew, and asks only when told to."""
    await day.page.evaluate("window.untouched = true")
    async with day.page.expect_response("**/desk/now", timeout=SOON):
        day.ten_minutes_later()
    card = day.page.get_by_role("link", name="Name not given yet")
    await expect(card).to_be_visible(timeout=SOON)
    await expect(day.page.get_by_text("shared part of it")).to_be_visible()
    assert await day.page.evaluate("window.untouched")


async def picks_it_up(day: Day) -> None:
    page = day.page
    await page.get_by_role("link", name="Name not given yet").click()
    await expect(page.get_by_text("i can cook for twenty")).to_be_visible()
    await expect(page.get_by_text("+447700900123")).to_have_count(0)
    await page.get_by_role("button", name="Pick up").click()
    await expect(page.get_by_text(f"With {NAME} since")).to_be_visible()
    await page.get_by_role("button", name="I have read this").click()
    await expect(page.locator(".number")).to_be_visible()


async def writes_a_note(day: Day) -> None:
    """The language check speaks as they type, and is silent once the words are other ones."""
    page = day.page
    await page.get_by_role("link", name="Write a note").first.click()
    saw = page.get_by_label("What I saw or did")
    await saw.press_sequentially(HARD)
    advice = page.locator("#advice-saw")
    await expect(advice.locator("mark")).to_have_text("kicked off at reception")
    await saw.fill(KIND)
    await expect(advice).to_be_empty()
    await page.get_by_role("button", name="Keep the note").click()
    await expect(page.locator("#notes").get_by_text(KIND)).to_be_visible()


async def decides(day: Day) -> None:
    """Not without a reason; what was typed stays."""
    page = day.page
    await page.get_by_role("link", name="Write down a decision").first.click()
    await page.get_by_label("What was decided").fill("A room for tonight.")
    await page.get_by_label("Or why they have not been told yet").fill("We write to them now.")
    await page.get_by_role("button", name="Keep the decision").click()
    await expect(page.get_by_role("alert")).to_contain_text("this is still missing")
    await expect(page.get_by_label("What was decided")).to_have_value("A room for tonight.")
    await page.get_by_label("Why, in words").fill("You asked to sleep where your son is.")
    await page.get_by_role("button", name="Keep the decision").click()
    await expect(page.locator("#decisions").get_by_text("A room for tonight.")).to_be_visible()


async def writes_back_and_is_answered(day: Day) -> None:
    """Both ways without a page being read anew by hand."""
    page = day.page
    await page.get_by_label("What you write").fill(OURS)
    await page.get_by_role("button", name="Send").click()
    assert await day.person.hears() == f"{NAME} here, a person. {OURS}"
    await expect(page.locator("#writing").get_by_text("Delivered")).to_be_visible(timeout=SOON)
    await page.evaluate("window.untouched = true")
    await day.person.says(THEIRS)
    await expect(page.get_by_text(THEIRS)).to_be_visible(timeout=SOON)
    assert await page.evaluate("window.untouched")
    assert day.person._phone.unread == []  # the assistant is quiet


async def sets_level(day: Day, name: str) -> list[str]:
    """Set it to this; what the form asks for, in order."""
    page = day.page
    await page.locator("#concern").get_by_role("link", name=name, exact=True).click()
    form = page.locator("section.form form")
    fields: list[str] = await form.evaluate(FIELDS)
    await page.locator("#why").fill("They sleep in the car, the two of them.")
    await page.locator("#says").fill(THEIRS)
    await page.get_by_label("None known yet").check()
    for label, words in LEVEL.items():
        await page.get_by_label(label).fill(words or f"{day.today:%Y-%m-%d}")
    await page.get_by_role("button", name="Keep this level").click()
    await expect(page.locator("#level")).to_have_text(f"Concern level: {name}")
    return fields


async def reads_as_they_would(day: Day) -> None:
    page = day.page
    await page.get_by_role("link", name="Read this as they would").click()
    for words in ("i can cook for twenty", KIND, "A room for tonight.", "They sleep in the car"):
        await expect(page.get_by_text(words).first).to_be_visible()
    for question in await page.locator("#questions fieldset").all():
        await question.get_by_label("yes", exact=True).check()
    await page.get_by_role("button", name="Keep my answers as a note").click()
    await expect(page.locator("#notes").get_by_text("Read this as they would")).to_be_visible()


async def prints(day: Day) -> None:
    page = day.page
    await page.get_by_role("link", name="Print (A4)").click()
    await page.emulate_media(media="print")
    await expect(page.get_by_text("Do not text first").first).to_be_visible()
    await expect(page.get_by_role("link")).to_have_count(0)
    assert (await page.pdf()).startswith(b"%PDF")
    await page.emulate_media(media="screen")
    await page.get_by_role("link", name="Back to the intake").click()


async def takes_out(day: Day) -> None:
    """As text on a page, and as files."""
    page, files = day.page, {}
    for name in ("CSV", "JSON", "FHIR R4"):
        async with page.expect_download() as coming:
            await page.get_by_role("button", name=f"Save as {name}").click()
        files[name] = _text(await (await coming.value).path())
    assert all("i can cook for twenty" in file for file in files.values())
    assert json.loads(files["FHIR R4"])["resourceType"] == "QuestionnaireResponse"
    await page.get_by_role("link", name="Copy as text").click()
    assert "i can cook for twenty" in await page.get_by_label("The whole record").input_value()
    await page.get_by_role("link", name="Back to the intake").click()
    await expect(page.get_by_text("i can cook for twenty")).to_be_visible()


async def goes_home(day: Day) -> None:
    """Whoever sits down next and goes back sees the door."""
    page = day.page
    async with page.expect_response("**/desk/sign-out") as answer:
        await page.get_by_role("button", name="Sign out").click()
    headers = await (await answer.value).all_headers()
    assert headers["clear-site-data"] == '"cache", "storage"'
    await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    for _ in range(3):
        await page.go_back()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert "cook for twenty" not in await page.content()


async def _at_the_door(day: Day, code: str) -> None:
    await day.open("/desk/sign-in")
    await day.page.get_by_label("Name").fill(NAME)
    await day.page.get_by_label("Password").fill(PASSWORD)
    await day.page.get_by_label("Six digits from your app").fill(code)
    await day.page.get_by_role("button", name="Sign in").click()


def _text(path: Path) -> str:
    return path.read_text("utf-8")
