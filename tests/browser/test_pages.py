"""Every page, light and dark: what a screen reader or a keyboard would stumble over."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser.axe import violations
from tests.desk.builder import COMPLETE, PARTIAL, Desk


async def come_in(page: Page, desk: Desk) -> None:
    """Sign in by a one-time link, as the desk prints it."""
    link = f"{desk.client.make_url('/desk/sign-in')}#{desk.link('Sam')}"
    await page.goto(link)  # its script sends the form
    await page.wait_for_url("**/desk/")


async def test_no_page_breaks_a_rule_of_wcag(desk: Desk, page: Page, scheme: str) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    made = desk.intake(PARTIAL, kind="partial")
    desk.intake(COMPLETE, kind="complete")
    await page.goto(str(desk.client.make_url("/desk/sign-in")))
    assert await violations(page) == []
    await come_in(page, desk)
    for path in ("/desk/", f"/desk/intake/{made.reference}"):
        await page.goto(str(desk.client.make_url(path)))
        assert await violations(page) == [], path


@pytest.mark.parametrize("path", ["/desk/signed-out"])
async def test_pages_for_anyone(desk: Desk, page: Page, path: str) -> None:
    await page.goto(str(desk.client.make_url(path)))
    assert await violations(page) == []
