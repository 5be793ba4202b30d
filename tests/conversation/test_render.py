"""What we say, as messages: in texts and on buttons, in English and in Spanish."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from bot.conversation.channel import SMS, TELEGRAM, Button, Traits
from bot.conversation.i18n import SOURCE, Catalogue
from bot.conversation.model import (
    QUOTE_CLOSE,
    QUOTE_OPEN,
    Conversation,
    Labels,
    Option,
    Quote,
    Rendered,
    Say,
    Value,
    World,
)
from bot.conversation.phrases import Phrases, Word
from bot.conversation.render import _remembered, describe_hours, render, taught
from bot.conversation.safe_times import SafeTimes, Window
from bot.conversation.segments import count, fits
from bot.conversation.service import Hours
from bot.conversation.times import Speaker
from tests.worlds import catalogues, world

THURSDAY = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
ENGLISH = Conversation(last_wrote=THURSDAY)
SPANISH = structs.replace(ENGLISH, language="es")
YES_NO = (Option("q.yes", "Yes", "safe_to_text"), Option("q.no", "No", "safe_to_text"))
LONG = "This sentence has forty characters, all. " * 6  # 246 with the last space


def said(
    *says: Say,
    traits: Traits = SMS,
    conversation: Conversation = ENGLISH,
    at: World | None = None,
) -> tuple[Rendered, ...]:
    return render(at or world(), conversation, says, traits)


def text(*says: Say, traits: Traits = SMS, conversation: Conversation = ENGLISH) -> str:
    (only,) = said(*says, traits=traits, conversation=conversation)
    return only.text


def filled(value: Value, conversation: Conversation = ENGLISH) -> str:
    return text(Say("k", "{it}", {"it": value}), conversation=conversation)


def test_only_our_own_words_are_remembered_from_one_person_to_the_next() -> None:
    _remembered.cache_clear()
    before = _remembered.cache_info().currsize
    assert filled("Jo") == "Jo"
    assert filled(Quote(("m1",))) == f"{QUOTE_OPEN}m1{QUOTE_CLOSE}"
    assert _remembered.cache_info().currsize == before
    assert text(Say("ours", "Nothing of anybody stands in this.")) == text(
        Say("ours", "Nothing of anybody stands in this.")
    )
    assert _remembered.cache_info().currsize == before + 1


def test_what_is_remembered_is_of_one_language_channel_and_intake() -> None:
    ask, other = Say("a", "Is that ok?", options=YES_NO, offers=(("skip", ""),)), world()
    english, spanish = said(ask), said(ask, conversation=SPANISH)
    assert english != spanish
    assert said(ask, traits=TELEGRAM) not in (english, spanish)
    fragments = {**other.phrases.fragments, "choice": "{number}) {label}"}
    changed = replace(other, phrases=replace(other.phrases, fragments=fragments))
    assert said(ask, at=changed) != english
    assert said(ask) == english


# --- Texts ---------------------------------------------------------------------------------------


def test_what_a_turn_says_is_one_text() -> None:
    (only,) = said(Say("thanks", "Thank you."), Say("ask.name", "What name shall we use?"))
    assert only == Rendered("Thank you. What name shall we use?", (), ("thanks", "ask.name"))


def test_choices_are_numbered() -> None:
    assert text(Say("ask", "Is it safe?", options=YES_NO)) == "Is it safe? 1 Yes 2 No"


def test_choices_end_with_a_stop_where_a_sentence_follows() -> None:
    hint = (("skip", ""), ("pause", ""))
    assert text(Say("ask", "Safe?", options=YES_NO, offers=hint)) == (
        "Safe? 1 Yes 2 No. You can text SKIP or PAUSE."
    )
    assert text(Say("ask", "Safe?", options=YES_NO), Say("b", "Bye.")) == "Safe? 1 Yes 2 No. Bye."


def test_offers_with_leads_and_offers_that_answer() -> None:
    offers = (("person", "Want a person?"), ("safe", "Do others see this phone?"))
    assert text(Say("a", "Hello.", offers=offers)) == (
        "Hello. Want a person? Text PERSON. Do others see this phone? Text SAFE."
    )
    assert text(Say("a", "Begin?", offers=(("yes", ""), ("no", "")))) == "Begin? Text OK or NO."
    hint = (("skip", ""), ("pause", ""), ("why", ""))
    assert text(Say("a", "Hi.", offers=hint)) == "Hi. You can text SKIP, PAUSE or WHY."


def test_a_hint_is_left_out_before_it_costs_a_part_too_many() -> None:
    hint = (("skip", ""), ("pause", ""))
    (only,) = said(Say("a", LONG + "Thirty more and it is too long."), Say("b", "Ok?", offers=hint))
    assert only.text.endswith("Ok?")
    assert fits(only.text)


def test_a_word_that_the_carrier_owns_is_never_shown() -> None:
    assert text(Say("a", "Hi.", offers=(("stop", ""),))) == "Hi. You can text BYE."
    assert text(Say("a", "Hi.", offers=(("help", ""),))) == "Hi. You can text OPTIONS."
    stop = Word("stop", "stop", teach="STOP")
    broken = replace(world(), phrases=replace(world().phrases, words={"stop": stop}))
    with pytest.raises(ValueError, match="STOP"):
        said(Say("a", "Hi.", offers=(("stop", ""),)), at=broken)
    with pytest.raises(ValueError, match="STOP"):
        taught(broken, "en", SMS)
    assert taught(broken, "en", TELEGRAM) == {"stop": "STOP"}


def test_a_new_text_begins_where_two_parts_are_full() -> None:
    messages = said(Say("a", LONG.strip()), Say("b", LONG.strip()), Say("c", "Short."))
    assert [m.said for m in messages] == [("a",), ("b", "c")]
    assert all(fits(m.text) for m in messages)


def test_a_text_too_long_by_itself_is_cut_between_sentences() -> None:
    messages = said(Say("a", (LONG * 2).strip()))
    assert len(messages) == 2
    assert all(fits(m.text) and m.said == ("a",) for m in messages)
    assert " ".join(m.text for m in messages) == (LONG * 2).strip()


def test_never_more_than_three_messages() -> None:
    says = [Say(str(n), LONG.strip(), own_message=True) for n in range(5)]
    for traits in (SMS, TELEGRAM):
        messages = said(*says, traits=traits)
        assert [m.said for m in messages] == [("0",), ("1",), ("2", "3", "4")]


def test_what_must_stand_alone_does() -> None:
    alone = Say("b", "Alone.", own_message=True)
    for traits in (SMS, TELEGRAM):
        messages = said(Say("a", "A."), alone, Say("c", "C."), traits=traits)
        assert [m.text for m in messages] == ["A.", "Alone.", "C."]


def test_nothing_said_is_no_message() -> None:
    assert said() == ()


def test_a_message_is_prompted_if_any_of_it_is() -> None:
    (unasked,) = said(Say("remind", "Hello.", prompted=False))
    (mixed,) = said(Say("remind", "Hello.", prompted=False), Say("a", "Yes."))
    assert (unasked.prompted, mixed.prompted) == (False, True)


# --- The person's own words ----------------------------------------------------------------------


def test_quotes_are_marks_until_they_are_sent() -> None:
    quoted = filled(Quote(("m1", "m2")))
    assert quoted == f"{QUOTE_OPEN}m1,m2{QUOTE_CLOSE}"


def test_quoted_words_count_by_their_size() -> None:
    quote: dict[str, Value] = {"words": Quote(("m1",)), "number": 1}
    line = "{number}. {words}"
    ask = Say("end", LONG.strip())
    assert len(said(Say("review.a", line, quote), ask)) == 1
    assert len(said(Say("review.a", line, {**quote, "size": 120}), ask)) == 2


def test_answers_at_the_review_have_a_line_each() -> None:
    says = [Say("review", "Here is what you told me.")]
    says += [Say(f"review.{n}", "{number}. {words}", {"number": n, "words": "x"}) for n in (1, 2)]
    says += [Say("review_end", "To change one, send its number.")]
    assert text(*says).split("\n") == [
        "Here is what you told me.",
        "1. x",
        "2. x",
        "To change one, send its number.",
    ]
    assert "1. x\n2. x\n\nTo" in text(*says, traits=TELEGRAM)


def test_values_are_never_read_as_placeholders() -> None:
    say = Say("k", "{a} {b}", {"a": "{b} {0.__class__}", "b": "x"})
    assert text(say) == "{b} {0.__class__} x"
    with pytest.raises(KeyError):
        text(Say("k", "{missing}"))


# --- Days, times, hours --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "english", "spanish"),
    [
        (datetime(2026, 11, 23, 11, 0, tzinfo=UTC), "Monday 11am", "lunes a las 11:00"),
        (datetime(2026, 11, 19, 17, 30, tzinfo=UTC), "Thursday 5:30pm", "jueves a las 17:30"),
        (datetime(2026, 11, 25, 12, 0, tzinfo=UTC), "Wednesday 12pm", "miércoles a las 12:00"),
        (datetime(2026, 11, 26, 9, 0, tzinfo=UTC), "26 November", "26 de noviembre"),
        (datetime(2026, 12, 22, 9, 0, tzinfo=UTC), "22 December", "22 de diciembre"),
        (datetime(2027, 7, 1, 23, 30, tzinfo=UTC), "2 July 2027", "2 de julio de 2027"),
    ],
)
def test_moments_in_the_zone_and_language(at: datetime, english: str, spanish: str) -> None:
    assert filled(at) == english
    assert filled(at, SPANISH) == spanish


def test_with_nothing_to_hold_it_against_a_moment_is_a_date() -> None:
    at = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    assert filled(at, Conversation()) == "23 November"
    assert render(world(), Conversation(), [Say("k", "{it}", {"it": at})], SMS, THURSDAY)[
        0
    ].text == ("Monday 11am")


@pytest.mark.parametrize(
    ("hours", "english"),
    [
        ("Mo-Fr 09:00-17:00", "Mon to Fri, 9 to 5"),
        ("Mo-Fr 09:30-16:30; Sa 10:00-12:00", "Mon to Fri, 9:30 to 4:30; Sat, 10 to 12"),
        ("Mo-Su 08:00-20:00", "every day, 8am to 8pm"),
        ("Fr-Mo 13:00-18:00", "Fri to Mon, 1pm to 6pm"),
        ("Mo-Tu 09:00-11:00", "Mon and Tue, 9am to 11am"),
    ],
)
def test_hours_as_words(hours: str, english: str) -> None:
    assert filled(Hours.parse(hours, "Europe/London")) == english
    assert describe_hours(Hours.parse(hours, "Europe/London"), world().phrases) == english


def test_hours_in_spanish() -> None:
    hours = Hours.parse("Mo-Fr 09:00-17:00", "Europe/London", frozenset({date(2026, 12, 25)}))
    assert filled(hours, SPANISH) == "de lun a vie, de 9:00 a 17:00"


def test_clocks_of_other_languages() -> None:
    assert Speaker(Phrases({}, {}), Catalogue("pl")).clock(time(9, 5)) == "9:05"
    assert Speaker(Phrases({}, {}), Catalogue("ar")).clock(time(15, 0)).startswith("3:00 ")
    assert Speaker(Phrases({}, {}), Catalogue("so")).locale.language == "so"


def test_labels_are_a_list_in_the_persons_language() -> None:
    assert filled(Labels(YES_NO)) == "Yes and No"
    assert filled(Labels(YES_NO), SPANISH) == "Sí y No"


# --- Buttons -------------------------------------------------------------------------------------


def test_on_telegram_paragraphs_and_buttons() -> None:
    offers = (("person", "Want a person?"), ("skip", ""))
    (only,) = said(
        Say("a", "Thank you."), Say("b", "Safe?", options=YES_NO, offers=offers), traits=TELEGRAM
    )
    assert only.text == "Thank you.\n\nSafe?"
    assert only.buttons == (
        Button("o:q.yes", "Yes"),
        Button("o:q.no", "No"),
        Button("c:person", world().phrases.words["person"].button),
        Button("c:skip", "Skip"),
    )


def test_the_same_button_comes_once() -> None:
    offer = (("skip", ""),)
    (only,) = said(Say("a", "A.", offers=offer), Say("b", "B.", offers=offer), traits=TELEGRAM)
    assert only.buttons == (Button("c:skip", "Skip"),)


def test_buttons_and_texts_in_spanish() -> None:
    say = Say("ask", "Is it safe for us to write to you here?", options=YES_NO)
    offers = (("skip", ""), ("why", ""))
    (only,) = said(replace(say, offers=offers), traits=TELEGRAM, conversation=SPANISH)
    assert [b.label for b in only.buttons] == ["Sí", "No", "Saltar", "¿Por qué?"]
    assert text(replace(say, offers=offers), conversation=SPANISH).endswith(
        "1 Sí 2 No. Puedes escribir SALTAR o POR QUE."
    )


# --- Everything that we ship ---------------------------------------------------------------------

VALUES: dict[str, Value] = {
    "line": "Childline",
    "remove": Labels((Option("remove", "REMOVE", "fragment"),)),
    "service": world().service.text_name,
    "organisation": world().service.name,
    "phone": "+44 7700 900000",
    "emergency": "999",
    "hours": world().service.hours,
    "keep_days": 365,
    "partial_days": 30,
    "count": 12,
    "times": SafeTimes((Window((0, 2, 4), 570, 735), Window((1, 3, 5), 810, 1005))),
    "number": 12,
    "about": Labels((Option("", "Who I would like with me", "heading"),)),
    "name": "Alex",
    "words": "x" * 100,
    "own": "x" * 40,
    "chosen": "Por mensajes",
    "when": datetime(2026, 11, 25, 16, 30, tzinfo=UTC),
    "silent": "55",
    "later": datetime(2026, 11, 25, 16, 30, tzinfo=UTC),
    "until": datetime(2026, 11, 25, 16, 30, tzinfo=UTC),
    "opens": datetime(2026, 11, 25, 16, 30, tzinfo=UTC),
    "date": datetime(2027, 9, 25, 16, 30, tzinfo=UTC),
    "link": "https://intake.example.org/copy/" + "x" * 43,
    "piece": "x" * 300,
    "shown": 11,
    "reason": "x" * 250,
}


@pytest.mark.parametrize("language", catalogues())
@pytest.mark.parametrize("key", sorted(world().phrases.messages))
def test_each_message_is_short_enough_with_its_words(language: str, key: str) -> None:
    phrase = world().phrases.messages[key]
    say = Say(key, phrase.text, VALUES, offers=phrase.offers)
    (only,) = said(say, conversation=structs.replace(ENGLISH, language=language))
    assert fits(only.text), count(only.text)
    if language == "en":
        assert count(only.text).encoding == "GSM-7"


@pytest.mark.parametrize("language", catalogues())
def test_each_question_is_short_enough_with_choices_and_thanks(language: str) -> None:
    for question in world().flow.questions:
        options = tuple(Option(c.code, c.label, question.id) for c in question.choices)
        thanks = Say("own_words", world().phrases.messages["own_words"].text)
        ask = Say("ask", question.ask, options=options)
        conversation = structs.replace(ENGLISH, language=language)
        assert len(said(thanks, ask, conversation=conversation)) == 1
        assert len(said(Say("why", question.why), ask, conversation=conversation)) == 1


@pytest.mark.parametrize("language", catalogues())
def test_the_second_notice_is_one_text_with_what_follows_it(language: str) -> None:
    phrases = world().phrases.messages
    notice, carried = phrases["notice_2"], phrases["carried_sms"]
    says = (Say("a", notice.text, VALUES), Say("b", carried.text, VALUES, offers=notice.offers))
    assert len(said(*says, conversation=structs.replace(ENGLISH, language=language))) == 1


def test_a_language_without_a_catalogue_speaks_english() -> None:
    assert text(Say("a", "No."), conversation=structs.replace(ENGLISH, language="xx")) == "No."
    assert SOURCE.language == "en"
    assert ZoneInfo("Europe/London") == world().hours.zone
