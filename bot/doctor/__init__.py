"""Is all well? Every check gives a light, one plain sentence, and what to do.

It reads and asks, and changes nothing; it works while Ownpace runs, and where little else does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator

from bot.doctor import inside, outside
from bot.doctor.database import Silent, database
from bot.doctor.finding import Finding, as_json, green, red, show, worst
from config import logging, settings
from config.settings import Settings, SettingsError
from store import engines, why
from store.session import Unusable

WELL, PROBLEM, WRONG_SETTINGS, DOWN = 0, 1, 3, 4
# Where what is wrong in the settings is put right, by what it is about.
WHERE = {
    "service": "Put it right in the file that OWNPACE_CONFIG names, or in OWNPACE_SERVICE_*.",
    "master key": "Put OWNPACE_SECRET_KEY or OWNPACE_SECRET_KEY_FILE right.",
    "database": "Put DATABASE_URL right, or leave it out for a file in the data folder.",
}
Check = Callable[[Settings], Iterable[Finding]]


def run(echo: Callable[[str], object], json: bool = False) -> int:
    """Look at everything, say it, and return the number that the command ends with."""
    logging.setup("CRITICAL")  # what is wrong is said here, once
    findings, code = examine()
    if json:
        echo(as_json(findings))
    else:
        show(findings, echo)
    return code


def examine() -> tuple[list[Finding], int]:
    """All findings, and the number."""
    try:
        known = settings.load()
    except SettingsError as error:
        return _told("settings", error, "docs/adopting.md lists them all."), WRONG_SETTINGS
    where = f"They can be read. The data folder is {known.data.absolute()}."
    findings, codes = [green("settings", where)], {WELL}
    for about, check in _checks(known):
        try:
            for finding in check(known):
                findings.append(finding)
        except (SettingsError, Unusable) as error:
            findings += _told(about, error, WHERE.get(about, ""))
            codes.add(WRONG_SETTINGS)
        except Silent:
            codes.add(DOWN)
        except OSError as error:
            findings.append(red(about, *why.of(error, known.database_url)))
    findings += asyncio.run(outside.all_checks(known))
    if worst(findings) == "red":
        codes.add(PROBLEM)
    return findings, next(code for code in (WRONG_SETTINGS, DOWN, PROBLEM, WELL) if code in codes)


def _checks(known: Settings) -> Iterator[tuple[str, Check]]:
    """What is looked at here; without a database's address, no more than its place is."""
    yield "service", inside.service
    yield "backup", inside.last_backup
    try:
        engines.address(known.database_url)
    except Unusable:
        yield "database", database
        return
    yield "master key", inside.key
    yield "rights", inside.rights
    yield "disk", inside.disk
    yield "database", database
    yield "before", inside.databases_of_before


def _told(about: str, error: Exception, do: str) -> list[Finding]:
    return [red(about, line, do) for line in str(error).splitlines()]
