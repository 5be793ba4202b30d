"""What workers decided, set and wrote about the person, each with who and when."""

from __future__ import annotations

from collections.abc import Iterator

from desk import safeguarding
from desk.concern import Change
from desk.copying.held import Held
from desk.copying.saying import Say
from desk.copying.structure import Entry, Line, Part
from desk.decisions import Decision, Passed
from desk.looking_back import IN_THEIR_WORDS, Review
from desk.notes import Note


def decisions(held: Held, say: Say) -> Part:
    entries = tuple(
        Entry(f"{say.when(one.at)}, {one.who}", tuple(_decision(one, say)))
        for one in held.intake.ours.decisions
    )
    return Part("decisions", say("decided"), entries, say("nothing"))


def levels(held: Held, say: Say) -> Part:
    entries = tuple(
        Entry(f"{say.when(one.at)}, {one.who}", tuple(_level(one, say)))
        for one in held.intake.ours.levels
    )
    return Part("levels", say("levels"), entries, say("nothing"))


def stages(held: Held, say: Say) -> Part:
    """What was done because somebody may not be safe, and what they were told of it."""
    entries = tuple(
        Entry(f"{say.when(one.at)}, {one.who}", tuple(_stage(one, say)))
        for one in held.intake.ours.stages
    )
    return Part("stages", say("stages"), entries, say("nothing"))


def notes(held: Held, say: Say) -> Part:
    """Notes, and what should stand there in their words; what was said when it went from one worker
    to another; reasons for writing to them outside their good times."""
    entries = [
        Entry(f"{say.when(one.at)}, {one.who}", tuple(_note(one, say)))
        for one in held.intake.ours.notes
    ]
    for stated in held.intake.ours.statements:
        words = stated.words or say("no_words")
        entries.append(Entry(say.when(stated.wish.at), (Line(words, "theirs", say("stated")),)))
    for reached in held.reached:
        line = _ours(reached.reason, say("reached_why"), say)
        entries.append(Entry(f"{say.when(reached.at)}, {reached.who}", (line,)))
    return Part("notes", say("noted"), tuple(entries), say("nothing"))


def reviews(held: Held, say: Say) -> Part:
    """What workers looked back at: of what went wrong, or nearly."""
    entries = tuple(Entry(say.when(one.at), tuple(_review(one, say))) for one in held.reviews)
    return Part("reviews", say("reviews"), entries, say("nothing"))


def workers(held: Held, say: Say) -> Part:
    """Who worked with them."""
    entries = []
    for one in held.history:
        told = say(f"with_{one.what}", name=one.who, other=one.to)
        lines = [Line(told), *([_ours(one.note, say("with_note"), say)] if one.note else [])]
        entries.append(Entry(say.when(one.at), tuple(lines)))
    return Part("workers", say("workers"), tuple(entries), say("nothing"))


def _ours(words: str, label: str, say: Say) -> Line:
    return Line(words, "ours", label) if words else Line(say("no_words"), label=label)


def _labelled(say: Say, **words: str) -> Iterator[Line]:
    """A worker's words, each under the sentence of its name, empty ones left out."""
    for name, text in words.items():
        if text:
            yield Line(text, "ours", say(name))


def _decision(one: Decision, say: Say) -> Iterator[Line]:
    c = one.content
    yield Line(c.what, "ours")
    yield from _labelled(say, why=c.why, wanted=c.wanted)
    if c.matches:
        yield Line(say.among("match", c.matches), label=say("matches"))
    yield from _labelled(say, offered=c.offered)
    if one.told_at:
        yield Line(say.when(one.told_at), label=say("told_you"))
    yield from _labelled(say, told_how=c.how)
    yield from _labelled(say, **{"late_told" if one.told_at else "not_told": c.not_yet})
    if c.passed:
        yield from _passed(c.passed, say)
    if one.review_on:
        yield Line(say("look_again", when=say.day(one.review_on)))


def _passed(passed: Passed, say: Say) -> Iterator[Line]:
    yield from _labelled(say, passed_what=passed.what, passed_to=passed.to)
    yield Line(say.among("lawful", passed.lawful), label=say("lawful"))
    yield Line(say.among("passed", passed.told), label=say("passed_told"))
    yield from _labelled(say, passed_why=passed.why)


def _level(one: Change, say: Say) -> Iterator[Line]:
    c = one.content
    yield Line(say(f"level_{one.level}"))
    if one.before is not None:
        yield Line(say(f"level_{one.before}"), label=say("level_before"))
    yield from _labelled(say, **{f"why_{one.way}": c.why})
    if c.says:
        yield Line(c.says, "theirs", say("says"))
    yield from _labelled(say, not_asked=c.not_asked)
    label = say("keeps_safe")
    yield (
        Line(c.keeps_safe, "ours", label)
        if c.keeps_safe
        else Line(say("none_known"), "told", label)
    )
    yield from _labelled(say, will_do=c.will_do, told_what=c.told)
    yield Line(say("look_again", when=say.day(one.review_on)))


def _stage(one: safeguarding.Change, say: Say) -> Iterator[Line]:
    c = one.content
    yield Line(say.among("stage", one.stage))
    yield from _labelled(say, stage_sent=c.words, told_how=c.how, not_told=c.why_not)
    if c.says:
        yield Line(c.says, "theirs", say("says"))
    yield from _labelled(say, not_asked=c.not_asked)


def _note(one: Note, say: Say) -> Iterator[Line]:
    if one.answers:
        yield Line(say("read_as_you"))
    for code, answer in one.answers.items():
        yield Line(
            say("answer_yes" if answer == "yes" else "answer_not_yet"), label=say(f"q_{code}")
        )
    if one.said:
        yield Line(one.said, "theirs", say("said"))
    yield from _labelled(say, **{"will_change" if one.answers else "saw": one.saw})
    if not (one.said or one.saw or one.answers):
        yield Line(say("no_words"))


def _review(one: Review, say: Say) -> Iterator[Line]:
    yield Line(say(f"review_for_{one.why}"))
    for name in one.content.__struct_fields__:
        if words := getattr(one.content, name):
            theirs = name in IN_THEIR_WORDS
            yield Line(words, "theirs" if theirs else "ours", say(f"review_{name}"))
