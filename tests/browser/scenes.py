"""What a worker has before them in the course of a day: each scene leads a page to it."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Page

from tests.browser.test_pages import come_in
from tests.desk.builder import COMPLETE, PARTIAL, THURSDAY, Answers, Desk
from tests.desk.team import DECISION, LEVEL, AtWork, at_work

HALF = "KTR-48293"  # stopped half way, chose to share
WHOLE = "MVL-30617"  # went to the end
HARD = "Client kicked off at reception and refused to engage. Her sister sat with her."
WORDS = "Thank you for telling us. A room is free tonight, and your son can come. Can we talk at 2?"
NOTE = "My sister came with me. I had not slept."


async def lay_out(desk: Desk) -> AtWork:
    """Three people who wait; of one of them Sam has written down what a day brings."""
    desk.intake(PARTIAL, kind="partial", reference=HALF, at=THURSDAY - timedelta(hours=1))
    further: Answers = {"keeps_going": "my cat", "name": "Amira", "safe_to_text": ["no"]}
    later = THURSDAY + timedelta(hours=5)
    desk.intake(further, kind="partial", reference="TVT-27977", due=later)
    worries = {"worries": "the letters from the landlord", "keeps_safe": "my sister rings at 8"}
    made = desk.intake({**COMPLETE, **worries}, kind="complete", standing="ended", reference=WHOLE)
    work = await at_work(desk, made)
    for rest, form in (
        ("/pick-up", {}),
        ("/ready", {}),
        ("/note", {"said": NOTE, "saw": "We had tea, and looked at the letters together."}),
        ("/decision", dict(DECISION)),
        ("/concern/today", dict(LEVEL)),
    ):
        assert (await work.post(rest, **form))[0] == 303, rest
    return work


async def to_list(page: Page, desk: Desk) -> None:
    await come_in(page, desk)


async def to_intake(page: Page, desk: Desk) -> None:
    await come_in(page, desk)
    await _open(page, desk, HALF)


async def to_note(page: Page, desk: Desk) -> None:
    """The language check has spoken."""
    await come_in(page, desk)
    await _open(page, desk, HALF, "/note")
    await page.get_by_label("What I saw or did").fill(HARD)
    await page.locator("#advice-saw li").first.wait_for()


async def to_writing(page: Page, desk: Desk) -> None:
    await come_in(page, desk)
    await _open(page, desk, WHOLE)
    await page.get_by_label("What you write").fill(WORDS)


async def to_preview(page: Page, desk: Desk) -> None:
    await come_in(page, desk)
    await _open(page, desk, WHOLE, "/as-they-would")


async def to_print(page: Page, desk: Desk) -> None:
    await come_in(page, desk)
    await _open(page, desk, WHOLE, "/print")


# What is to be seen of a page that is longer than the screen.
PLACES = {"note": "#advice-saw", "writing": "#writing"}
SCENES = {
    "list": to_list,
    "intake": to_intake,
    "note": to_note,
    "writing": to_writing,
    "preview": to_preview,
    "print": to_print,
}


async def _open(page: Page, desk: Desk, reference: str, rest: str = "") -> None:
    await page.goto(str(desk.client.make_url(f"/desk/intake/{reference}{rest}")))
