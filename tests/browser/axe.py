"""axe-core (vendored, MPL 2.0) held against a page: no violation of WCAG 2.2 A and AA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

SCRIPT = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


async def violations(page: Page) -> list[str]:
    """What is wrong on this page: rule, and the first place of each."""
    # Evaluated by the driver, not by the page: the policy of the page refuses scripts in it.
    await page.evaluate(SCRIPT)
    # Without a second reading of style sheets: it would put imported ones inline, which the policy
    # refuses. One rule needs it, for sheets that turn a page round by the way a phone is held.
    run = "rules => axe.run(document, {preload: false, runOnly: {type: 'tag', values: rules}})"
    found: dict[str, Any] = await page.evaluate(run, RULES)
    return [f"{v['id']}: {v['help']} ({v['nodes'][0]['html'][:160]})" for v in found["violations"]]
