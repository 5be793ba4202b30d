"""Ways of breaking the shared messages: facts, words, endings and lengths."""

from __future__ import annotations

from collections.abc import Callable

from tests.check.house import House, house
from tests.check.mutating import KINDS, each

__all__ = ["KINDS"]

Change = Callable[[House], object]


def drop(key: str, part: str) -> Change:
    """A part of a message taken out."""

    def change(made: House) -> None:
        message = made.message(key)
        assert part in message["text"], (key, part)
        message["text"] = message["text"].replace(part, "")

    return change


def tell(key: str, text: str) -> Change:
    """Another text in the place of a message."""
    return lambda made: made.message(key).update(text=text)


def longer(key: str, text: str) -> Change:
    """More text in a message."""
    return lambda made: made.message(key).update(text=made.message(key)["text"] + text)


def unoffered(key: str, word: str) -> Change:
    """A message that does not offer this word any more."""

    def change(made: House) -> None:
        message = made.message(key)
        message["offers"] = [offer for offer in message["offers"] if offer["word"] != word]

    return change


def gone(key: str) -> Change:
    """A message that is not there."""

    def change(made: House) -> None:
        made.message(key)
        del made.common["message"][key]

    return change


def taught(name: str, word: str, sms: str = "") -> Change:
    """Another word to teach for a command."""

    def change(made: House) -> None:
        made.word(name)["teach"] = word
        if sms:
            made.word(name)["teach_sms"] = sms

    return change


def again(key: str) -> Change:
    """The same words the second time."""
    return lambda made: made.message(f"{key}_again").update(text=made.message(key)["text"])


def asked(id: str, **fields: object) -> Change:
    """Other fields of a question."""
    return lambda made: made.question(id).update(fields)


def spoken(text: str, spanish: str, context: str = "") -> Change:
    """Another translation."""
    return lambda made: made.es.update({made.spanish(text, context): spanish})


def fourth(made: House) -> None:
    """A message more in the explanation."""
    made.message("notice_3")
    made.common["message"]["notice_4"] = {"text": "One more."}


def unlimited(made: House) -> None:
    """The offer of the section on safety without the limits."""
    made.sections[-1]["offer"] = "The last 3 are about feeling safe. Skip any. Shall I ask?"


def many_choices(made: House) -> None:
    """A list of choices that no text holds."""
    label = "Something else that is hard"
    more = [{"code": f"c{number}", "label": label} for number in range(12)]
    made.question("affects")["choice"] += more


COST = house().message("more_sms")["text"]
LIMIT = "a worker may have to tell others."
STAYS = " You can read this when you like, as it stays here." * 4

each(
    "nobody_says_who",
    "R-P2",
    ("a person?", tell("notice_1", "Hello, {service} here. I ask questions. {emergency}")),
    ("who?", tell("notice_1", "Hello. I am a computer. In danger now? Call {emergency}.")),
)
each(
    "a_fact_is_gone",
    "R-P4",
    ("noted", drop("notice_2", ", and each look is noted")),
    ("judge", drop("notice_2", "They use them to plan help, not to judge you.")),
    ("partial", drop("notice_2", "{partial_days}")),
    ("keep", drop("more", "{keep_days}")),
    ("limit", drop("notice_3", LIMIT)),
    ("hours", drop("notice_3", "{hours}")),
    ("skip", drop("notice_3", "You can skip any question, or stop.")),
    ("emergency", drop("notice_1", "In danger now? Call {emergency}.")),
    ("more", unoffered("notice_2", "more")),
    ("no", unoffered("notice_3", "no")),
)
each("no_limits", "R-P5", ("notice", drop("notice_3", LIMIT)), ("offer", unlimited))
each(
    "no_hours",
    "R-P6",
    ("hours", drop("notice_3", "{hours}")),
    ("typed", tell("person", "You can call us on {phone}. In danger now? Call 999. {emergency}")),
    ("emergency", drop("notice_1", "{emergency}")),
)
each(
    "no_other_way",
    "R-P7",
    ("notice", drop("notice_3", "{phone}")),
    ("declined", drop("declined", "{phone}")),
)
each("no_phone_tip", "R-P8", ("offer", unoffered("notice_1", "safe")), ("it", gone("safe_sms")))
each(
    "a_long_explanation",
    "R-P3",
    ("first", longer("notice_1", STAYS)),
    ("second", longer("notice_2", STAYS)),
    ("third", longer("notice_3", STAYS)),
    ("fourth", fourth),
)
each(
    "a_word_is_not_taught",
    "R-S1",
    ("skip", taught("skip", "")),
    ("person", taught("person", "")),
    ("two alike", taught("back", "WHY")),
    ("hidden", unoffered("help", "skip")),
    ("hidden stop", unoffered("help", "stop")),
    ("the carrier's", taught("stop", "STOP", sms="STOP")),
    ("two alike in Spanish", spoken("SKIP", "PAUSA", "teach")),
)
each(
    "no_person",
    "R-S9",
    ("phone", drop("person", "{phone}")),
    ("until", drop("person_now", "{until}")),
    ("opens", drop("person_later", "{opens}")),
    ("asked", gone("person_asked_sms")),
)
each(
    "the_same_again",
    "R-S12",
    ("aside", again("aside_kept")),
    ("note", again("ended_note")),
    ("gone", gone("aside_kept_again")),
)
each(
    "a_required_field",
    "R-S2",
    *((id, asked(id, required=True)) for id in ("name", "safe_to_text", "access")),
)
each(
    "an_ending_lacks",
    "R-E4",
    ("thanks", tell("ended", "You have done enough for today.")),
    ("when", drop("ended_next", "{when}")),
    ("phone", drop("ended_next", "{phone}")),
    ("data", unoffered("ended_next", "data")),
    ("back", drop("ended_next", "You can write here to add or change things.")),
    ("next", drop("ended_next_wait", "reads this")),
    ("who", drop("ended_next_telegram", "A worker from {service}")),
)
each(
    "half_an_ending",
    "R-E6",
    ("when", drop("paused_shared", "{when}")),
    ("date", drop("paused_kept", "{date}")),
    ("stopped", drop("stopped_kept", "{date}")),
    ("read", drop("paused_kept", "Nobody reads it.")),
    ("back", tell("stopped_back", "That is all.")),
)
each(
    "no_cost",
    "R-M7",
    ("en", drop("more_sms", "Texts cost your normal rate.")),
    ("es", spoken(COST, "Nos los lleva Twilio.")),
)
each(
    "phones_forget",
    "R-C7",
    ("sms", tell("safe_sms", "Write when you are alone.")),
    ("bill", drop("safe_sms", "A bill may show our number, not the words.")),
    ("telegram", tell("safe_telegram", "Write when you are alone.")),
)
each(
    "too_long",
    "R-M1",
    *((key, longer(key, " We keep what you said." * 14)) for key in ("paused", "data", "trouble")),
    ("ask", asked("access", ask="Is it so? " + "It may be so. " * 25)),
    ("choices", many_choices),
)
