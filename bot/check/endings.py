"""Rules of the endings, whole and half way: nobody is left without knowing what comes next."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.facts import holds, lacks, offers
from bot.check.finding import Finding, Subject
from bot.check.rules import CHOICE, COLLABORATION, SAFETY, TRUST, rule
from bot.check.texts import Kind, common_place
from bot.check.wordings import banned

# Endings: which messages make one, and what each has to tell.
ENDINGS = {
    "ended_next": ("next", "who", "when", "if_not", "phone", "come_back", "data"),
    "ended_next_telegram": ("next", "who", "when", "phone", "come_back", "data"),
    "ended_next_wait": ("next", "who", "when", "phone", "come_back", "data"),
    "ended_untimed": ("passed_on", "phone", "come_back", "data"),
}
PARTIAL = {
    "data_see": ("{date}",),
    "paused_shared": ("passed_on", "{when}"),
    "paused_handed": ("passed_on",),
    "paused_kept": ("passed_on", "{date}"),
    "partial_handed": ("passed_on", "{when}", "come_back"),
    "partial_untimed": ("passed_on", "come_back"),
    "stopped_shared": ("passed_on",),
    "stopped_kept": ("{date}",),
    "stopped_back": ("come_back",),
}


@rule(
    "R-E4",
    "An ending thanks, and tells what happens next, who does it, by when, what to do if not, and"
    " how to come back, change, see or delete.",
    serves=(TRUST, SAFETY, COLLABORATION),
)
def endings(subject: Subject) -> Iterator[Finding]:
    for key in ("ended", "ended_named"):
        yield from lacks(subject, "R-E4", key, ("thanks",), (key,))
    for key, parts in ENDINGS.items():
        facts = tuple(part for part in parts if part not in ("when", "data"))
        yield from lacks(subject, "R-E4", key, facts, (key,))
        if "when" in parts:
            yield from holds(subject, "R-E4", key, ("{when}",))
        if "data" not in {word for word, _ in offers(subject, key)}:
            where = common_place(subject, f"message.{key}")
            yield Finding("R-E4", where, f"{key} does not offer DATA, to see or delete it")


@rule("R-E5", "A day and a time, never soon.", serves=(TRUST,))
def real_dates(subject: Subject) -> Iterator[Finding]:
    kinds: tuple[Kind, ...] = ("message", "lead", "twin", "why", "offer")
    yield from banned(subject, "R-E5", "vague-time", kinds)


@rule(
    "R-E6",
    "Who stops half way is told whether it is passed on, and when it is deleted or read.",
    serves=(TRUST, CHOICE),
)
def partial_endings(subject: Subject) -> Iterator[Finding]:
    for key, parts in PARTIAL.items():
        facts = tuple(part for part in parts if not part.startswith("{"))
        yield from lacks(subject, "R-E6", key, facts, (key,))
        yield from holds(subject, "R-E6", key, tuple(p for p in parts if p.startswith("{")))
