"""When it is good to reach somebody: read, shown back, agreed to, and kept to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.conversation.model import Answer, Conversation, Position
from bot.conversation.safe_times import SafeTimes, Window, parse
from bot.conversation.safe_words import DAY, SafeWords, safe_words
from bot.conversation.times import Speaker
from bot.conversation.timing import may_speak_from
from store.packing import pack, unpack
from tests.play import Play
from tests.worlds import catalogues, harbour, world

LONDON = ZoneInfo("Europe/London")
WEEK, WEEKDAYS, WEEKEND = (0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 4), (5, 6)
Spans = tuple[tuple[tuple[int, ...], float, float], ...]  # days, from and to in hours


def words(language: str) -> SafeWords:
    return safe_words(world().phrases, catalogues()[language])


def read(text: str, language: str = "en") -> SafeTimes | None:
    return parse(text, words(language))


def times(*spans: tuple[tuple[int, ...], float, float]) -> SafeTimes:
    return SafeTimes(tuple(Window(d, round(a * 60), round(b * 60)) for d, a, b in spans))


# --- Reading -------------------------------------------------------------------------------------

ENGLISH: dict[str, Spans] = {
    "weekdays, 10 to 2": ((WEEKDAYS, 10, 14),),
    "weekdays before 3": ((WEEKDAYS, 7, 15),),
    "Mon-Fri mornings": ((WEEKDAYS, 9, 12),),
    "after 6pm": ((WEEK, 18, 22),),
    "after 6": ((WEEK, 18, 22),),
    "evenings": ((WEEK, 17, 21),),
    "sat & sun only": ((WEEKEND, 0, 24),),
    "any time": ((WEEK, 0, 24),),
    "any time after 6": ((WEEK, 18, 22),),
    "tuesdays and thursdays 9-12": (((1, 3), 9, 12),),
    "not before 11": ((WEEK, 11, 22),),
    "9.30-2.15 Mon to Wed": (((0, 1, 2), 9.5, 14.25),),
    "weekdays 9-12, sat 10-11": ((WEEKDAYS, 9, 12), ((5,), 10, 11)),
    "9 in the morning until 2 in the afternoon, please": ((WEEK, 9, 14),),
    "mornings and evenings": ((WEEK, 9, 12), (WEEK, 17, 21)),
    "2-4 p.m. on mondays": (((0,), 14, 16),),
    "ten to two": ((WEEK, 10, 14),),
    "１０ to 2 👍": ((WEEK, 10, 14),),  # full width, as some keyboards type
    "sat to mon, noon to 8": (((0, 5, 6), 12, 20),),
}
SPANISH: dict[str, Spans] = {
    "lunes a viernes por la mañana": ((WEEKDAYS, 9, 12),),
    "después de las 6": ((WEEK, 18, 22),),
    "despues de las 6": ((WEEK, 18, 22),),
    "fines de semana": ((WEEKEND, 0, 24),),
    "entre 10 y 14": ((WEEK, 10, 14),),
    "de lunes a viernes de 9 a 5": ((WEEKDAYS, 9, 17),),
    "martes y jueves, antes de las 15:00": (((1, 3), 7, 15),),
    "no antes de las 11": ((WEEK, 11, 22),),
    "weekdays 10 to 2": ((WEEKDAYS, 10, 14),),
}
UNSURE = [
    "when he is at work",
    "not mondays",
    "weekdays but not wednesday",
    "around 3",
    "3",
    "tomorrow",
    "mornings 2 days a week",
    "weekday mornings and weekends",  # only the mornings of the weekend, too?
    "weekdays 9-5, fridays 9-12",  # fridays until when?
    "mornings, 9-11",
    "10pm to 6am",
    "call my sister 07700 900123",
    "24/7",
    "",
    "?",
]


@pytest.mark.parametrize("text", ENGLISH)
def test_what_people_text_is_read(text: str) -> None:
    assert read(text) == times(*ENGLISH[text])


@pytest.mark.parametrize("text", SPANISH)
def test_what_people_text_in_spanish_is_read(text: str) -> None:
    assert read(text, "es") == times(*SPANISH[text])


@pytest.mark.parametrize("text", [*UNSURE, "mañana", "los lunes no", "cuando él trabaja"])
@pytest.mark.parametrize("language", catalogues())
def test_what_is_not_sure_is_not_read(text: str, language: str) -> None:
    assert read(text, language) is None


PIECES = st.sampled_from(
    [word for language in catalogues() for word in words(language).signs]
    + "7 9 12 2 24 0 9:30 5pm 06:15 -- - & , . 9h 99".split()
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES, max_size=9).map(" ".join)))
def test_whatever_is_written_is_read_or_left_and_can_be_shown(text: str) -> None:
    for language, catalogue in catalogues().items():
        if (found := read(text, language)) is not None:
            said = Speaker(world().phrases, catalogue).safe(found)
            assert read(said, language) == found, said


# --- Showing back --------------------------------------------------------------------------------


@st.composite
def any_times(draw: st.DrawFn) -> SafeTimes:
    """Days in up to three groups, each with up to two spans of time."""
    groups = draw(st.lists(st.integers(0, 3), min_size=7, max_size=7).filter(any))
    windows = []
    for group in (1, 2, 3):
        days = tuple(day for day, its in enumerate(groups) if its == group)
        cuts = draw(st.lists(st.integers(0, DAY), min_size=2, max_size=4, unique=True).map(sorted))
        spans = list(pairwise(cuts))[::2]
        windows += [Window(days, start, end) for start, end in spans if days]
    return SafeTimes(tuple(sorted(windows, key=lambda w: (w.days, w.start))))


@settings(max_examples=300, deadline=None)
@given(any_times(), st.sampled_from(sorted(catalogues())))
def test_what_is_shown_back_reads_the_same(found: SafeTimes, language: str) -> None:
    said = Speaker(world().phrases, catalogues()[language]).safe(found)
    assert read(said, language) == found, said


@pytest.mark.parametrize(
    ("text", "english", "spanish"),
    [
        ("weekdays before 3", "weekdays, before 3pm", "entre semana, antes de las 15:00"),
        ("mon-thu 10 to 2", "Mon to Thu, 10 to 2", "de lun a jue, de 10:00 a 14:00"),
        ("weekends", "weekends", "fines de semana"),
        ("any time", "any time", "a cualquier hora"),
        ("tue, sat 12 to 1", "Tue and Sat, 12pm to 1pm", "mar y sáb, de 12:00 a 13:00"),
    ],
)
def test_it_is_shown_in_short_words(text: str, english: str, spanish: str) -> None:
    found = read(text)
    assert found
    assert Speaker(world().phrases, catalogues()["en"]).safe(found) == english
    assert Speaker(world().phrases, catalogues()["es"]).safe(found) == spanish


# --- Keeping to them -----------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


@settings(max_examples=300, deadline=None)
@given(any_times(), MOMENTS)
def test_the_next_good_time_is_one_and_comes_after(found: SafeTimes, at: datetime) -> None:
    local = at.astimezone(LONDON)
    then = found.next_allowed(local)
    assert found.allows(then)
    assert then.astimezone(UTC) >= at
    assert (then == local) == found.allows(local)


def test_a_time_that_the_clocks_skip_is_none() -> None:
    """On 29 March 2026 there is no 1:30 in London: the next one is a week later."""
    found = times(((6,), 1.5, 2))
    then = found.next_allowed(datetime(2026, 3, 28, 12, 0, tzinfo=LONDON))
    assert then == datetime(2026, 4, 5, 1, 30, tzinfo=LONDON)


@settings(max_examples=300, deadline=None)
@given(any_times(), MOMENTS)
def test_we_write_unasked_in_good_times_and_by_day_where_they_meet(
    found: SafeTimes, at: datetime
) -> None:
    then = may_speak_from(harbour(), Conversation(safe_times=found), at)
    assert then >= at
    assert found.allows(then.astimezone(LONDON))
    by_day = any(w.start < 20 * 60 and w.end > 9 * 60 for w in found.windows)
    assert not by_day or harbour().waking_time(then) == then


def test_with_no_good_times_the_waking_hours_bind() -> None:
    night = datetime(2026, 11, 19, 23, 0, tzinfo=UTC)
    assert may_speak_from(harbour(), Conversation(), night).hour == 9


def test_good_times_are_kept_with_the_conversation() -> None:
    kept = Conversation(safe_times=read("weekdays 10 to 2"))
    assert unpack(pack(kept)) == kept
    assert kept.key() != Conversation().key()


# --- In a conversation ---------------------------------------------------------------------------


def asked(*said: str) -> Play:
    """Somebody whom we may write to at times, asked when; they say these."""
    play = Play(world())
    safe = Answer("safe_to_text", "answered", ("sometimes",))
    play.conversation = replace(
        play.conversation,
        standing="asking",
        position=Position("question", "good_times"),
        answers={"safe_to_text": safe},
        agreed=True,
        share=True,
        reminders=True,
        last_wrote=play.now,
    )
    for text in said:
        play.says(text)
    return play


def test_a_yes_binds_the_reminder() -> None:
    play = asked("mondays 2 to 4", "yes")
    assert play.conversation.safe_times == times(((0,), 14, 16))
    due = play.timers["remind"]  # two days after this Thursday is a Saturday
    assert due == datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(("said", "reminded"), [(("mondays 2 to 4", "yes"), 1), (("skip",), 0)])
def test_where_it_is_safe_at_times_we_write_first_only_once_we_know_them(
    said: tuple[str, ...], reminded: int
) -> None:
    play = asked(*said)
    play.later(7 * 86400, "7 days later")
    assert play.conversation.reminded == min(reminded * 2, 2)


def test_what_was_shown_back_binds_before_the_yes() -> None:
    play = asked("mondays 2 to 4")
    assert play.conversation.safe_times is None
    assert play.timers["remind"] == datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def test_a_no_asks_once_more_and_then_keeps_the_words_only() -> None:
    play = asked("mondays 2 to 4", "no")
    first, again = play.sent[-2].text, play.sent[-1].text
    assert play.conversation.position.id == "good_times"
    assert again != first
    play.says("mondays 2 to 3")
    play.says("no")
    conversation = play.conversation
    assert (conversation.safe_times, conversation.read_times) == (None, None)
    assert conversation.position.id != "good_times"
    assert conversation.answers["good_times"].messages == ("m2",)
    assert play.timers["remind"] == harbour().waking_time(play.now + timedelta(hours=48))


def test_words_in_place_of_a_yes_are_read_anew_and_kept_with_the_others() -> None:
    play = asked("mondays 2 to 4", "tuesdays 2 to 4")
    assert play.conversation.answers["good_times"].messages == ("m0", "m1")
    play.says("1")
    assert play.conversation.safe_times == times(((1,), 14, 16))


def test_words_that_are_not_read_are_kept_and_bind_nothing() -> None:
    play = asked("when he is at work")
    assert play.conversation.answers["good_times"].messages == ("m0",)
    assert (play.conversation.safe_times, play.conversation.over) == (None, ())


@pytest.mark.parametrize("then", ["when he is at work", "skip"])
def test_another_answer_clears_what_was_agreed_and_a_skip_does_not(then: str) -> None:
    play = asked("mondays 2 to 4", "yes")
    play.conversation = replace(play.conversation, position=Position("edit", "good_times"))
    play.says(then)
    cleared = play.conversation.safe_times is None
    assert cleared == (then != "skip")


def test_an_answer_taken_out_clears_what_was_agreed() -> None:
    play = asked("mondays 2 to 4", "yes")
    line = 2  # after the one about safety
    play.conversation = replace(
        play.conversation, standing="reviewing", position=Position("review")
    )
    play.says(f"remove {line}")
    assert play.conversation.answers["good_times"].status == "removed"
    assert play.conversation.safe_times is None
