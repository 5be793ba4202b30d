"""Durable steps in this process, against raw grouped commits: of the same steps, of their rows."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

from bot.bench.by_hand import by_hand
from bot.bench.cores import Core
from bot.bench.people import FILE, Talk, Town, converse, talks
from bot.bench.rounds import Rates, Round, in_turns
from bot.bench.rows import Group, Notes, bare, noting, write_again


async def compare(town: Town, core: Core, at_once: int, until: float) -> Mapping[str, Rates]:
    """Steps a second: `ours` through the inbox, `by hand` the same steps on the bare driver,
    `rows` those that ours wrote, ready beforehand and written barely."""
    rounds = talks(at_once)
    with ExitStack() as stack:
        contestants = {
            "ours": _through_the_inbox(stack, town, core, rounds),
            "by hand": _by_hand(stack, town, core, rounds),
            "rows": _barely(stack, town, core, rounds),
        }
        return await in_turns(contestants, len(rounds), until)


def _through_the_inbox(stack: ExitStack, town: Town, core: Core, rounds: list[Talk]) -> Round:
    place = stack.enter_context(town.place(_folder(town)))
    inbox, waiting = place.inbox(core), iter(rounds)

    async def one_round() -> tuple[int, float]:
        talk = next(waiting)
        began = time.perf_counter()
        await converse(place, inbox, talk)
        return len(talk), time.perf_counter() - began

    return one_round


def _barely(stack: ExitStack, town: Town, core: Core, rounds: list[Talk]) -> Round:
    """The rows of a round are noted on one copy, which is not measured, and written on another."""
    notes, waiting = Notes(), iter(rounds)
    with noting(notes):
        place = stack.enter_context(town.place(_folder(town)))
    inbox = place.inbox(core)
    connection = stack.enter_context(closing(bare(_folder(town) / FILE)))
    thread = stack.enter_context(ThreadPoolExecutor(1))

    async def one_round() -> tuple[int, float]:
        talk = next(waiting)
        notes.groups.clear()
        await converse(place, inbox, talk)
        loop = asyncio.get_running_loop()
        return len(talk), await loop.run_in_executor(thread, _timed, connection, notes.groups)

    return one_round


def _by_hand(stack: ExitStack, town: Town, core: Core, rounds: list[Talk]) -> Round:
    place = stack.enter_context(town.place(_folder(town)))
    file, waiting = _folder(town) / FILE, iter(rounds)
    way = stack.enter_context(by_hand(file, town.keys, town.world, core))

    async def one_round() -> tuple[int, float]:
        talk = next(waiting)
        began = time.perf_counter()
        for words in talk.words:
            await way.receive([place.wrote(address, words) for address in talk.people])
        return len(talk), time.perf_counter() - began

    return one_round


def _timed(connection: sqlite3.Connection, groups: list[Group]) -> float:
    began = time.perf_counter()
    write_again(connection, groups)
    return time.perf_counter() - began


def _folder(town: Town) -> Path:
    return town.copy(f"steps-{time.monotonic_ns()}")
