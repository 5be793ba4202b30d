"""What a worker has to know first is on the screen before they scroll: 1366 x 768."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser.conftest import SIZES
from tests.browser.test_pages import addresses, come_in, reviews
from tests.browser.test_pictures import OVER_THE_SIDE
from tests.desk.builder import COMPLETE, PARTIAL, Answers, Desk

SAFELY, WISH, BY_WHEN, AGREED = ".banner", ".facts .wish", ".facts .due", ".facts .agreed-to"
MUCH: Answers = {
    **COMPLETE,
    "safe_to_text": ["sometimes"],
    "good_times": "weekdays before 3, never on a thursday, and not when the car is outside",
    "other_way": "ask for me at the library desk on monday mornings, they know me there",
    "do_not_contact": "my ex, and anybody who says that they are my brother",
    "would_help": "somebody to come with me to the council. " * 8,
    "code_word": "heron",
}


@pytest.mark.parametrize(
    ("answers", "kind"), [(PARTIAL, "partial"), (COMPLETE, "complete"), (MUCH, "complete")]
)
async def test_the_first_things_need_no_scrolling(
    desk: Desk, page: Page, answers: Answers, kind: str
) -> None:
    made = desk.intake(answers, kind=kind)
    await come_in(page, desk)
    await page.goto(str(desk.client.make_url(f"/desk/intake/{made.reference}")))
    width, height = SIZES["wide"]
    for first in (SAFELY, WISH, BY_WHEN, AGREED):
        box = await page.locator(first).bounding_box()
        assert box, first
        assert box["x"] >= 0, first
        assert box["y"] >= 0, first
        assert box["x"] + box["width"] <= width, first
        assert box["y"] + box["height"] <= height, (first, box)


async def test_no_page_runs_off_the_side_of_a_small_phone(desk: Desk, page: Page) -> None:
    """320 pixels, as WCAG 1.4.10 has it; long words without a blank too."""
    made = desk.intake({**MUCH, "name": "x" * 90, "please_dont": "y" * 400}, notes=["z" * 400])
    await come_in(page, desk, "Priya", "lead")
    await page.set_viewport_size({"width": 320, "height": 568})
    wide = {}
    for path in addresses(made, reviews(desk, made)):
        url = str(desk.client.make_url(path))
        if (await page.request.get(url)).status == 404:
            continue
        await page.goto(url)
        if over := await page.evaluate(OVER_THE_SIDE):
            wide[path] = over
    assert wide == {}
