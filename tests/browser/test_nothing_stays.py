"""On a computer that others use: no page is kept, none says where one came from, and a browser
holds nothing of ours but a cookie that scripts can't read."""

from __future__ import annotations

from playwright.async_api import Page, Response

from tests.browser.test_pages import addresses, come_in, reviews
from tests.desk.builder import COMPLETE, Desk

KEPT = """async () => ({
  local: Object.entries(localStorage), session: Object.entries(sessionStorage),
  cookie: document.cookie, caches: await caches.keys(),
  databases: (await indexedDB.databases()).map(one => one.name),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  referrer: document.referrer, history: history.state,
})"""
NOTHING = {
    "local": [],
    "session": [],
    "cookie": "",
    "caches": [],
    "databases": [],
    "workers": 0,
    "referrer": "",
    "history": None,
}


async def test_nothing_stays_in_the_browser(desk: Desk, page: Page) -> None:
    made = desk.intake(COMPLETE, kind="complete")
    await come_in(page, desk, "Priya", "lead")
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    seen = 0
    for path in addresses(made, reviews(desk, made)):
        url = str(desk.client.make_url(path))
        if (await page.request.get(url)).status == 404:
            continue
        await page.goto(url)
        assert await page.evaluate(KEPT) == NOTHING, path
        seen += 1
    assert seen >= 15
    assert [one.url for one in answers if not await kept_to_us(one)] == []


async def kept_to_us(answer: Response) -> bool:
    """Pages are stored nowhere; our own files are, and asked for again each time."""
    headers = await answer.all_headers()
    stored = "no-cache" if "/desk/static/" in answer.url else "no-store"
    return (headers["cache-control"], headers["referrer-policy"]) == (stored, "no-referrer")
