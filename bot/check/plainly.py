"""What is said where others may read: every phrase has a plain twin, or tells nobody anything."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.channels import LINK
from bot.check.finding import Finding, Subject
from bot.check.rules import SAFETY, rule
from bot.check.texts import Text, texts, word_list
from bot.conversation.flow import Question
from bot.conversation.i18n import placeholders

# Sent without being asked for: nobody knows who holds the phone then.
UNASKED = ("remind", "deletion_near")
NAMES = frozenset({"service", "organisation", "line"})


@rule(
    "R-C2",
    "What we send unasked, or in plain wording for a shared phone, names no organisation, topic,"
    " helpline or link.",
    serves=(SAFETY,),
)
def nothing_telling(subject: Subject) -> Iterator[Finding]:
    for text in texts(subject, "message", "lead"):
        if text.name.split(".")[0] in UNASKED:
            yield from _tells(text, NAMES | {"phone", "number"})
    for text in said_plainly(subject):
        yield from _tells(text, NAMES)


def said_plainly(subject: Subject) -> Iterator[Text]:
    """Every text that may be said in discreet mode, in every language."""
    yield from texts(subject, "twin")
    twins = {text.name for text in texts(subject, "twin")}
    for text in texts(subject, "message", "ask", "why", "fragment"):
        named = text.name if text.kind == "message" else text.key
        if named not in twins and _shown(subject, text):
            yield text
    for text in texts(subject, "lead", "teach", "button", "choice"):
        if _offered(subject, text):
            yield text


def _shown(subject: Subject, text: Text) -> bool:
    """Is it said at all there? Of fragments only labels are looked at, not lists of words."""
    if text.kind == "fragment":
        twin = f"{text.name}_discreet" in subject.phrases.fragments
        return not twin and "," not in text.text and "{" not in text.text
    if text.kind == "message":
        return True
    question = subject.flow.question(text.name)
    if question is None or not _asked(question):
        return False
    field, _, _ = text.key.partition("_other.")
    return not (field in ("ask", "why") and getattr(question, f"{field}_discreet"))


def _offered(subject: Subject, text: Text) -> bool:
    parts = text.name.split(".")
    if text.kind == "choice":
        question = subject.flow.question(parts[0])
        return question is not None and _asked(question)
    word = subject.phrases.words.get(parts[-1])
    return word is not None and not word.tells


def _asked(question: Question) -> bool:
    """In discreet mode the core is asked, and which word opens what is kept; nothing else."""
    return question.phase == "core" or question.kind == "code"


def _tells(text: Text, names: frozenset[str]) -> Iterator[Finding]:
    named = sorted(placeholders(text.text) & names)
    told = [found.found for found in word_list(text.language).find(text.text, ["topic"])]
    linked = [found[0] for found in LINK.finditer(text.text)]
    for what in (*named, *told, *linked):
        yield Finding("R-C2", text.where, f"{text.key} ({text.language}) tells {what!r}")
