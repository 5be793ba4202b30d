"""The check as a person or a program reads it: what is broken, what was looked at, what was not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from bot.check import Looked, look, register
from bot.check.reading import Unreadable
from bot.check.rules import RULES, Rule

KEPT, BROKEN, UNREADABLE = 0, 1, 2
# Promises of the practice brief that neither the rules nor the walk can show.
NOT_COVERED = (
    "Whether real readers understand it: sign each language off with people who read little.",
    "Idioms, tone, and a native speaker's ear: a person reads every text in every language.",
    "What a word list does not know: it finds words, not meanings (bot/check/words).",
    "What a worker writes to a phone that others may read.",
    "Desk screens, reports and rotas, and what the suppliers of the channels keep.",
)


def run(paths: Sequence[Path], as_json: bool, walk: bool, echo: Callable[..., None]) -> int:
    """Check and tell; the exit code: 0 all kept, 1 broken, 2 a file that can't be read."""
    try:
        looked = look(paths, walk)
    except Unreadable as error:
        faults = str(error).splitlines()
        for fault in [json.dumps({"unreadable": faults})] if as_json else faults:
            echo(fault, err=not as_json)
        return UNREADABLE
    if as_json:
        echo(json.dumps(_data(looked)))
    else:
        for line in _lines(looked):
            echo(line)
    return BROKEN if looked.findings else KEPT


def listing() -> Iterator[str]:
    """All promises, a line each."""
    register()
    for rule in in_order(RULES.values()):
        yield f"{rule.id:<6} {'walk ' if rule.by == 'walk' else 'read '} {rule.sentence}"


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """Rules by their letter and number."""
    return sorted(rules, key=lambda rule: (rule.id[2], int(rule.id[3:])))


def _data(looked: Looked) -> dict[str, object]:
    findings = looked.findings
    return {
        "kept": not findings,
        "walked_all": not looked.cut_off,
        "findings": [{**asdict(f), "sentence": RULES[f.rule].sentence} for f in findings],
        "looked_at": looked.looked_at,
        "not_covered": [*looked.cut_off, *looked.left_out, *NOT_COVERED],
    }


def _lines(looked: Looked) -> Iterator[str]:
    findings = looked.findings
    for rule in in_order(RULES.values()):
        found = [finding for finding in findings if finding.rule == rule.id]
        if found:
            yield f"{rule.id}: {rule.sentence}"
        for finding in found:
            yield f"  {finding.where}: {finding.what}"
            yield from (f"    {line}" for line in finding.transcript)
        if found:
            yield ""
    yield _verdict(looked)
    yield "Looked at:"
    yield from (f"  {line}" for line in looked.looked_at)
    yield "Not covered:"
    yield from (f"  {line}" for line in (*looked.cut_off, *looked.left_out, *NOT_COVERED))


def _verdict(looked: Looked) -> str:
    if count := len(looked.findings):
        return f"{count} places break a promise." if count != 1 else "1 place breaks a promise."
    if looked.cut_off:
        return "No promise is broken as far as the walk came; its time was over before the end."
    return "All promises are kept."
