"""What a worker may read of an intake, and how they are told not to write."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk.builder import COMPLETE, PARTIAL, Desk, Made
from tests.desk.reading import opened, plain

STOP = "They asked us not to write. Do not write or call first."


async def listed(desk: Desk) -> str:
    return plain(await desk.page("/desk/"))


# --- Asked to stop ---------------------------------------------------------------------------


async def test_who_asked_us_to_stop_is_not_written_to(desk: Desk) -> None:
    made = desk.intake({**PARTIAL, "safe_to_text": ["yes"]}, standing="stopped")
    await desk.sign_in()
    page = await opened(desk, made)
    assert f"Contact safely {STOP} Safe to text? Yes" in page
    assert "Thu 08:20 Asked us to stop writing" in page
    assert f"shared part of it {STOP} To be read" in await listed(desk)
    raw = await desk.page("/desk/")
    assert 'class="reach closed"' in raw
    assert 'class="reach yes"' not in raw


async def test_a_stop_at_the_carrier_is_told_once(desk: Desk) -> None:
    made = desk.intake(PARTIAL, standing="stopped", state="stopped")
    await desk.sign_in()
    page = await opened(desk, made)
    assert "Nothing can be sent here. Do not call first." in page
    assert page.count("Asked us to stop writing") == 1
    assert "Thu 08:30 Asked us to stop writing" in page


# --- A part, and the whole ---------------------------------------------------------------------


@pytest.fixture
async def partial(desk: Desk) -> Made:
    """Shared in part at 08:09; it is 10:00 and the person goes on."""
    made = desk.intake({**PARTIAL, "name": "Jo"}, notes=["hi"])
    desk.now_says(made, "name", "Jo Renamed")
    desk.now_says(made, "would_help", "a lawyer, for the other thing")
    desk.now_says(made, "good_at", None)
    desk.notes(made, "he found my phone")
    await desk.sign_in()
    return made


async def test_of_a_part_only_that_part_is_shown(desk: Desk, partial: Made) -> None:
    page = await opened(desk, partial)
    assert "my sister. and the dog honestly" in page
    assert "Also written" not in page
    assert not any(word in page for word in ("Jo Renamed", "a lawyer", "he found my phone"))
    assert "Jo shared part of it" in page
    assert "Good at, or proud of removed by the person" in page
    assert "making people laugh" not in page
    assert "added since" not in page
    names = await listed(desk)
    assert "Jo shared part of it" in names
    assert "Renamed" not in names


@pytest.mark.parametrize("kind", ["partial", "complete"])
async def test_the_next_hand_over_shows_more(desk: Desk, partial: Made, kind: str) -> None:
    desk.clock.at += timedelta(minutes=10)
    desk.hand_over(partial, kind)
    page = await opened(desk, partial)
    assert all(word in page for word in ("Jo Renamed", "a lawyer", "he found my phone"))
    assert "added since" not in page


async def test_what_was_added_to_the_whole_is_marked(desk: Desk) -> None:
    made = desk.intake(COMPLETE, kind="complete", notes=["hi"])
    desk.now_says(made, "please_dont", "no uniforms")
    desk.notes(made, "one more thing")
    await desk.sign_in()
    page = await opened(desk, made)
    assert "Please don't no uniforms added since" in page
    assert "one more thing added since" in page
    assert page.count("added since") == 2


@pytest.mark.parametrize(("codes", "own"), [(["no"], ""), (["yes"], "not after 6")])
async def test_what_changed_about_safe_contact_stops_us_at_once(
    desk: Desk, codes: list[str], own: str
) -> None:
    """What they say now was not shared; what they said then does not hold any more."""
    made = desk.intake({**PARTIAL, "safe_to_text": ["yes"]})
    desk.now_says(made, "safe_to_text", "3", codes, own)
    await desk.sign_in()
    page = await opened(desk, made)
    assert "Contact safely Do not text first" in page
    assert "after 6" not in page
    assert "Do not text first" in await listed(desk)


async def test_times_that_changed_since_do_not_hold(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    desk.now_says(made, "good_times", "only sundays")
    await desk.sign_in()
    page = await opened(desk, made)
    assert "Contact safely Do not text first" in page
    assert "weekdays before 3" not in page
    assert "sundays" not in page


# --- Choices with words, and answers beside the path ---------------------------------------------


async def test_a_choice_and_own_words_stand_together(desk: Desk) -> None:
    made = desk.intake(COMPLETE, kind="complete")
    desk.now_says(made, "how_to_talk", "1", ["phone"], "phone, but my sister first")
    desk.now_says(made, "how_soon", "2", ["today"])
    desk.now_says(made, "voicemail", "1", ["yes"], "yes if you say dentist")
    desk.now_says(made, "safe_to_text", "1", ["yes"], "yes, he is away til friday")
    await desk.sign_in()
    page = await opened(desk, made)
    assert "How I would like to talk Phone phone, but my sister first" in page
    assert "Asked to talk Today What" in page, "the 2 that they pressed is no words of theirs"
    assert "may leave a message yes if you say dentist" in page
    assert "Contact safely Safe to text, as they say it: yes, he is away til friday" in page
    assert page.count("away til friday") == 1
    names = await listed(desk)
    assert "Safe to text, in the way that they describe" in names
    assert "friday" not in names


async def test_an_answer_that_is_off_the_path_is_not_shown(desk: Desk) -> None:
    way = {"other_way": "ring my neighbour", "voicemail": ["yes"]}
    made = desk.intake({"safe_to_text": ["no"], **way}, kind="complete")
    await desk.sign_in()
    page = await opened(desk, made)
    assert "ring my neighbour" in page
    assert "may leave a message" in page
    desk.clock.at += timedelta(minutes=1)
    desk.now_says(made, "safe_to_text", "1", ["yes"])
    page = await opened(desk, made)
    assert "ring my neighbour" not in page
    assert "may leave a message" not in page
    desk.now_says(made, "how_to_talk", "1", ["phone"])
    assert "may leave a message" in await opened(desk, made), "asked for the phone: on the path"


async def test_the_list_knows_the_whole_path(desk: Desk) -> None:
    """`good_times` hangs on an answer that no list shows."""
    made = desk.intake({"how_to_talk": ["phone"], "good_times": "after 4"}, asked=["person"])
    await desk.sign_in()
    page = plain(await desk.page(f"/desk/asked/{made.asked['person']}"))
    assert "not said: leave no message" in page
    desk.now_says(made, "voicemail", "1", ["yes"])
    desk.clock.at += timedelta(minutes=1)
    desk.hand_over(made, "complete")
    page = plain(await desk.page(f"/desk/asked/{made.asked['person']}"))
    assert "may leave a message" in page
