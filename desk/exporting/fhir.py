"""FHIR R4: a QuestionnaireResponse, and for many a Bundle of them.

https://hl7.org/fhir/R4/questionnaireresponse.html. Nobody is named in it unless they gave a name:
the subject is a reference by identifier, to the reference of the hand-over. Systems are urn:uuid,
which need no registration and lead nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec

from desk.exporting.structure import (
    ANSWERED,
    AT_THE_DESK,
    NOT_REACHED,
    REMOVED,
    SKIPPED,
    Answer,
    Exported,
)

MEDIA_TYPE = "application/fhir+json"
REFERENCES = "urn:uuid:fe06770f-585b-53a7-8d79-643f72dd7377"  # system of the hand-overs' references
CHOICES = "urn:uuid:5fd3f0a8-40a7-5f0f-9f86-672e98ba36d1"  # of choices: `#question` is added
STATUS = {"partial": "in-progress", "complete": "completed"}
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
# Of its value set the ones that blame nobody: "temp-unknown" is "may become known".
REASONS = {SKIPPED: "temp-unknown", NOT_REACHED: "not-asked", REMOVED: "masked"}
REASONS |= {AT_THE_DESK: "masked", ANSWERED: "unknown"}
# A string holds no other white space than these, and no control characters.
_NOT_IN_STRINGS = re.compile(r"[^ \r\n\t\S]|[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
Resource = dict[str, Any]


def one(exported: Exported) -> bytes:
    return _written(response(exported))


def many(all_of_them: Sequence[Exported], now: datetime) -> bytes:
    return _written(bundle(all_of_them, now))


def response(x: Exported) -> Resource:
    """One intake as a resource."""
    who = {"system": REFERENCES, "value": x.reference}
    subject: Resource = {"type": "Patient", "identifier": who}
    if name := _string(x.name):
        subject["display"] = name
    return {
        "resourceType": "QuestionnaireResponse",
        "identifier": who,
        "language": x.language,
        "status": STATUS[x.kind],
        "subject": subject,
        "authored": _time(x.handed_at),
        "item": [_contact(x), *_items(x)],
    }


def bundle(all_of_them: Sequence[Exported], now: datetime) -> Resource:
    """All of them, each as it stands by itself."""
    made = {"resourceType": "Bundle", "type": "collection", "timestamp": _time(now)}
    entries = [{"fullUrl": _url(x), "resource": response(x)} for x in all_of_them]
    return made | ({"entry": entries} if entries else {})


def _contact(x: Exported) -> Resource:
    """Safe contact, first of all, as a group of its own."""
    group = "contact_safely"
    how = {"system": f"{CHOICES}#{group}", "code": x.contact.how}
    items = [_given(f"{group}.how", {"valueCoding": how})]
    if number := _string(x.contact.number):
        items.append(_given(f"{group}.number", {"valueString": number}))
    elif x.contact.left_out:
        items.append(_given(f"{group}.number_left_out", {"valueBoolean": True}))
    items += [_item(answer) for answer in x.contact.answers]
    return {"linkId": group, "text": _heading(group), "item": items}


def _items(x: Exported) -> Iterator[Resource]:
    for section in x.sections:
        yield from (_item(answer) for answer in section.answers)
    yield from (_item(answer) for answer in x.later)
    notes = [{"valueString": words} for n in x.notes if (words := _string(n.words))]
    if notes:
        yield _given("also_written", *notes)
    for number, entry in enumerate(x.team, 1):
        id = f"team.{number}"
        written = [(part, _string(words)) for part, words in entry.parts]
        parts = [_given(f"{id}.{part}", {"valueString": w}) for part, w in written if w]
        if parts:
            yield {"linkId": id, "text": _heading(entry.kind), "item": parts}


def _given(id: str, *values: Resource) -> Resource:
    """Something that is no question of the flow; its id is its heading too."""
    return {"linkId": id, "text": _heading(id), "answer": list(values)}


def _heading(id: str) -> str:
    return id.rpartition(".")[2].replace("_", " ").capitalize()


def _item(a: Answer) -> Resource:
    """One question; without an answer it says why."""
    item: Resource = {"linkId": a.question, "text": _string(a.heading) or a.question}
    values: list[Resource] = [
        {"valueCoding": {"system": f"{CHOICES}#{a.question}", "code": code, "display": label}}
        for code, label in zip(a.codes, a.labels, strict=True)
    ]
    values += [{"valueString": words} for said in a.words if (words := _string(said))]
    if values:
        return item | {"answer": values}
    return item | {"extension": [{"url": ABSENT, "valueCode": REASONS[a.status]}]}


def _url(x: Exported) -> str:
    """Its name within a Bundle: the same each time, and no address."""
    return uuid5(UUID(REFERENCES.removeprefix("urn:uuid:")), x.reference).urn


def _string(words: str) -> str:
    """A string as FHIR has them: never empty, so an empty one is for the caller to leave out."""
    return _NOT_IN_STRINGS.sub(" ", words).strip()


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _written(resource: Resource) -> bytes:
    return msgspec.json.format(msgspec.json.encode(resource), indent=2) + b"\n"
