"""Rules of what is not ours to give: facts to whoever reads, numbers, grades, other people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.check.finding import Finding, Subject
from bot.check.order import where_is
from bot.check.rules import CHOICE, PEERS, SAFETY, TRUST, rule
from bot.check.texts import SAID, says, texts, word_list
from bot.conversation.i18n import placeholders

# Said before it is known who reads: after a time away, or unasked.
UNKNOWN_READER = tuple(
    "resume remind deletion_near partial_handed not_now flow_changed ended_hello".split()
)
GIVES_AWAY = frozenset({"name", "words", "own", "chosen", "times"})
# Five digits or more, with what stands between them in a number that is dialled.
DIALLED = re.compile(r"\+?\d(?:[ ().-]?\d){4,}")


@rule(
    "R-C5",
    "Nobody is asked who they are by being told what we know.",
    serves=(SAFETY, TRUST),
)
def nothing_given_away(subject: Subject) -> Iterator[Finding]:
    for text in texts(subject, "message", "lead", "twin"):
        if text.name.startswith(UNKNOWN_READER):
            for name in sorted(placeholders(text.text) & GIVES_AWAY):
                what = f"{text.key} ({text.language}) tells {{{name}}} to whoever reads"
                yield Finding("R-C5", text.where, what)
    yield from says("R-C5", "identity-check", texts(subject, "message", "lead", "ask"))
    told = texts(subject, "message", "twin")
    unknown = [text for text in told if text.name.startswith(("resume", "remind"))]
    yield from says("R-C5", "told-before", unknown)


@rule(
    "R-K5",
    "A help line is never typed in: it comes from the list with its hours, source and date.",
    serves=(SAFETY, TRUST),
)
def no_line_typed_in(subject: Subject) -> Iterator[Finding]:
    for text in texts(subject):
        if found := DIALLED.search(text.text):
            what = f"{text.key} ({text.language}) has a number typed in: {found[0]!r}"
            yield Finding("R-K5", text.where, what)


@rule(
    "R-K4",
    "Nobody is said to have read, or to be reading, what they have not.",
    serves=(TRUST, SAFETY),
)
def no_reader_invented(subject: Subject) -> Iterator[Finding]:
    yield from says("R-K4", "read-already", texts(subject, *SAID))


@rule(
    "R-K11",
    "No grade, number or colour of risk, at the desk or in a message.",
    serves=(SAFETY, TRUST),
)
def no_grades(subject: Subject) -> Iterator[Finding]:
    yield from says("R-K11", "risk-grade", texts(subject, *SAID, "desk", "heading", "copy"))


@rule(
    "R-O13",
    "Meeting people who have been through similar things is offered as a choice, never given out.",
    serves=(PEERS, CHOICE),
)
def peers_are_offered(subject: Subject) -> Iterator[Finding]:
    for question in subject.flow.questions:
        if not word_list("en").tells(question.ask, "peers"):
            continue
        if question.kind not in ("one", "many"):
            what = f"{question.id} offers no yes and no about meeting others"
            yield Finding("R-O13", where_is(subject, question, "kind"), what)
        if question.sensitivity == 2:
            what = f"{question.id} is asked as what is hard"
            yield Finding("R-O13", where_is(subject, question, "sensitivity"), what)
    yield from says("R-O13", "peers-assigned", texts(subject))
