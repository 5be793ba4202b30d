"""One Chromium for each test, and a desk with people in it that it can open."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.desk.builder import Desk, a_desk

SIZES = {"wide": (1366, 768), "phone": (390, 844)}
# A form that comes back with what is missing in it is a 400, which the console counts as an error.
COMES_BACK = "the server responded with a status of 400"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here need the browser: `make test` leaves them out, `make browser` runs them."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium. That it is missing is a failure, never a skip."""
    path = shutil.which("chromium")
    assert path, "Chromium is missing: install Debian's package `chromium`"
    async with async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        await chromium.close()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_desk(tmp_path) as made:
        yield made


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A wide page, on which nothing may go wrong in the console."""
    width, height = SIZES["wide"]
    context = await browser.new_context(viewport={"width": width, "height": height})
    made = await context.new_page()
    said: list[str] = []
    made.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    made.on("pageerror", lambda error: said.append(str(error)))
    yield made
    await context.close()
    assert [words for words in said if COMES_BACK not in words] == []
