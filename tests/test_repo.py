"""Nothing in the repository is a real person's number, a secret, or a path of one machine."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
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


# What was learnt ships packed, in lines of many thousand letters: digits there are no number.
PACKED = re.compile(r"[A-Za-z0-9+/]{1000,}")


def phones(text: str) -> list[str]:
    found = [match[0] for match in PHONE.finditer(PACKED.sub("", text))]
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


# Ofcom keeps these for fiction too; they stood in tests before we kept to one range.
ONCE_USED = re.compile(r"441632960\d{3}")


def history() -> Iterator[tuple[str, str]]:
    """Every version of every text file that was ever committed, by its path."""
    git = ["git", "-C", str(ROOT)]
    listed = subprocess.run([*git, "rev-list", "--objects", "--all"], capture_output=True)
    if listed.returncode:
        pytest.skip("not a checkout: there is no history here")
    named = [line.split(" ", 1) for line in listed.stdout.decode().splitlines() if " " in line]
    paths = {id: path for id, path in named if not path.endswith(".lock")}
    asked = "\n".join(paths).encode()
    batch = subprocess.run([*git, "cat-file", "--batch"], input=asked, capture_output=True)
    rest = memoryview(batch.stdout)
    while rest:
        end = bytes(rest[:200]).index(b"\n")
        id, kind, size = bytes(rest[:end]).decode().split()
        content, rest = rest[end + 1 : end + 1 + int(size)], rest[end + 2 + int(size) :]
        try:
            if kind == "blob":
                yield paths[id], bytes(content).decode()
        except UnicodeDecodeError:
            continue


@pytest.mark.parametrize("look", [phones, secrets])
def test_nor_does_its_history(look: Callable[[str], list[str]]) -> None:
    found: dict[str, set[str]] = {}
    for path, text in history():
        if path != "tests/test_repo.py":
            found.setdefault(path, set()).update(look(text))
    assert "pyproject.toml" in found
    real = {p: {n for n in some if not ONCE_USED.fullmatch(digits(n))} for p, some in found.items()}
    assert {path: some for path, some in real.items() if some} == {}


NEVER_PACKED = re.compile(
    r"(^|/)(data|\.env|\.git|\.venv)(/|$)|\.(db|db-wal|db-shm|key|pem)$|secret-key"
)


def packed(path: Path) -> Iterator[tuple[str, bytes]]:
    """What is in a wheel or in a packed source."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            yield from ((name, wheel.read(name)) for name in wheel.namelist())
        return
    with tarfile.open(path) as source:
        for member in source.getmembers():
            if file := source.extractfile(member):
                yield member.name, file.read()


@pytest.mark.soak
def test_nor_do_the_packages(tmp_path: Path) -> None:
    """Built as they are for a release, beside a data folder and a secret that somebody left."""
    tree = tmp_path / "tree"
    names = ("bot", "store", "desk", "config", "tests", "docs", "tools")
    for name in names:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (
        *ROOT.glob("*.md"),
        ROOT / "LICENSE",
        ROOT / "pyproject.toml",
        ROOT / ".gitignore",
    ):
        shutil.copy(path, tree)
    for left in ("data/secret-key", "bot/data/ownpace.db", "config/.env", ".env"):
        (tree / left).parent.mkdir(exist_ok=True)
        (tree / left).write_text("12345678:" + "AbCdEfG" * 5)
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path / "out")]
    subprocess.run(command, cwd=tree, check=True, capture_output=True)
    built = sorted((tmp_path / "out").iterdir())
    assert len(built) == 2
    for package in built:
        files = dict(packed(package))
        assert any(name.endswith("bot/app.py") for name in files)
        assert [name for name in files if NEVER_PACKED.search(name)] == []
        for name, content in files.items():
            text = content.decode("utf-8", "replace")
            if not name.endswith("tests/test_repo.py"):
                assert (name, secrets(text), phones(text)) == (name, [], [])


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
