"""What a page does that no page of ours does: it asks, reports, calls elsewhere, or holds elements
that none of our templates has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from playwright.async_api import Dialog, Page, Request

# Runs before anything of the page does.
REPORTS = """
window.reports = [];
addEventListener('securitypolicyviolation', e => window.reports.push(e.violatedDirective));
"""
STRANGE = """() => {
  const ours = one => (one.getAttribute('src') || '').startsWith('/desk/static/')
    || one.classList.contains('qr');
  const tags = 'iframe, object, embed, base, math, video, svg, style, meta[http-equiv=refresh]';
  const found = [...document.querySelectorAll(tags)];
  for (const one of document.querySelectorAll('script, img')) if (!ours(one)) found.push(one);
  for (const one of document.querySelectorAll('*'))
    for (const its of one.attributes)
      if (/^(on|hx-on)/.test(its.name) || /^javascript:/i.test(its.value)) found.push(one);
  return found.map(one => one.outerHTML.slice(0, 160));
}"""


@dataclass
class Watch:
    """`await watch.quiet()` holds that nothing of the kind has happened on the page so far."""

    page: Page
    dialogs: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    @classmethod
    async def over(cls, page: Page) -> Self:
        watch = cls(page)
        await page.add_init_script(REPORTS)
        page.on("dialog", watch._asked)
        page.on("request", watch._called)
        return watch

    async def _asked(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        await dialog.dismiss()

    def _called(self, request: Request) -> None:
        if urlsplit(request.url).hostname != "127.0.0.1":
            self.elsewhere.append(request.url)

    async def quiet(self) -> None:
        assert await self.page.evaluate("window.ran") is None
        assert await self.page.evaluate("window.reports") == []
        assert await self.page.evaluate(STRANGE) == []
        assert "<" not in await self.page.title()
        assert (self.dialogs, self.elsewhere) == ([], [])
