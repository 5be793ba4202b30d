"""What is said around a yes, a no, a stop and a pause: the words of what the walk shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.check.facts import holds, lacks, offers
from bot.check.finding import Finding, Subject
from bot.check.rules import also
from bot.check.texts import common_place, message, questions_in, says, texts, word_list
from bot.conversation.reminding import MOST_REMINDERS

ASKS = "notice_3"  # the agreement is the answer to this one


@also("R-P1")
def a_yes_is_given(subject: Subject) -> Iterator[Finding]:
    """The explanation ends with a question that a yes and a no can answer."""
    where = common_place(subject, f"message.{ASKS}")
    for word in sorted({"yes", "no"} - {word for word, _ in offers(subject, ASKS)}):
        yield Finding("R-P1", where, f"{ASKS} does not offer {word.upper()}")
    for language in subject.catalogues:
        said = message(subject, language, ASKS)
        if said and not said.rstrip().endswith("?"):
            yield Finding("R-P1", where, f"{ASKS} ({language}) does not ask")
        elif word_list(language).tells((questions_in(said) or [""])[-1], "asks_openly"):
            yield Finding("R-P1", where, f"{ASKS} ({language}) asks what no yes or no answers")
    yield from says("R-P1", "assumed-yes", texts(subject, "message", "lead", "twin"))


@also("R-P9")
def no_is_free(subject: Subject) -> Iterator[Finding]:
    yield from _lets_go(subject, "R-P9", "declined")
    if "no" not in {word for word, _ in offers(subject, ASKS)}:
        where = common_place(subject, f"message.{ASKS}")
        yield Finding("R-P9", where, f"{ASKS} does not offer NO")


@also("R-S8")
def stop_is_free(subject: Subject) -> Iterator[Finding]:
    yield from _lets_go(subject, "R-S8", "stopped")
    yield from lacks(subject, "R-S8", "stopped", ("no_more_writing",), ("stopped",))


@also("R-E2")
def change_and_delete(subject: Subject) -> Iterator[Finding]:
    """The review says how to change a line and take it out; what can't be undone is said to be."""
    yield from lacks(subject, "R-E2", "review_end", ("change",), ("review_end",))
    yield from holds(subject, "R-E2", "review_end", ("{remove}",))
    for key in ("review_end", "review_empty", "review_closed"):
        if "yes" not in {word for word, _ in offers(subject, key)}:
            where = common_place(subject, f"message.{key}")
            yield Finding("R-E2", where, f"{key} does not offer OK")
    yield from lacks(subject, "R-E2", "delete_ask", ("cant_undo",), ("delete_ask",))
    leaving = ("delete_", "why_delete", "mean_delete")
    said = [text for text in texts(subject, "message") if text.name.startswith(leaving)]
    yield from says("R-E2", "guilt", said)


@also("R-E8")
def few_reminders(subject: Subject) -> Iterator[Finding]:
    """Reminders are asked for, and no more are spoken of than are sent."""
    for text in texts(subject, "message"):
        more = any(int(n) > MOST_REMINDERS for n in re.findall(r"\d+", text.text))
        if more and text.name in ("reminders", "reminders_yes"):
            what = f"{text.key} ({text.language}) speaks of more than {MOST_REMINDERS}"
            yield Finding("R-E8", text.where, what)
    yield from says("R-E8", "unasked", texts(subject, "message", "lead", "twin"))


@also("R-S6")
def no_time_limit(subject: Subject) -> Iterator[Finding]:
    """The only limit is the day of deletion, which is told as a date."""
    yield from says("R-S6", "deadline", texts(subject, "message", "lead", "twin", "why", "offer"))


@also("R-E10")
def silence_tells_nothing(subject: Subject) -> Iterator[Finding]:
    yield from says(
        "R-E10", "silence", texts(subject, "message", "lead", "desk", "heading", "copy")
    )


def _lets_go(subject: Subject, rule_id: str, begins: str) -> Iterator[Finding]:
    """What is said to who leaves holds neither a question nor a regret."""
    told = texts(subject, "message", "lead", "twin")
    said = [text for text in told if text.name.startswith(begins)]
    for text in said:
        if "?" in text.text:
            yield Finding(rule_id, text.where, f"{text.key} ({text.language}) asks something")
    yield from says(rule_id, "guilt", said)
