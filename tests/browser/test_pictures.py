"""The pages of a day, wide and on a phone: nothing runs off the side, and `make pictures` keeps
what they look like in docs/pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser.conftest import SIZES
from tests.browser.scenes import PLACES, SCENES, lay_out
from tests.desk.builder import Desk

PICTURES = Path(__file__).parents[2] / "docs/pictures"
ALSO_DARK = {"intake": "wide"}
TURN_TO = "place => document.querySelector(place).scrollIntoView({block: 'nearest'})"
OVER_THE_SIDE = """() => {
  const side = document.documentElement.clientWidth;
  const over = [...document.querySelectorAll('body *')].filter(
    one => one.getBoundingClientRect().right > side + 1);
  return document.documentElement.scrollWidth > side ? over.map(
    one => one.outerHTML.slice(0, 120)) : [];
}"""


@pytest.mark.parametrize("scene", SCENES)
async def test_a_day_in_pictures(
    desk: Desk, page: Page, scene: str, request: pytest.FixtureRequest
) -> None:
    await page.emulate_media(reduced_motion="reduce")  # no picture of a change half-way
    await lay_out(desk)
    await SCENES[scene](page, desk)
    keep = request.config.getoption("--update")
    for size, (width, height) in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        await page.evaluate(TURN_TO, PLACES.get(scene, "body"))
        assert await page.evaluate(OVER_THE_SIDE) == []
        for dark in (False, True) if ALSO_DARK.get(scene) == size else (False,):
            await page.emulate_media(color_scheme="dark" if dark else "light")
            name = f"desk-{scene}-{size}{'-dark' if dark else ''}.png"
            if keep:
                await page.screenshot(path=PICTURES / name)
