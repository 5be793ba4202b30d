"""What we ship is not older than the floors, and the locks agree with each other."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import aiohttp.http_parser
import pytest
from packaging.version import Version

from tools import licences

ROOT = Path(__file__).parent.parent
FLOORS = tomllib.loads((ROOT / "config/floors.toml").read_text("utf-8"))
LOCKS = {
    "run": licences.pins(ROOT / "requirements.lock"),
    "dev": licences.pins(ROOT / "requirements-dev.lock"),
    "ui": licences.pins(ROOT / "requirements-ui.lock"),
}
CASES = [
    (lock, package, entry["floor"])
    for lock, packages in FLOORS.items()
    for package, entry in packages.items()
]


@pytest.mark.parametrize(("lock", "package", "floor"), CASES)
def test_nothing_stands_below_its_floor(lock: str, package: str, floor: str) -> None:
    assert Version(version(package)) >= Version(floor), "installed: run `make dev`"
    assert Version(LOCKS[lock][package]) >= Version(floor), "locked: run `make lock`"


def test_the_locks_hold_one_another() -> None:
    assert len(LOCKS["run"]) > 20
    assert LOCKS["run"].items() < LOCKS["dev"].items() < LOCKS["ui"].items()


def test_each_dependency_that_we_name_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    named = {re.split(r"[\[<>=]", wish)[0] for wish in project["project"]["dependencies"]}
    groups = project["dependency-groups"]
    assert named <= LOCKS["run"].keys()
    assert {re.split("[>=]", wish)[0] for wish in groups["dev"]} <= LOCKS["dev"].keys()
    assert {re.split("[>=]", wish)[0] for wish in groups["ui"]} <= LOCKS["ui"].keys()


@pytest.mark.parametrize("lock", ["requirements", "requirements-dev", "requirements-ui"])
def test_a_lock_pins_by_hash_and_names_no_place(lock: str) -> None:
    text = (ROOT / f"{lock}.lock").read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"//|@ |--index|--extra|--find|\bfile:", text) == []


def test_the_parser_in_use_is_the_one_in_c() -> None:
    """The pure-Python one is slower, and was the one in CVE-2026-111750."""
    assert aiohttp.http_parser.HttpRequestParser.__module__ == "aiohttp._http_parser"


def test_the_page_of_licences_is_fresh() -> None:
    assert licences.PAGE.read_text("utf-8") == licences.page(), "run `make licences`"
