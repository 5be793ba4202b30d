"""Everything that is measured, and what is asked of it."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot import running
from bot.bench import report, serving, single, steps
from bot.bench.cores import REAL, TRIVIAL
from bot.bench.people import Town, settle
from bot.bench.report import Figure
from bot.bench.rounds import in_turns
from bot.conversation.channel import Away
from bot.conversation.model import World
from store.engines import Unusable

AT_ONCE = (16, 128)
CORES = {"the real core": REAL, "a core that does nothing": TRIVIAL}
# The least that is asked: ratios, and microseconds a signature check.
DURABLE, SERVED, AGAINST_USUAL, SIGNATURE = 0.70, 0.30, 8.0, 10.0
SINGLE_ROUNDS = 40
# What durable steps are held against. Rows that are ready leave SQLite's own work and no decision,
# which no program that decides something can come near to: docs/decisions/0014.
STORED = {
    "by hand": ("raw grouped commits of the same steps", DURABLE),
    "rows": ("bare commits of their rows alone, without a step", None),
}
# What is held against what over HTTP. The last tells how far a request is from nothing at all: it
# counts the decision, too, which is not the store's.
OVER_HTTP = (
    ("the real core", "real", "memory", "the same app without a store", SERVED),
    ("a core that does nothing", "trivial", "nothing", "the same app without a store", SERVED),
    ("the real core", "real", "nothing", "an app that decides nothing and stores nothing", None),
)


def run(world: World, seconds: float, as_json: bool, say: Callable[[str], None]) -> int:
    """Measure and say what came of it; 0, or 1 where it could not be measured."""
    try:
        figures = asyncio.run(measure(world, seconds))
    except (Away, Unusable, serving.Refused, TimeoutError, OSError) as error:
        say(f"This could not be measured: {error or type(error).__name__}")
        return 1
    say(report.as_json(figures) if as_json else report.as_text(figures))
    return 0


async def measure(world: World, seconds: float) -> list[Figure]:
    """All figures, in about so many seconds; each part has one round at least, so a slow machine
    may take longer. Raises `serving.Refused`."""
    began = time.perf_counter()
    figures = await _single(began + 0.1 * seconds)
    with tempfile.TemporaryDirectory(prefix="ownpace-bench-") as folder:
        town = await settle(Path(folder) / "town", world)
        # As in serving: else a look through all that was imported falls into one round.
        running.settle_memory()
        figures = await _served(town, began + 0.6 * seconds) + figures
        return await _stored(town, began + seconds) + figures


async def _stored(town: Town, until: float) -> list[Figure]:
    figures = []
    runs = [(at_once, name) for at_once in AT_ONCE for name in CORES]
    for left, (at_once, name) in zip(range(len(runs), 0, -1), runs, strict=True):
        now = time.perf_counter()
        rates = await steps.compare(town, CORES[name], at_once, now + (until - now) / left)
        for way, (against, target) in STORED.items():
            what = f"Durable steps, {at_once} at once, {name}, against {against}"
            figures.append(report.ratio(what, rates["ours"], rates[way], target, "steps"))
    return figures


async def _served(town: Town, until: float) -> list[Figure]:
    rates = await serving.compare(town, until)
    figures = [
        report.ratio(
            f"{one}, over HTTP, 64 connections, against {what}",
            rates[way],
            rates[other],
            least,
            "requests",
        )
        for one, way, other, what, least in OVER_HTTP
    ]
    what = "a core that does nothing, over HTTP, against a commit a request by the ORM"
    usual = report.ratio(what, rates["trivial"], rates["usual"], AGAINST_USUAL, "requests")
    return [*figures, usual]


async def _single(until: float) -> list[Figure]:
    check = await in_turns(single.signature_checks(), SINGLE_ROUNDS, until)
    moves = await in_turns(single.moves(), SINGLE_ROUNDS, until)
    theirs, sum_ = (report.told(rates) for rates in (check["theirs"], moves["yardstick"]))
    yardstick = f"a sum of 1,000 numbers takes {sum_} here"
    return [
        report.micros("Signature check", check["ours"], SIGNATURE, f"Twilio's own takes {theirs}"),
        report.micros("A move of a conversation", moves["ours"], None, yardstick),
        report.micros("A move through the machine itself", moves["machine"], None, yardstick),
    ]
