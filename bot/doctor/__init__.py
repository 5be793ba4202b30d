"""Is all well? Every check gives a light, one plain sentence, and what to do.

It reads and asks, and changes nothing; it works while Ownpace runs, and where little else does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.doctor import inside, outside
from bot.doctor.database import Silent, database
from bot.doctor.finding import Finding, as_json, green, red, several, show, worst
from config import logging, settings
from config.settings import Settings, SettingsError
from store.session import Unusable

WELL, PROBLEM, WRONG_SETTINGS, DOWN = 0, 1, 3, 4


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
        do = "docs/adopting.md lists them all."
        return [red("settings", line, do) for line in str(error).splitlines()], WRONG_SETTINGS
    where = f"They can be read. The data folder is {known.data.absolute()}."
    findings = [green("settings", where), *_inside(known)]
    silent = False
    try:
        for finding in database(known):
            findings.append(finding)
    except Silent:
        silent = True
    except Unusable as error:
        findings.append(red("database", str(error), "Put DATABASE_URL right."))
    findings += asyncio.run(outside.all_checks(known))
    if silent:
        return findings, DOWN
    return findings, PROBLEM if worst(findings) == "red" else WELL


def _inside(known: Settings) -> list[Finding]:
    checks = (
        inside.service,
        inside.key,
        inside.rights,
        inside.disk,
        inside.last_backup,
    )
    return list(several(*(check(known) for check in checks)))
