"""JSON: the structure as it is, under names that stay (docs/exports.md)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from desk.exporting.structure import VERSION, Answer, Choice, Exported
from desk.intake import Note

FORMAT = "ownpace.intake"


def one(exported: Exported) -> bytes:
    return _written({"format": FORMAT, "version": VERSION, "intake": data(exported)})


def many(all_of_them: Sequence[Exported]) -> bytes:
    intakes = [data(exported) for exported in all_of_them]
    return _written({"format": f"{FORMAT}s", "version": VERSION, "intakes": intakes})


def data(x: Exported) -> dict[str, Any]:
    """One intake as plain data; safe contact comes first, as everywhere."""
    return {
        "contact_safely": _contact(x),
        **_about(x),
        "sections": [
            {"kind": s.kind, "title": s.title, "answers": [_answer(a) for a in s.answers]}
            for s in x.sections
        ],
        "later": [_answer(a) for a in x.later],
        "notes": [_note(note) for note in x.notes],
        "agreed": [_choice(choice) for choice in x.agreed],
        "told": {"at": _time(x.told_at), "messages": list(x.told)},
        "promise": _promise(x),
        "looks": [{"at": _time(k.at), "who": k.who, "purpose": k.purpose} for k in x.looks],
        "team": [
            {"kind": e.kind, "at": _time(e.at), "who": e.who, "parts": dict(e.parts)}
            for e in x.team
        ],
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "what": choice.what,
        "yes": choice.value,
        "at": _time(choice.at),
        "lawful_basis": choice.lawful_basis or None,
        "special_condition": choice.special_condition or None,
    }


def _about(x: Exported) -> dict[str, Any]:
    return {
        "reference": x.reference,
        "service": {"id": x.service, "name": x.service_name},
        "kind": x.kind,
        "practice": x.practice,
        "flow": x.flow,
        "language": x.language,
        "started_at": _time(x.started_at),
        "shared_at": _time(x.handed_at),
        "exported_at": _time(x.made_at),
        "kept_until": _time(x.delete_on),
        "with": x.taken_by or None,
        "name": x.name or None,
    }


def _note(note: Note) -> dict[str, Any]:
    return {
        "at": _time(note.at),
        "words": note.words,
        "media": list(note.media),
        "before_the_first_question": note.early,
        "added_since": note.since,
        "removed_by_the_person": note.erased,
    }


def _contact(x: Exported) -> dict[str, Any]:
    return {
        "how": x.contact.how,
        "confirmed_at": _time(x.contact.confirmed),
        "channel": x.contact.channel,
        "number": x.contact.number or None,
        "number_left_out": x.contact.left_out,
        "answers": [_answer(answer) for answer in x.contact.answers],
    }


def _answer(a: Answer) -> dict[str, Any]:
    choices = [
        {"code": code, "label": label} for code, label in zip(a.codes, a.labels, strict=True)
    ]
    told = {"question": a.question, "heading": a.heading, "status": a.status, "at": _time(a.at)}
    return told | {"choices": choices, "words": list(a.words), "added_since": a.since}


def _promise(x: Exported) -> dict[str, Any] | None:
    if x.promise is None:
        return None
    made, due, kept = x.promise.made_at, x.promise.due_at, x.promise.kept_at
    return {"made_at": _time(made), "to_be_read_by": _time(due), "read_at": _time(kept)}


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _written(what: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(what), indent=2) + b"\n"
