"""The picture of the rehearsal for the README: plays it in headless Chromium.

Run by `make pictures`; writes docs/pictures/rehearsal.png. Needs Debian's `chromium`. Those of the
desk are taken by tests/browser/test_pictures.py.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
BY_TEXT = [
    "hi i was told to text this number",
    "ok",
    "ok",
    "ok",
    "my sister. and the dog honestly",
    "1",
    "i can cook for twenty",
    "sometimes",
    "no",
    "skip",
    "i just want to sleep somewhere my son is ok. cant do this now",
    "pause",
]
BY_BUTTON = ["hello", "OK", "OK", "OK", "my allotment, and radio 4", "Yes", "Why?"]


@contextmanager
def demo() -> Iterator[str]:
    """`ownpace demo` on a free port with data of its own: where its phones are."""
    with tempfile.TemporaryDirectory() as data, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
        probe.close()
        env = os.environ | {
            "OWNPACE_DATA": data,
            "OWNPACE_PORT": port,
            "OWNPACE_MERGE_SECONDS": "0",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo"], env=env, stdout=subprocess.PIPE, text=True
        )
        try:
            _began(process)
            yield f"http://127.0.0.1:{port}/rehearse/"
        finally:
            process.terminate()
            process.wait(15)


def _began(process: subprocess.Popen[str]) -> None:
    """Until it has said where it is."""
    if not any("sign-in#" in line for line in process.stdout or ()):
        raise SystemExit("the demo did not start")


def main() -> None:
    """Take the picture."""
    PICTURES.mkdir(exist_ok=True)
    with demo() as rehearsal, sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        phones = open_page(browser, rehearsal)
        by_text, by_button = phones.locator(".handset").all()
        for words in BY_TEXT:
            say(phones, by_text, words)
        for words in BY_BUTTON:
            press_or_say(phones, by_button, words)
        phones.screenshot(path=PICTURES / "rehearsal.png")
        browser.close()


def press_or_say(page: Page, phone: Locator, words: str) -> None:
    """Press the newest button of that label, or write."""
    button = phone.locator(".keys").last.get_by_role("button", name=words, exact=True)
    if button.count():
        said(page, phone, button.click)
    else:
        say(page, phone, words)


def open_page(browser: Browser, address: str) -> Page:
    """A page as a laptop shows it."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(address)
    return page


def say(page: Page, phone: Locator, words: str) -> None:
    """Write on a phone and wait for our answer."""

    def write() -> None:
        box = phone.locator("textarea")
        box.fill(words)
        box.press("Enter")

    said(page, phone, write)


def said(page: Page, phone: Locator, act: Callable[[], object]) -> None:
    """Do something and wait until one more message of ours has come."""
    ours = phone.locator(".entry:not(.mine) .bubble")
    before = ours.count()
    act()
    ours.nth(before).wait_for(timeout=10_000)
    page.wait_for_timeout(400)  # the picture shows delivered messages, not ones on their way


if __name__ == "__main__":
    main()
