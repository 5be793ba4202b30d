"""Bodies that are too large: refused at once, in little memory, and nothing is stored."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest

from bot.channels import sms, telegram_arrivals
from tests.abuse.asking import ask, raw
from tests.e2e.house import TELEGRAM_SECRET, House
from tests.emulators.telegram import Telegram
from tests.emulators.twilio import Twilio

MEGABYTE = 1024 * 1024
FORM = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": "AAAA"}
JSON = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}
DESK = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
PLACES = {
    "/channels/sms": (FORM, sms.LIMIT),
    "/channels/sms/status": (FORM, sms.LIMIT),
    "/channels/telegram": (JSON, telegram_arrivals.LIMIT),
    "/desk/sign-in": (DESK, 64 * 1024),
}
BOMB = gzip.compress(b"\0" * 50 * MEGABYTE)
TABLES = ("message", "conversation", "contact", "person", "outgoing", "seen", "parked")


def shapes(limit: int) -> dict[str, tuple[bytes, dict[str, str]]]:
    """The same thing said in several ways: a body and what the head says of it."""
    return {
        "one byte too many": (b"a" * (limit + 1), {}),
        "a megabyte": (b"a" * MEGABYTE, {}),
        "a megabyte in chunks": (b"a" * MEGABYTE, {"Transfer-Encoding": "chunked"}),
        "a bomb": (BOMB, {"Content-Encoding": "gzip"}),
        "a bomb in chunks": (BOMB, {"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}),
        "a claim": (b"", {"Content-Length": str(10**12)}),
    }


def rows(house: House) -> dict[str, int]:
    return {table: house.count(f"FROM {table}") for table in TABLES}


def process(house: House) -> Path:
    assert house._process
    return Path("/proc", str(house._process.pid))


def most_memory(house: House) -> int:
    """The most memory that it has had since `forget_memory`, in bytes."""
    lines = (process(house) / "status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def forget_memory(house: House) -> None:
    (process(house) / "clear_refs").write_text("5")  # man 5 proc: resets the peak


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="reads memory from /proc")
async def test_what_is_too_large_is_refused_at_once(tmp_path: Path) -> None:
    async with Twilio() as twilio, Telegram() as telegram, House(tmp_path, twilio, telegram) as it:
        for _ in range(20):  # what is made at the first requests is there
            for path, (headers, _limit) in PLACES.items():
                for size in (4096, MEGABYTE):
                    await ask(it.port, raw(path, b"a" * size, headers))
        before = rows(it)
        slowest, grown = 0.0, 0
        for path, (headers, limit) in PLACES.items():
            for name, (body, more) in shapes(limit).items():
                forget_memory(it)  # each by itself: what the house does meanwhile does not add up
                memory = most_memory(it)
                answers = [await ask(it.port, raw(path, body, headers | more)) for _ in range(3)]
                # A page unpacks nothing: to the desk a bomb is 50 kB of a form without sense.
                right = {400} if path.startswith("/desk") and "bomb" in name else {413}
                assert {answer.status for answer in answers} == right, (path, name)
                # The best of three: this machine may have other work.
                quickest = min(answer.seconds for answer in answers)
                assert quickest < 0.2, (path, name)
                slowest = max(slowest, quickest)
                grown = max(grown, most_memory(it) - memory)
        assert rows(it) == before
    print(
        f"refused after {slowest * 1000:.0f} ms at most; memory grew by {grown / MEGABYTE:.1f} MB"
    )
    assert grown < 5 * MEGABYTE


async def test_what_is_just_small_enough_is_read(tmp_path: Path) -> None:
    """So that the limit is where it is said to be."""
    async with Twilio() as twilio, Telegram() as telegram, House(tmp_path, twilio, telegram) as it:
        form = b"Body=" + b"a" * (sms.LIMIT - 5)
        assert (await ask(it.port, raw("/channels/sms", form, FORM))).status == 403
        words = b'"' + b"a" * (telegram_arrivals.LIMIT - 2) + b'"'
        assert (await ask(it.port, raw("/channels/telegram", words, JSON))).status == 200
        assert rows(it)["parked"] == 1


PACKED = [
    (gzip.compress(b"Body=hi"), "gzip", 403),
    (zlib.compress(b"Body=hi"), "deflate", 403),
    (gzip.compress(b"Body=hi")[:-9], "gzip", 400),
    (b"Body=hi", "gzip", 400),
    (b"Body=hi", "br", 400),
    (b"", "gzip", 403),
]


async def test_packed_bodies_are_unpacked_or_refused(tmp_path: Path) -> None:
    async with Twilio() as twilio, House(tmp_path, twilio) as it:
        for body, encoding, status in PACKED:
            said = raw("/channels/sms", body, FORM | {"Content-Encoding": encoding})
            assert (await ask(it.port, said)).status == status, (body, encoding)
