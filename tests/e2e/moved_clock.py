"""A clock that several processes read and the test puts forward, and the product that goes by it:
`python -m tests.e2e.moved_clock FILE PLACE SECONDS bot serve`. PLACE is its own number in the file,
where it says how far it has come.

What the product looks for every few seconds it looks for many times a second, so that an hour of
its time passes in an instant of ours. What was cut short is looked into after SECONDS of its time.
"""

from __future__ import annotations

import mmap
import runpy
import struct
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from bot import backing_off, housekeeping, nudged, nudging, queueing

AHEAD = struct.Struct("d")  # seconds that the clock is ahead of ours; the first of the file
PLACES = 8
OFTEN = 0.05  # seconds between the looks of everything that looks for work
TINY = 0.002
_sleep, _real = time.sleep, time.time


class MovedClock:
    """Ours, put forward. It goes on between two moves."""

    def __init__(self, file: Path, start: datetime | None = None) -> None:
        if start:
            first = AHEAD.pack(start.timestamp() - _real())
            file.write_bytes(first.ljust(AHEAD.size * PLACES, b"\0"))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), AHEAD.size * PLACES)

    @property
    def ahead(self) -> float:
        return self.come(0)

    def come(self, place: int) -> float:
        """How far the process of this place has come."""
        return float(AHEAD.unpack_from(self._shared, place * AHEAD.size)[0])

    def note(self, place: int, ahead: float) -> None:
        """The process of this place has come so far."""
        AHEAD.pack_into(self._shared, place * AHEAD.size, ahead)

    def now(self) -> datetime:
        return datetime.fromtimestamp(_real() + self.ahead, UTC)

    def move_to(self, moment: datetime) -> None:
        """Put it forward to this moment; never back."""
        by = (moment - self.now()) / timedelta(seconds=1)
        self.note(0, self.ahead + max(by, 0.0))


def go_by(clock: MovedClock, place: int) -> None:
    """From now on this process knows no other time."""
    here = time_machine.travel(_real() + clock.ahead, tick=True).start()
    ours = time_machine.escape_hatch.time.time

    def follow(known: float) -> None:
        while True:
            if (ahead := clock.ahead) != known:
                here.shift(timedelta(seconds=ours() + ahead - time.time()))
                clock.note(place, ahead)
                known = ahead
            _sleep(TINY)

    threading.Thread(target=follow, args=(0.0,), daemon=True).start()


def hurry(lease: float) -> None:
    """Look for work all the time; look into what was cut short after this many seconds."""
    housekeeper = housekeeping.Housekeeper.__init__
    housekeeper.__kwdefaults__ = {**(housekeeper.__kwdefaults__ or {}), "pulse": OFTEN}
    nudging.Nudging.__init__.__defaults__ = (OFTEN,)
    nudged.PULSE = queueing.LOOK = OFTEN
    housekeeping.CLEARING = 10 * OFTEN
    backing_off.FIRST_WAIT = lease
    queueing.ELSEWHERE = 4 * lease  # on a slow machine a call may take longer than the first


if __name__ == "__main__":
    go_by(MovedClock(Path(sys.argv.pop(1))), int(sys.argv.pop(1)))
    hurry(float(sys.argv.pop(1)))
    runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
