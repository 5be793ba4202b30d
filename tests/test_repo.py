"""Nothing in the repository is a real person's number, a secret, or a path of one machine."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOT_OURS = {"data", "dist", "build", "node_modules", "venv", "env", "__pycache__"}

PHONE = re.compile(
    r"\+\d[\d ()-]{7,}\d"  # international
    r"|(?<![\w.:+-])(?!0123456789)0[1-9]\d{2,3} ?\d{3} ?\d{3,4}(?!\w)"  # national, Britain
    r"|(?<![\w.-])\(?\d{3}\)?[ -]\d{3}-\d{4}(?!\w)"  # national, America
)
# Numbers that Ofcom and the North American plan keep for fiction.
FICTION = re.compile(r"(44|0)7700900\d{0,3}(900\d{3})?|1?(\d{3})?55501\d{0,2}")
SECRET = re.compile(
    r"\b\d{8,10}:[A-Za-z0-9_-]{35}(?![\w-])"  # a Telegram bot's token
    r"|\b(?:AC|SK)[0-9a-f]{32}\b"  # a Twilio account or key
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
PLACE = re.compile(
    r"/(?:root|home/\w+|Users/\w+)/|/work/(?:main|shared)"
    r"|\bpypi\.|python[h]osted\.|--(?:extra-)?index-url|--find[-]links"
)


def public_numbers() -> set[str]:
    lines = (ROOT / "tests/public_numbers.txt").read_text("utf-8").splitlines()
    starts = (re.match(r"[+\d][\d ()-]*", line) for line in lines)
    return {digits(start[0]) for start in starts if start}


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def phones(text: str) -> list[str]:
    found = [match[0] for match in PHONE.finditer(text)]
    known = public_numbers()
    return [n for n in found if not FICTION.fullmatch(digits(n)) and digits(n) not in known]


def secrets(text: str) -> list[str]:
    """What looks like a real secret; a made-up one repeats one or two characters."""
    found = [match[0] for match in SECRET.finditer(text)]
    return [secret for secret in found if len(set(secret[-32:])) > 2]


def places(text: str) -> list[str]:
    return PLACE.findall(text)


def texts() -> Iterator[tuple[str, str]]:
    """The text files of the repository, but for the locks (hashes only; test_floors reads them)."""
    for folder, below, names in os.walk(ROOT):
        below[:] = [b for b in below if b not in NOT_OURS and (b[0] != "." or b == ".ci")]
        for path in (Path(folder, name) for name in names):
            if path.suffix == ".lock" or path.name == ".env":
                continue
            try:
                yield str(path.relative_to(ROOT)), path.read_text("utf-8")
            except UnicodeDecodeError:
                continue  # a picture or a font


@pytest.mark.parametrize("look", [phones, secrets, places])
def test_the_repository_holds_none(look: Callable[[str], list[str]]) -> None:
    files = dict(texts())
    assert {"pyproject.toml", "Makefile", "bot/__init__.py", ".ci/run"} <= files.keys()
    ours = {path: look(text) for path, text in files.items() if path != "tests/test_repo.py"}
    assert {path: found for path, found in ours.items() if found} == {}


@pytest.mark.parametrize(
    ("look", "text"),
    [
        (phones, "Call +44 20 7123 4567"),
        (phones, "Call 01632 960 123 or 07911 123456"),
        (phones, "Call (212) 736-5000"),
        (secrets, "AC" + "0123456789abcdef" * 2),
        (secrets, "12345678:" + "AbCdEfG" * 5),
        (places, "see /home/ada/notes"),
    ],
)
def test_each_look_can_find(look: Callable[[str], list[str]], text: str) -> None:
    assert look(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "+44 7700 900123",
        "+44 7700 900000-900999",
        "+447700900",
        "07700 900 123",
        "+1 202 555 0123",
        "212-555-0199",
    ],
)
def test_numbers_kept_for_fiction_may_stand(text: str) -> None:
    assert phones(text) == []
