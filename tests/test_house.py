"""Who may import whom, and what the core must never do: docs/design.md, as a test."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("bot", "store", "desk", "config")
CORE = "bot.conversation"
# What the core and the edges say to each other.
VOCABULARY = (f"{CORE}.model", f"{CORE}.effects", f"{CORE}.channel")
WIRING = (
    "bot.app",
    "bot.furnishing",
    "bot.house",
    "bot.wiring_channels",
    "bot.serving",
    "bot.commands",
    "bot.__main__",
)

# A module follows the longest name that it starts with. Each line: what it may import of ours.
MAY_IMPORT = {
    "bot.conversation": (CORE,),
    "bot.channels": ("bot.channels", *VOCABULARY),
    "bot.check": ("bot.check", CORE),
    "bot.cues": ("bot.cues", "bot.weights", CORE),
    "bot.guessing": ("bot.guessing", "bot.weights", CORE),
    "store": ("store", *VOCABULARY),
    "desk": (
        "desk",
        "store",
        "config",
        *VOCABULARY,
        *(
            f"{CORE}.{name}"
            for name in "flow i18n phrases render segments service tries wording".split()
        ),
    ),
    "config": ("config", CORE),
    "bot": ("bot", "store"),
    # What operators' commands do: they have settings in one hand and the database in the other.
    "bot.upkeep": OURS,
    "bot.doctor": OURS,
    "bot.accounts": OURS,
    "bot.taking_out": OURS,
    "bot.copying": OURS,
    "bot.evidence": OURS,
    "bot.giving_copies": OURS,
    "bot.copy_pages": OURS,
    "bot.erasing": OURS,
    "bot.serving": OURS,
    "bot.plans": OURS,
    "bot.app": OURS,
    "bot.furnishing": OURS,
    "bot.wiring_channels": OURS,
    "bot.commands": OURS,
    "bot.__main__": OURS,
}
# Clock, chance, files, network and logs: all of them reach the core as arguments, or not at all.
NOT_IN_THE_CORE = re.compile(
    r"(aiohttp|asyncio|importlib|logging|os|pathlib|random|secrets|shutil|socket|sqlalchemy|sqlite3"
    r"|subprocess|telegram|tempfile|threading|time|twilio|uuid|uuid_utils)(\..*)?"
)
NOT_CALLED_IN_THE_CORE = re.compile(
    r"open|print|input|now|utcnow|today|(read|write)_(text|bytes)|__import__|eval|exec"
)


def under(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def modules() -> dict[str, ast.Module]:
    """Every module of ours by its dotted name; a package goes by the name of its folder."""
    paths = [path for top in OURS for path in (ROOT / top).rglob("*.py")]
    names = [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in paths]
    return {
        name.removesuffix(".__init__"): ast.parse(path.read_text("utf-8"))
        for name, path in zip(names, paths, strict=True)
    }


MODULES = modules()


def imports(tree: ast.Module) -> Iterator[str]:
    """What a module imports, wherever in it the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield full if full in MODULES else base


def broken_imports(name: str, tree: ast.Module) -> list[str]:
    rule = max((r for r in MAY_IMPORT if under(name, r)), key=len)
    ours = [i for i in imports(tree) if i.startswith(".") or i.split(".")[0] in OURS]
    return [
        f"{name} imports {i}"
        for i in sorted(set(ours))
        if not any(under(i, allowed) for allowed in MAY_IMPORT[rule])
        or (i in WIRING and not any(under(name, wired) for wired in WIRING))
    ]


def impurities(name: str, tree: ast.Module) -> list[str]:
    found = [f"{name} imports {i}" for i in imports(tree) if NOT_IN_THE_CORE.fullmatch(i)]
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = [getattr(c, "attr", getattr(c, "id", "")) for c in calls]
    return found + [f"{name} calls {c}()" for c in called if NOT_CALLED_IN_THE_CORE.fullmatch(c)]


def test_the_walk_sees_the_house() -> None:
    assert {"bot", "bot.conversation.model", "bot.channels", "store.tables", "desk"} <= set(MODULES)
    assert len(MODULES) >= 10


def test_modules_import_only_what_they_may() -> None:
    assert [broken for name in MODULES for broken in broken_imports(name, MODULES[name])] == []


def test_the_core_touches_nothing_outside_itself() -> None:
    learnt = [n for n in MODULES if under(n, "bot.cues") or under(n, "bot.guessing")]
    pure = {n: MODULES[n] for n in learnt if not n.endswith(".shipped")}
    core = {name: tree for name, tree in MODULES.items() if under(name, CORE)} | pure
    assert [found for name, tree in core.items() for found in impurities(name, tree)] == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("bot.conversation.engine", "import store.tables"),
        ("bot.conversation.engine", "from bot import channels"),
        ("bot.channels.sms", "def f():\n    from bot.conversation import service"),
        ("store.messages", "from .tables import message"),
        ("desk.app", "from bot.channels import sms"),
        ("bot.inbound", "import bot.app"),
        ("bot.inbound", "from config import settings"),
    ],
)
def test_a_forbidden_import_is_seen(name: str, source: str) -> None:
    assert broken_imports(name, ast.parse(source)) != []


@pytest.mark.parametrize(
    "source",
    [
        "import logging",
        "from random import choice",
        "datetime.now(UTC)",
        "open('x')",
        "p.read_text()",
    ],
)
def test_an_impure_core_is_seen(source: str) -> None:
    assert impurities("bot.conversation.engine", ast.parse(source)) != []
