"""Flows, shared sentences and catalogues, read from disk once, and the worlds made of them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from babel import Locale
from babel.messages.pofile import PoFileError

from bot.conversation import flow, phrases
from bot.conversation.channel import SMS
from bot.conversation.cues import Find
from bot.conversation.flow import Flow, FlowError
from bot.conversation.i18n import SOURCE, Catalogue, common_entries, flow_entries, parse_po
from bot.conversation.model import Conversation, World
from bot.conversation.phrases import Phrases
from bot.conversation.render import render
from bot.conversation.service import Service
from bot.conversation.step import Step
from bot.conversation.understand import Guess
from bot.cues import shipped
from bot.guessing import shipped as guessing

BOT = Path(__file__).parent
COMMON = "common.toml"
STARTER = "self_referral"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that can be said. `texts` are the flow files as they stand, by flow id; `cues` is
    what looks for cues and `guesses` what guesses at commands, by language, each read when it is
    first asked."""

    flows: Mapping[str, Flow]
    texts: Mapping[str, str]
    phrases: Phrases
    catalogues: Mapping[str, Catalogue]
    needed: frozenset[tuple[str, str]]
    cues: Mapping[str, Find]
    guesses: Mapping[str, Guess]

    def lacking(self, language: str) -> int:
        """How many texts a language still has to be given."""
        if language == SOURCE.language:
            return 0
        return len(self.needed - self.catalogues[language].entries.keys())


def read(folder: Path = BOT) -> Library:
    """Read what stands in `folder`. Raises `FlowError` with a line for each fault of each file."""
    faults: list[str] = []
    files = {p.name: _text(p, faults) for p in sorted((folder / "flows").glob("*.toml"))}
    common = files.pop(COMMON, "")
    shared = _try(lambda: phrases.parse(common, f"bot/flows/{COMMON}"), faults)
    flows, texts = {}, {}
    entries = [] if faults else list(common_entries(tomllib.loads(common)))
    for name, text in files.items():
        found = _try(lambda: flow.parse(text, f"bot/flows/{name}"), faults)  # noqa: B023
        if found:
            flows[found.id], texts[found.id] = found, text
            entries += flow_entries(tomllib.loads(text))
    catalogues = dict(_catalogues(folder / "locales", faults))
    if faults or shared is None:
        raise FlowError("\n".join(faults))
    needed = frozenset((entry.context, entry.msgid) for entry in entries)
    cues, guesses = shipped.finders(folder / "cues"), guessing.guesses(folder / "guessing")
    return Library(flows, texts, shared, catalogues, needed, cues, guesses)


def world(library: Library, service: Service, flow_id: str = STARTER) -> World:
    """The world of a service. Raises `FlowError` for a flow or a language that is not here."""
    if flow_id not in library.flows:
        raise FlowError(f"there is no flow {flow_id!r}; there are: {', '.join(library.flows)}")
    for language in service.languages:
        if language not in library.catalogues:
            known = ", ".join(library.catalogues)
            raise FlowError(f"languages: there are no words for {language!r}; there are: {known}")
        if lacking := library.lacking(language):
            raise FlowError(f"languages: {language!r} has {lacking} texts still to be translated")
    cues = {code: find for code, find in library.cues.items() if code in service.languages}
    flow, all_words = library.flows[flow_id], library.catalogues
    return World(service, flow, library.phrases, all_words, cues, library.guesses)


def away_text(world: World) -> str:
    """What a text is answered while nothing can be stored, in the service's first language."""
    start = Conversation(language=world.service.languages[0])
    step = Step(world, start, datetime.now(UTC))
    step.say("away")
    return render(world, start, step.says, SMS)[0].text


def own_names(languages: Iterable[str]) -> list[tuple[str, str]]:
    """Languages with the names that they have in themselves."""
    names = ((code, Locale.parse(code).get_display_name(code) or code) for code in languages)
    return [(code, name[:1].upper() + name[1:]) for code, name in names]


def _catalogues(folder: Path, faults: list[str]) -> Iterator[tuple[str, Catalogue]]:
    yield SOURCE.language, SOURCE
    for path in sorted(folder.glob("*/LC_MESSAGES/bot.po")):
        language = path.parent.parent.name
        try:
            yield language, parse_po(path.read_bytes(), language)
        except (PoFileError, ValueError, OSError) as error:
            faults.append(f"bot/locales/{language}/LC_MESSAGES/bot.po: {error}")


def _text(path: Path, faults: list[str]) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        faults.append(f"bot/flows/{path.name}: can't be read ({type(error).__name__})")
        return ""


def _try(parse: Callable[[], T], faults: list[str]) -> T | None:
    try:
        return parse()
    except FlowError as error:
        faults.append(str(error))
        return None


def kept_at_most(world: World) -> timedelta:
    """How long words are kept at most."""
    return timedelta(days=max(world.service.keep_days, world.service.keep_partial_days))
