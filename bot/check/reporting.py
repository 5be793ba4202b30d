"""The check as a person or a program reads it: what is broken, what was looked at, what was not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from bot.check import Looked, look, register
from bot.check.promises import PROMISES
from bot.check.reading import Unreadable
from bot.check.rules import ALSO, RULES, Rule

KEPT, BROKEN, UNREADABLE = 0, 1, 2
# Promises of the practice brief that neither the rules nor the walk can show.
NOT_COVERED = (
    "Whether real readers understand it: sign each language off with people who read little.",
    "Idioms, tone, and a native speaker's ear: a person reads every text in every language.",
    "What a word list does not know: it finds words, not meanings (bot/check/words).",
    "What a worker writes to a phone that others may read.",
    "Desk screens, reports and rotas, and what the suppliers of the channels keep.",
    "What no flow or sentence can break: timers, queues and records are held by the tests.",
    "Who owns a flow and when it was last read by a safeguarding lead: flows name neither.",
)
WALKING = "Walking every state of every flow: about a minute. --rules-only reads the words alone."


def run(
    paths: Sequence[Path],
    as_json: bool,
    walk: bool,
    echo: Callable[..., None],
    most_events: int = 0,
) -> int:
    """Check and tell; the exit code: 0 all kept, 1 broken or not shown to be kept, 2 a file that
    can't be read. Who bounds the walk with `most_events` has asked for a part, and gets 0."""
    if walk:
        echo(WALKING, err=True)
    try:
        looked = look(paths, walk, most_events)
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
    return BROKEN if looked.findings or (looked.cut_off and not most_events) else KEPT


def listing() -> Iterator[str]:
    """All promises, a line each."""
    register()
    for rule in in_order(RULES.values()):
        yield f"{rule.id:<6} {shown(rule):<10} {rule.sentence}"


def shown(rule: Rule) -> str:
    """How a rule is shown: by what is read, by the walk, or by both."""
    walks = rule.by == "walk" or any(promise.rule == rule.id for promise in PROMISES)
    reads = rule.by == "reading" or rule.id in ALSO
    return ", ".join(["read"] * reads + ["walk"] * walks)


def cost(paths: Sequence[Path], echo: Callable[..., None]) -> int:
    """Tell what a check of each flow costs as it grows; 0, or 2 for a file that can't be read."""
    from bot.check import costing, reading

    register()
    try:
        subjects = reading.read(paths).subjects
    except Unreadable as error:
        echo(str(error), err=True)
        return UNREADABLE
    for subject in subjects:
        echo(f"{subject.flow.id}: rules in all languages; walk in English by text")
        for line in costing.lines(costing.costs(subject)):
            echo(line)
    return KEPT


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
        return "Not shown: nothing is broken as far as the walk came, and it ended at its bound."
    return "All promises are kept."
