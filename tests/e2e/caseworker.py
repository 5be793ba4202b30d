"""A caseworker at the desk: a browser's cookies and headers, and eyes for what a page says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from tests.e2e.house import House

# What a browser adds to a form that it sends from a page of the same place.
SAME_PLACE = {"Sec-Fetch-Site": "same-origin"}
UNSEEN = frozenset({"script", "style", "title", "head"})
QUOTES = frozenset({"blockquote", "q"})


@dataclass(frozen=True)
class Page:
    """A page as one reads it. `quotes` are the person's own words, `links` go to other pages."""

    status: int
    html: str
    text: str
    quotes: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


class Caseworker:
    """Signs in with a one-time link; `async with` closes the browser."""

    def __init__(self, house: House) -> None:
        self._local = house.local
        # A browser on the far side of the proxy that ends https.
        jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=URL(house.local))
        self._browser = aiohttp.ClientSession(cookie_jar=jar)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._browser.close()

    async def sign_in(self, link: str) -> Page:
        """Open the link: a script moves the part after `#` into the form, and sends it."""
        parts = urlsplit(link)
        page = await self._post(parts.path, token=parts.fragment)
        assert page.status == 200, page.text
        assert "Signed in as" in page.text
        return page

    async def open(self, path: str = "/desk/") -> Page:
        async with self._browser.get(self._local + path) as answer:
            return _page(answer.status, await answer.text())

    async def intake(self, words: str) -> Page:
        """The intake in which somebody wrote these words, found from the list; else it fails."""
        waiting = await self.open()
        for to, _ in waiting.links:
            if to.startswith("/desk/intake/"):
                page = await self.open(to)
                if words in page.quotes:
                    return page
        raise AssertionError(f"no intake quotes {words!r}; the list says:\n{waiting.text}")

    async def press(self, page: Page, path: str) -> Page:
        """Send the form of this page that goes to `path`."""
        token = re.search(r'name="csrf" value="([^"]+)"', page.html)
        assert token, "the page has no form"
        return await self._post(path, csrf=token[1])

    async def _post(self, path: str, **fields: str) -> Page:
        to = self._local + path
        async with self._browser.post(to, data=fields, headers=SAME_PLACE) as answer:
            return _page(answer.status, await answer.text())


def _page(status: int, html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = " ".join("".join(reader.seen).split())
    links = tuple((to, " ".join(said.split())) for to, said in reader.links)
    return Page(status, html, text, tuple(" ".join(q.split()) for q in reader.quotes), links)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.quotes: list[str] = []
        self.links: list[tuple[str, str]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)
        self.seen.append(" ")
        if tag in QUOTES:
            self.quotes.append("")
        if tag == "a":
            self.links.append((dict(attrs).get("href") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        # Some elements are never closed: whatever stands inside ends with this one.
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if UNSEEN & set(self._open):
            return
        self.seen.append(data)
        if QUOTES & set(self._open):
            self.quotes[-1] += data
        if "a" in self._open:
            to, said = self.links[-1]
            self.links[-1] = (to, said + data)
