"""A simulated month: people who write, fall silent and come back, workers who read in time, late or
never, and kill -9. What the providers and the database know afterwards keeps what was promised."""

from __future__ import annotations

import os
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.databases import Kind, minded
from tests.e2e import month_checks, month_records
from tests.e2e.month_building import town
from tests.e2e.month_checks import UNASKED, Month
from tests.e2e.month_town import Town

SEED = int(os.environ.get("OWNPACE_TEST_SEED", "1"))
# People, blows, and how far the clock leaps past what is due.
SMALL = (16, 3, timedelta(minutes=30))
WHOLE = (int(os.environ.get("OWNPACE_TEST_PEOPLE", "1000")), 10, timedelta(minutes=30))


async def test_a_small_town(tmp_path: Path, kind: Kind, url: str) -> None:
    await _lived(tmp_path, kind, url, *SMALL)


@pytest.mark.soak
@pytest.mark.timeout(7200)
async def test_a_thousand_people(tmp_path: Path, kind: Kind, url: str) -> None:
    minded(url)
    await _lived(tmp_path, kind, url, *WHOLE)


async def _lived(
    folder: Path, kind: Kind, url: str, people: int, blows: int, grain: timedelta
) -> None:
    began = time.monotonic()
    async with town(folder, kind, url, SEED, grain) as made:
        made.fill(people)
        await made.live(blows)
    made.house.sound()
    month = Month(made)
    broken = {
        check.__name__: list(check(month))
        for check in (*month_checks.CHECKS, *month_records.CHECKS)
    }
    print(f"{kind}: {_figures(made, time.monotonic() - began)}")
    lines = [f"{check}: {line}" for check, found in broken.items() for line in found]
    assert not lines, "\n".join(lines)


def _figures(made: Town, seconds: float) -> str:
    """What happened, for whoever reads the output."""
    people, figures = made.people, made.figures
    by_kind = made.house.look("SELECT kind, count(*) FROM promise GROUP BY kind ORDER BY kind")
    told = Counter(
        name
        for sent in (*made.twilio.took, *made.telegram.took)
        for name, words in UNASKED.items()
        if words in sent.body
    )
    return (
        f"{len(people)} people, {sum(len(one.said) for one in people)} texts of theirs,"
        f" {len(made.twilio.took)} SMS and {len(made.telegram.took)} by Telegram of ours,"
        f" {len(made.mail.mails)} mails to workers, who opened {made.team.read};"
        f" promises {by_kind}; unasked {dict(told)};"
        f" {figures.steps} steps, the slowest {figures.slowest:.0f} s,"
        f" {figures.blows} blows, {figures.outages} of them outages,"
        f" {figures.on_their_way.total()} messages on their way at a blow,"
        f" {sum(one.left_hanging for one in people)} sittings without an answer;"
        f" {seconds:.0f} s"
    )
