"""The lines of others that people are told of: are there any, and when did somebody last call?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.conversation.service import Helpline, Service
from bot.doctor.finding import Finding, green, red, yellow

WARNED = timedelta(days=60)  # before `service.FRESH`, so that there is time to call
CALL = "Call each, then set its day (`checked`, or `checked_on` in helplines.toml)."


def helplines(service: Service, live: bool, now: datetime) -> Iterator[Finding]:
    """Old ones are told to nobody: worse than a warning where real people write."""
    known = {
        "whoever finds life too hard": service.distress_line,
        "whoever is hurt by somebody": service.abuse_line,
        "people under 18": service.child_line,
    }
    missing = [whom for whom, line in known.items() if not line]
    lines = [line for line in known.values() if line]
    old = [line for line in lines if not line.fresh(now)]
    ageing = [line for line in lines if line.fresh(now) and now.date() - line.checked >= WARNED]
    if missing:
        says = f"There is no line for {', nor for '.join(missing)}."
        do = "Name one in config/ownpace.toml, or check and turn on one in helplines.toml."
        yield yellow("helplines", says, do)
    if old:
        says = f"{_named(old)}: looked at too long ago, so nobody is told of it."
        yield (red if live else yellow)("helplines", says, CALL)
    if ageing:
        yield yellow("helplines", f"{_named(ageing)}: last looked at over 60 days ago.", CALL)
    if not (missing or old or ageing):
        yield green("helplines", f"{_named(lines)}. Has one of you called each?")


def _named(lines: list[Helpline]) -> str:
    return ", ".join(f"{line.name} ({line.number})" for line in lines)
