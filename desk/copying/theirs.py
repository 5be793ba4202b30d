"""What the person gave: their answers, what else they wrote, what they chose about their words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from desk.copying.held import Held
from desk.copying.saying import Say
from desk.copying.structure import Entry, Line, Part
from desk.intake import Note
from desk.places import CODE_WORD
from desk.record import Said
from desk.wishes import Reply, Wish


def words(held: Held, say: Say) -> Part:
    """Every answer under its heading, then what answered nothing."""
    record = held.intake.record
    entries = [_answer(said, say) for said in record.said.values() if said.shown]
    entries += [_left(said, say) for said in held.left if said.shown]
    later = tuple(Line(say.heading(s.heading)) for s in record.said.values() if _skipped(s))
    if later:
        entries.append(Entry(say("skipped"), later))
    entries += [_note(note, say) for note in held.intake.notes]
    return Part("words", say("your_words"), tuple(entries), say("nothing"))


def agreed(held: Held, say: Say) -> Part:
    """What was told first, what they chose and when, and what we promised then."""
    return Part("agreed", say("agreed"), tuple(_agreed(held, say)), say("nothing"))


def asked(held: Held, say: Say) -> Part:
    """What they asked a worker for, and signs that our program looked for."""
    entries = (Entry(say.when(w.at), tuple(_asked(w, held.replies[w.id], say))) for w in held.asked)
    return Part("asked", say("asked"), tuple(entries), say("nothing"))


def _asked(wish: Wish, reply: Reply, say: Say) -> Iterator[Line]:
    yield Line(say("asked_sign") if wish.message else say.among("asked", wish.what))
    if wish.message:
        yield Line(say.among("sign", wish.what))
    if wish.owed and wish.due_at:
        yield Line(say("asked_by", when=say.day(wish.due_at)))
    if reply.reason:
        yield Line(reply.reason, "ours", say("asked_reason"))
    if wish.seen_at:
        done = "asked_answered" if reply.answer else "asked_seen"
        yield Line(say(done, when=say.when(wish.seen_at)))
    if reply.answer:
        yield Line(reply.answer, "ours", say("asked_answer", name=reply.who))
    if wish.wrong_at:
        yield Line(say("asked_wrong", when=say.when(wish.wrong_at)))


def _skipped(said: Said) -> bool:
    return said.status == "skipped"


def _answer(said: Said, say: Say) -> Entry:
    return Entry(say.heading(said.heading), tuple(_lines(said, say)), said.question)


def _left(said: Said, say: Say) -> Entry:
    """An answer that a later one took off their path."""
    answer = _answer(said, say)
    return replace(answer, lines=(*answer.lines, Line(say("left"))))


def _lines(said: Said, say: Say) -> Iterator[Line]:
    when = say.when(said.at) if said.at else ""
    if said.status == "removed":
        yield Line(say("removed", when=when))
        return
    if said.question == CODE_WORD:
        yield Line(say("code_word"))
        return
    for label in said.labels:
        yield Line(say.label(label, said.question), "theirs")
    for text in said.words:
        yield Line(text, "theirs")
    written = say("written", when=when)
    yield Line(written if said.labels or said.words else say("no_words"))


def _note(note: Note, say: Say) -> Entry:
    lines = [Line(note.words, "theirs")] if note.words else []
    if note.media:
        lines.append(Line(say("media")))
    if not lines:
        lines.append(Line(say("removed_earlier" if note.erased else "no_words")))
    return Entry(say("also_written", when=say.when(note.at)), tuple(lines))


def _agreed(held: Held, say: Say) -> Iterator[Entry]:
    told = held.intake.agreed
    if told.shown:
        lines = [Line(text, "ours") for text in told.shown]
        if told.told_at:
            lines.append(Line(say("told_at", when=say.when(told.told_at))))
        yield Entry(say("told_first"), tuple(lines))
    for row in held.agreements:
        answer = say("chose_yes" if row.value else "chose_no")
        lines = [Line(f"{answer}, {say.when(row.at)}")]
        if row.lawful_basis:
            lines.append(Line(say.among("basis", row.lawful_basis), label=say("basis")))
        if row.special_condition:
            label = say("condition")
            lines.append(Line(say.among("condition", row.special_condition), label=label))
        yield Entry(say.among("choice", row.kind), tuple(lines))
    for row in held.promises:
        lines = [Line(say("promised", when=say.when(row.due_at)))]
        if row.kept_at:
            lines.append(Line(say("promise_kept", when=say.when(row.kept_at))))
        yield Entry(say.when(row.made_at), tuple(lines))
