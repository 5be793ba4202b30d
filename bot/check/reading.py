"""Reads what is to be checked: flow files, common.toml and catalogues, ours or an adopter's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, lru_cache
from pathlib import Path

from babel.messages.pofile import PoFileError

from bot.check import repairing
from bot.check.finding import Finding, Subject
from bot.conversation import flow, phrases
from bot.conversation.flow import Flow, FlowError
from bot.conversation.i18n import SOURCE, Catalogue, parse_po
from bot.conversation.phrases import Phrases
from bot.conversation.service import Hours, Service

BOT = Path(__file__).parent.parent
COMMON = "common.toml"
_SAID_LANGUAGE = re.compile(r'"Language: *([\w-]+)\\n"')
_parse_phrases = lru_cache(maxsize=8)(phrases.parse)
_read_po = lru_cache(maxsize=8)(parse_po)
# The longest that a service's settings may be, in characters, or as near as real ones come.
LONGEST = Service(
    id="longest",
    name="The Harbour and Riverside Community Support Association, CIO",
    text_name="Harbour Riverside Helpers",
    phone="+44 7700 900 000",
    emergency="112",
    hours=Hours.parse("Mo-Fr 09:30-16:30", "Europe/London"),
    keep_days=3650,
    keep_partial_days=365,
    merge=timedelta(seconds=3),
    nudged=True,  # with the most that may be promised
    links=True,
)


class Unreadable(ValueError):
    """Files that can't be read: one line a fault."""


@dataclass(slots=True)
class Read:
    """What was read: the subjects, one for each flow, and what was broken already in reading."""

    subjects: list[Subject]
    broken: list[Finding] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Files:
    """Files by what they are, and their texts by the name that is printed."""

    flows: list[Path] = field(default_factory=list)
    common: Path | None = None
    catalogues: dict[str, Path] = field(default_factory=dict)


def read(paths: Sequence[Path] = ()) -> Read:
    """Read these files and folders; what they do not hold is taken from what ships. With none,
    all that ships. Raises `Unreadable` with a line for each fault."""
    faults: list[str] = []
    given = _sort(paths, faults)
    ours = _sort([BOT], faults)
    chosen = _Files(
        given.flows or ours.flows,
        given.common or ours.common,
        given.catalogues or ours.catalogues,
    )
    found = _parse(chosen, faults)
    if faults:
        raise Unreadable("\n".join(faults))
    return found


@cache
def shipped() -> Phrases:
    """The shared sentences as they ship: what the engine says."""
    return phrases.parse((BOT / "flows" / COMMON).read_text("utf-8"), COMMON)


def _parse(files: _Files, faults: list[str]) -> Read:
    texts: dict[str, str] = {}
    broken: list[Finding] = []
    common = _name(files.common) if files.common else ""
    shared = _phrases(files.common, texts, faults)
    catalogues, names = _catalogues(files.catalogues, texts, faults)
    flows = [
        (_name(path), parsed)
        for path in files.flows
        if (parsed := _flow(path, texts, broken, faults))
    ]
    left_out: list[str] = []
    subjects = []
    for name, parsed in flows:
        if shared is None:
            break
        spoken = dict(_offered(parsed, catalogues, left_out))
        service = _service(spoken)
        subjects.append(Subject(parsed, shared, spoken, service, texts, name, common, names))
    return Read(subjects, broken, list(texts), left_out)


def _service(catalogues: Mapping[str, Catalogue]) -> Service:
    from dataclasses import replace

    return replace(LONGEST, languages=tuple(catalogues))


def _offered(
    flow: Flow, catalogues: Mapping[str, Catalogue], left_out: list[str]
) -> Iterator[tuple[str, Catalogue]]:
    """The languages in which a flow is offered: those that have any of its questions."""
    for language, catalogue in catalogues.items():
        known = any(("", question.ask) in catalogue.entries for question in flow.questions)
        if language == SOURCE.language or known:
            yield language, catalogue
        else:
            left_out.append(f"{flow.id} in {language!r}: no question of it is translated")


def _sort(paths: Sequence[Path], faults: list[str]) -> _Files:
    """What the files and folders are."""
    files = _Files()
    for path in paths:
        found = list(_inside(path)) if path.is_dir() else [path]
        if not found:
            faults.append(f"{_name(path)}: no flow, no {COMMON} and no catalogue in this folder")
        for file in found:
            if file.suffix == ".po":
                files.catalogues[_language(file)] = file
            elif file.name == COMMON or _is_common(file):
                files.common = file
            else:
                files.flows.append(file)
    return files


def _inside(folder: Path) -> Iterator[Path]:
    flows = folder / "flows" if (folder / "flows").is_dir() else folder
    yield from sorted(flows.glob("*.toml"))
    yield from sorted(folder.rglob("*.po"))


def _language(path: Path) -> str:
    """A catalogue's language: as its head says, or else as its folder is called."""
    try:
        said = _SAID_LANGUAGE.search(path.read_text("utf-8"))
    except (OSError, ValueError):
        said = None
    return (said[1] if said else (path.parts[-3] if len(path.parts) > 2 else path.stem)).replace(
        "_", "-"
    )


def _is_common(path: Path) -> bool:
    try:
        return "\n[message." in path.read_text("utf-8")
    except (OSError, ValueError):
        return False


def _name(path: Path) -> str:
    """The name to print: what ships goes by its place in the project."""
    return str(path.relative_to(BOT.parent)) if path.is_relative_to(BOT) else str(path)


def _text(path: Path, texts: dict[str, str], faults: list[str]) -> str | None:
    try:
        found = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        faults.append(f"{_name(path)}: can't be read ({type(error).__name__})")
        return None
    texts[_name(path)] = found
    return found


def _phrases(path: Path | None, texts: dict[str, str], faults: list[str]) -> Phrases | None:
    text = _text(path, texts, faults) if path else None
    try:
        return _parse_phrases(text, _name(path)) if path and text is not None else None
    except FlowError as error:
        faults.append(str(error))
        return None


def _flow(
    path: Path, texts: dict[str, str], broken: list[Finding], faults: list[str]
) -> Flow | None:
    text = _text(path, texts, faults)
    if text is None:
        return None
    try:
        return flow.parse(text, _name(path))
    except FlowError as error:
        repaired = repairing.repair(text, _name(path), broken)
        if repaired is None:
            faults.append(str(error))
        return repaired


def _catalogues(
    paths: Mapping[str, Path], texts: dict[str, str], faults: list[str]
) -> tuple[dict[str, Catalogue], dict[str, str]]:
    found, names = {SOURCE.language: SOURCE}, {}
    for language, path in sorted(paths.items()):
        text = _text(path, texts, faults)
        if text is None:
            continue
        try:
            found[language] = _read_po(text, language)
            names[language] = _name(path)
        except (PoFileError, ValueError, LookupError) as error:
            faults.append(f"{_name(path)}: {error}")
    return found, names
