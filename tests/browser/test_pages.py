"""Every page, light and dark: what a screen reader or a keyboard would stumble over."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.async_api import Page

from desk import app, routes
from tests.browser.axe import violations
from tests.desk.builder import COMPLETE, PARTIAL, Desk, Made
from tests.desk.test_leads import stops_at
from tests.desk.test_outside import news
from tests.desk.test_reviews import decided, opened

# What is no page: a picture, a stream that never ends, files of ours.
NO_PAGES = (
    f"/reached/{routes.ONE_TIME}",
    "/me/second-factor.svg",
    "/events",
    "/static/{name:[a-z0-9./_-]{1,60}}",
    "",
)


def reviews(desk: Desk, made: Made) -> dict[str, str]:
    """One that waits to be looked back at, one whose change waits to be checked: their pages."""
    waits, changed = (opened(desk, made, about) for about in ("one", "another"))
    decided(desk, changed)
    of = f"/review/{routes.KEY}"
    return {
        of: f"/review/{waits}",
        f"{of}/change": f"/review/{waits}/change",
        f"{of}/check": f"/review/{changed}/check",
    }


def addresses(made: Made, known: Mapping[str, str]) -> list[str]:
    """Every page that can be opened by a GET, from the router: a new one is looked at by itself."""
    open_ones = [p for p in app.PAGES if p.method == "GET" and not p.quiet]
    paths = [page.path for page in open_ones if page.path not in NO_PAGES]
    asked = made.asked.get("person", "nobody")
    whom = {f"/asked/{routes.KEY}": f"/asked/{asked}", **known}
    return [
        "/desk" + whom.get(path, path).replace(routes.KEY, made.reference or made.id)
        for path in paths
    ]


async def come_in(page: Page, desk: Desk, name: str = "Sam", role: str = "caseworker") -> None:
    """Sign in by a one-time link, as the desk prints it."""
    desk.worker(name, role)
    await page.goto(f"{desk.client.make_url('/desk/sign-in')}#{desk.link(name)}")
    await page.wait_for_url("**/desk/")  # its script has sent the form


async def test_no_page_breaks_a_rule_of_wcag(desk: Desk, page: Page, scheme: str) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    made = desk.intake(PARTIAL, kind="partial")
    desk.intake(COMPLETE, kind="complete")
    stops_at(desk, "good_times", 6)
    news(desk, made)
    await page.goto(str(desk.client.make_url("/desk/sign-in")))
    assert await violations(page) == []
    await come_in(page, desk, "Priya", "lead")
    broken: dict[str, list[str]] = {}
    seen = 0
    for path in addresses(made, reviews(desk, made)):
        url = str(desk.client.make_url(path))
        answer = await page.request.get(url)
        assert answer.status in (200, 404), (path, answer.status)
        if answer.status == 404:
            continue  # nothing of the kind with this person, such as a code word
        seen += 1
        await page.goto(url)
        if found := await violations(page):
            broken[path] = found
    assert broken == {}
    await page.goto(str(desk.client.make_url("/desk/leads")))
    assert await page.locator("tbody tr").count() >= 2
    assert seen >= 20
