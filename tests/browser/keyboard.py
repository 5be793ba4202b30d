"""A worker who has a keyboard and no mouse. At every step the focus shows, and goes on."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Page

MOST = 200  # presses of Tab until somebody would say that they are trapped
# What has the focus: its name as a screen reader says it, whether one sees that it has it, and
# where it stands in the page. Nothing where the focus is with the browser itself.
FOCUS = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const style = getComputedStyle(it), box = it.getBoundingClientRect();
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const label = it.labels && it.labels.length ? it.labels[0].innerText : '';
  const said = it.getAttribute('aria-label') || label || it.innerText || it.alt || '';
  const all = [...document.querySelectorAll('*')];
  return {name: said.trim(), seen: (ring || it.id === 'main') && inside, place: all.indexOf(it),
          what: it.outerHTML.slice(0, 120)};
}"""


@dataclass(frozen=True)
class Focus:
    """`place` counts from the beginning of the page."""

    name: str
    seen: bool
    place: int
    what: str


@dataclass
class Keyboard:
    page: Page

    async def focus(self) -> Focus | None:
        found = await self.page.evaluate(FOCUS)
        return Focus(**found) if found else None

    async def tab(self, key: str = "Tab") -> Focus | None:
        """One step on; whoever looks at the page sees where that is."""
        await self.page.keyboard.press(key)
        now = await self.focus()
        assert now is None or now.seen, f"nobody sees that this has the focus: {now.what}"
        return now

    async def to(self, name: str, key: str = "Tab") -> None:
        """By steps to what begins with this name."""
        for _ in range(MOST):
            now = await self.tab(key)
            if now and now.name.startswith(name):
                return
        raise AssertionError(f"no way by keyboard to {name!r} on {self.page.url}")

    async def press(self, name: str, key: str = "Enter") -> None:
        """Go to a link or a button, and use it; another page comes."""
        await self.to(name)
        async with self.page.expect_navigation():
            await self.page.keyboard.press(key)

    async def write(self, name: str, words: str) -> None:
        """Go to a field, and type."""
        await self.to(name)
        await self.page.keyboard.type(words)

    async def all_stops(self, key: str = "Tab") -> list[Focus]:
        """Every stop from here until the focus leaves the page, or is where it began."""
        stops: list[Focus] = []
        while (now := await self.tab(key)) and now.place not in [one.place for one in stops[:1]]:
            stops.append(now)
            assert len(stops) < MOST, f"the keyboard is trapped: {stops[-3:]}"
        return stops
