"""Comma-separated values, safe to open in a spreadsheet.

A spreadsheet takes a cell that begins with = + - or @ for a formula, and runs it. Before such a
beginning stands an apostrophe, also after whatever another spreadsheet may take for the end of a
cell. `as_written` takes it away again: nothing is lost on the way (docs/exports.md).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from desk.exporting import safely
from desk.exporting.structure import Answer, Exported

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # without it spreadsheets guess another encoding
_STARTS = r"=+\-@\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b"
# What a spreadsheet may skip before a formula: white space, what nobody sees, our own mark.
_BLANK = r" '\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\v\f\x1c-\x1f\x85"
_FIRST = rf"[{_BLANK}]*[{_STARTS}\t\r\n\0]"
_FURTHER = rf"[{_BLANK}]*[{_STARTS}]"
_AFTER = '(?<=[;,|\t\r\n"])'
_TO_MARK = re.compile(rf"\A(?={_FIRST})|{_AFTER}(?={_FURTHER})")
_MARKED = re.compile(rf"\A'(?={_FIRST})|{_AFTER}'(?={_FURTHER})")
ONE = ("reference", "place", "question", "heading", "status", "choices", "words", "at")
ABOUT = (
    "reference",
    "service",
    "kind",
    "shared_at",
    "to_be_read_by",
    "read_at",
    "with",
    "language",
    "channel",
    "contact_safely",
    "number",
)
LEFT_OUT = "left out: read first how to reach them safely"  # in place of the number
AGREED = ("start", "share_partial", "reminders")


def safe(words: str) -> str:
    """A cell that no spreadsheet runs."""
    return _TO_MARK.sub("'", words)


def as_written(cell: str) -> str:
    """What `safe` was given."""
    return _MARKED.sub("", cell)


def one(exported: Exported) -> bytes:
    """One intake: a row for each answer, safe contact first."""
    return _table(ONE, ((exported.reference, *row) for row in _rows(exported)))


def many(all_of_them: Sequence[Exported], questions: Sequence[str]) -> bytes:
    """A row for each intake, a column for each of `questions` (and for any other answer)."""
    named = [*safely.CONTACT, *questions, *(a.question for x in all_of_them for a in x.answers)]
    asked = list(dict.fromkeys(named))
    heads = (*ABOUT, *asked, "also_written", *(f"agreed_{what}" for what in AGREED))
    return _table(heads, (_row(exported, asked) for exported in all_of_them))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return (BOM + out.getvalue()).encode()


def _rows(x: Exported) -> Iterator[tuple[str, ...]]:
    yield ("contact", "how", "", x.contact.how, "", "", _time(x.contact.confirmed))
    yield ("contact", "number", "", x.contact.channel, "", _number(x), "")
    yield from (_answer("contact", answer) for answer in x.contact.answers)
    for section in x.sections:
        yield from (_answer(section.title or section.kind, answer) for answer in section.answers)
    yield from (_answer("later", answer) for answer in x.later)
    for note in x.notes:
        place = "written_before_the_first_question" if note.early else "also_written"
        status = "removed_by_the_person" if note.erased else "written"
        yield (place, "", "", _spaced(status), " ".join(note.media), note.words, _time(note.at))
    for choice in x.agreed:
        yield ("agreed", choice.what, "", "yes" if choice.value else "no", "", "", _time(choice.at))
    if x.promise:
        yield ("promise", "to_be_read_by", "", "", "", "", _time(x.promise.due_at))
    for entry in x.team:
        for part, words in entry.parts:
            yield (entry.kind, part, entry.who, "written", "", words, _time(entry.at))


def _answer(place: str, a: Answer) -> tuple[str, ...]:
    told = (a.question, a.heading, _spaced(a.status), "; ".join(a.labels), "\n".join(a.words))
    return (place, *told, _time(a.at))


def _row(x: Exported, asked: Sequence[str]) -> list[str]:
    due, read = (x.promise.due_at, x.promise.kept_at) if x.promise else (None, None)
    about = [x.reference, x.service, x.kind, _time(x.handed_at), _time(due), _time(read)]
    about += [x.taken_by, x.language, x.contact.channel, _spaced(x.contact.how), _number(x)]
    given = {answer.question: _cell(answer) for answer in x.answers}
    chosen = {choice.what: "yes" if choice.value else "no" for choice in x.agreed}
    notes = "\n\n".join(note.words for note in x.notes if note.words)
    agreed = [chosen.get(what, "") for what in AGREED]
    return [*about, *(given.get(id, "") for id in asked), notes, *agreed]


def _cell(a: Answer) -> str:
    words = [*(["; ".join(a.labels)] if a.labels else []), *a.words]
    return "\n".join(words) if a.said else "" if a.status == "answered" else _spaced(a.status)


def _number(x: Exported) -> str:
    return LEFT_OUT if x.contact.left_out else x.contact.number


def _spaced(code: str) -> str:
    return code.replace("_", " ")


def _time(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
