"""What the doctor says of one thing: a light, a sentence, and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Light = Literal["green", "yellow", "red"]
ORDER: tuple[Light, ...] = ("green", "yellow", "red")


@dataclass(frozen=True, slots=True)
class Finding:
    """Never with a secret, a person's number or a name in it."""

    about: str
    light: Light
    says: str
    do: str = ""


def green(about: str, says: str) -> Finding:
    return Finding(about, "green", says)


def yellow(about: str, says: str, do: str) -> Finding:
    return Finding(about, "yellow", says, do)


def red(about: str, says: str, do: str) -> Finding:
    return Finding(about, "red", says, do)


def worst(findings: Iterable[Finding]) -> Light:
    return max((f.light for f in findings), key=ORDER.index, default="green")


def show(findings: Sequence[Finding], echo: Callable[[str], object]) -> None:
    """For people: what is worst comes last, where it is seen."""
    for finding in sorted(findings, key=lambda f: ORDER.index(f.light)):
        echo(f"{finding.light:<7} {finding.about:<12} {finding.says}")
        for line in filter(None, (finding.do,)):
            echo(f"{'':<20} Do: {line}")


def as_json(findings: Sequence[Finding]) -> str:
    return json.dumps({"light": worst(findings), "findings": [asdict(f) for f in findings]})


def several(*checks: Iterable[Finding]) -> Iterator[Finding]:
    for check in checks:
        yield from check
