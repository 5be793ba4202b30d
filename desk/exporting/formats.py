"""The files that an intake leaves the desk in, and what each is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.conversation.flow import Flow
from desk.exporting import as_json, csv_rows, fhir
from desk.exporting.structure import Exported


class Format(NamedTuple):
    """`name` is how people call it, in who has looked too."""

    name: str
    media_type: str
    ending: str


FORMATS: Mapping[str, Format] = {
    "csv": Format("CSV", "text/csv", "csv"),
    "json": Format("JSON", "application/json", "json"),
    "fhir": Format("FHIR", fhir.MEDIA_TYPE, "fhir.json"),
}
EXPORTED = "exported as "  # how a look of one that went out begins
TEXT, PAPER, HOOK = "plain text", "A4 print", "JSON by web hook"


def purpose(name: str) -> str:
    """What stands under "Who has looked"."""
    return f"{EXPORTED}{name}"


def one(format: str, exported: Exported) -> bytes:
    """One intake as a file. Raises `KeyError` for a format that is not in `FORMATS`."""
    write = {"csv": csv_rows.one, "json": as_json.one, "fhir": fhir.one}[format]
    return write(exported)


def many(
    format: str, all_of_them: Sequence[Exported], flows: Mapping[str, Flow], now: datetime
) -> bytes:
    """Several intakes as one file. Raises `KeyError` for a format that is not in `FORMATS`."""
    if format == "csv":
        used = [flows[id] for id in sorted({x.flow for x in all_of_them} & flows.keys())]
        return csv_rows.many(all_of_them, [q.id for flow in used for q in flow.questions])
    if format == "json":
        return as_json.many(all_of_them)
    return {"fhir": fhir.many}[format](all_of_them, now)
