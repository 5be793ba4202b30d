"""The world of the tests: the shipped flow and words, and an invented service."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from bot.conversation import flow, phrases
from bot.conversation.cues import Cue, Name
from bot.conversation.i18n import SOURCE, Catalogue, parse_po
from bot.conversation.model import World
from bot.conversation.service import Helpline, Hours, Service
from bot.cues import shipped

BOT = Path(__file__).parent.parent / "bot"


@cache
def catalogues() -> dict[str, Catalogue]:
    """English, and each language that has a catalogue."""
    found = {"en": SOURCE}
    for path in sorted((BOT / "locales").glob("*/LC_MESSAGES/bot.po")):
        language = path.parent.parent.name
        found[language] = parse_po(path.read_bytes(), language)
    return found


def harbour(**changes: object) -> Service:
    """Harbour Support, an invented charity, staffed Monday to Friday from 9 to 5."""
    settings: dict[str, object] = {
        "id": "harbour",
        "name": "Harbour Support, an invented charity",
        "text_name": "Harbour Support",
        "phone": "07700 900 000",
        "emergency": "999",
        "hours": Hours.parse("Mo-Fr 09:00-17:00", "Europe/London"),
        "languages": tuple(catalogues()),
        "nudged": True,
        "links": True,
        "clear_plain": timedelta(hours=24),
    }
    return Service(**{**settings, **changes})  # type: ignore[arg-type]


def _read(name: str) -> str:
    return (BOT / "flows" / name).read_text("utf-8")


@cache
def world(merge: float = 0) -> World:
    """The shipped intake at Harbour Support; short texts within `merge` seconds are one."""
    return World(
        service=harbour(merge=timedelta(seconds=merge)),
        flow=flow.parse(_read("self_referral.toml"), "self_referral.toml"),
        phrases=phrases.parse(_read("common.toml"), "common.toml"),
        catalogues=catalogues(),
    )


LOOKED = date(2026, 11, 15)  # when somebody last looked whether the numbers are right
SIGNS: dict[str, Name] = {
    "a knife": "immediate_danger",
    "un cuchillo": "immediate_danger",
    "hits my brother": "child_at_risk",
    "want to die": "suicidal",
    "quiero morir": "suicidal",
    "he hits me": "abuse_disclosure",
    "me pega": "abuse_disclosure",
}


def sign(text: str) -> Cue | None:
    """Stands in for what looks for cues: these very words, and nothing else."""
    return next((Cue(name, (words,)) for words, name in SIGNS.items() if words in text), None)


@cache
def caring(merge: float = 0, looked: date = LOOKED) -> World:
    """The same intake where cues are looked for, and there are lines to call."""
    here = world(merge)
    lines = {
        "child_line": Helpline("Childline", "0800 1111", looked),
        "distress_line": Helpline("Samaritans", "116 123", looked),
        "abuse_line": Helpline("National Domestic Abuse Helpline", "0808 2000 247", looked),
    }
    service = replace(here.service, silent="55", **lines)  # type: ignore[arg-type]
    return replace(here, service=service, cues=dict.fromkeys(here.catalogues, sign))


@cache
def listening(merge: float = 0) -> World:
    """The intake with what really looks for cues, and lines to call for those who are grown up."""
    here, lines = world(merge), caring(merge).service
    service = replace(
        here.service,
        silent=lines.silent,
        distress_line=lines.distress_line,
        abuse_line=lines.abuse_line,
    )
    return replace(here, service=service, cues=shipped.finders())
