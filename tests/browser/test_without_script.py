"""The desk with JavaScript off: everything but what arrives by itself."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.async_api import Browser, Page, expect

from tests.desk.builder import COMPLETE, PARTIAL, Desk
from tests.desk.team import DECISION, LEVEL
from tests.desk.test_passwords import GOOD, Owner


async def test_a_day_with_script_off(desk: Desk, browser: Browser) -> None:
    owner = await Owner(desk).set_up()
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await signs_in(page, desk, owner)
    await looks_again(page, desk)
    await page.get_by_role("link", name="Jo").click()
    for name in ("Pick up", "I have read this"):
        await page.get_by_role("button", name=name).click()
    await notes(page)
    await fills(page, "Write down a decision", DECISION, "Keep the decision")
    for level in ("Today", "Steady"):
        await fills(page, level, LEVEL, "Keep this level")
        await expect(page.locator("#level")).to_have_text(f"Concern level: {level}")
    await page.get_by_label("What you write").fill("Can we talk at 4?")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("#writing").get_by_text("Can we talk at 4?")).to_be_visible()
    await takes_out(page)
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    await context.close()


async def signs_in(page: Page, desk: Desk, owner: Owner) -> None:
    await page.goto(str(desk.client.make_url("/desk/sign-in")))
    await page.get_by_label("Name").fill(owner.name)
    await page.get_by_label("Password").fill(GOOD)
    await page.get_by_label("Six digits from your app").fill(owner.code())
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("Nobody is waiting")).to_be_visible()


async def looks_again(page: Page, desk: Desk) -> None:
    desk.intake(COMPLETE, kind="complete", standing="ended")
    desk.intake(PARTIAL)
    await page.get_by_role("link", name="Look again").click()
    await expect(page.get_by_role("link", name="Jo")).to_be_visible()


async def notes(page: Page) -> None:
    """The language check says nothing, and nothing waits for it."""
    await page.get_by_role("link", name="Write a note").first.click()
    await page.get_by_label("What I saw or did").fill("She kicked off at reception.")
    await expect(page.locator("#advice-saw")).to_be_empty()
    await page.get_by_role("button", name="Keep the note").click()
    await expect(page.locator("#notes").get_by_text("kicked off")).to_be_visible()


async def fills(page: Page, link: str, form: Mapping[str, str], button: str) -> None:
    await page.get_by_role("link", name=link, exact=True).first.click()
    for name, words in form.items():
        await page.locator(f"#{name}").fill(words)
    await page.get_by_role("button", name=button).click()
    await expect(page.locator("#concern")).to_be_visible()


async def takes_out(page: Page) -> None:
    async with page.expect_download():
        await page.get_by_role("button", name="Save as CSV").click()
    for name, heading in (("Copy as text", "Copy as text"), ("Print (A4)", "Jo")):
        await page.get_by_role("link", name=name).click()
        await expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        await page.get_by_role("link", name="Back to the intake").click()
    await expect(page.get_by_role("button", name="Print", exact=True)).to_have_count(0)
