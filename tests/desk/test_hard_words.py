"""What is hard to read is folded until a worker opens it, with the reason; and who has read much of
it is asked how they are."""

from __future__ import annotations

import re

from desk.exposure import HEAVY
from store import tables as t
from tests.desk.builder import COMPLETE, OURS, PARTIAL, THURSDAY, Desk, flow
from tests.desk.reading import plain

SIGN = "i dont want to be here any more"
HARD = next(q.id for q in flow().questions if q.sensitivity == 2)
ASKS = "You have read much that is hard these days."


def folded(page: str) -> list[tuple[str, str]]:
    """Why, and what, of each passage that is folded."""
    found = re.findall(r'<details class="hard"[^>]*>(.*?)</summary>(.*?)</details>', page, re.S)
    assert "<details open" not in page
    return [(plain(why), plain(words)) for why, words in found]


async def test_an_answer_to_one_of_the_hardest_questions_is_folded(desk: Desk) -> None:
    made = desk.intake({**COMPLETE, HARD: "the nights since he died"}, kind="complete")
    await desk.sign_in()
    page = await desk.page(f"/desk/intake/{made.reference}")
    assert ("Their words about something hard", "the nights since he died") in folded(page)
    assert "My faith" not in "".join(words for _, words in folded(page))


async def test_a_sign_of_danger_is_folded_with_what_it_may_mean(desk: Desk) -> None:
    made = desk.intake({**COMPLETE, "good_at": "engines"}, kind="complete", cues={"suicidal": SIGN})
    await desk.sign_in()
    page = await desk.page(f"/desk/intake/{made.reference}")
    assert ("Their words. Somebody may not want to live any more.", SIGN) in folded(page)
    assert "engines" not in "".join(words for _, words in folded(page))


async def test_what_was_not_meant_so_stands_open(desk: Desk) -> None:
    made = desk.intake(COMPLETE, kind="complete", cues={"suicidal": SIGN})
    desk.change(t.asked, made.asked["suicidal"], wrong_at=THURSDAY)
    await desk.sign_in()
    page = await desk.page(f"/desk/intake/{made.reference}")
    assert SIGN in page
    assert SIGN not in "".join(words for _, words in folded(page))


async def test_among_all_messages_too(desk: Desk) -> None:
    made = desk.intake(COMPLETE, kind="complete", cues={"suicidal": SIGN})
    csrf = await desk.sign_in()
    way = f"/desk/intake/{made.reference}/messages"
    await desk.client.post(way, data={"csrf": csrf, "purpose": "safety"}, headers=OURS)
    page = await desk.page(way)
    assert SIGN in "".join(words for _, words in folded(page))


async def test_after_a_heavy_week_it_is_said_to_them_and_to_their_lead(desk: Desk) -> None:
    await desk.sign_in()
    for n in range(HEAVY):
        assert ASKS not in await desk.page("/desk/"), n
        made = desk.intake({**PARTIAL, HARD: "hard words"}, kind="partial")
        await desk.page(f"/desk/intake/{made.reference}")
    assert ASKS in await desk.page("/desk/")
    desk.worker("Lee", "lead")
    await desk.sign_in("Lee")
    assert ASKS not in await desk.page("/desk/")
    page = plain(await desk.page("/desk/leads"))
    assert "Ask how they are, and offer supervision soon: Sam." in page
