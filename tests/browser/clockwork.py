"""The product with a clock that goes on by ten minutes at SIGUSR1, so that something falls due
while a page is open: `python -m tests.browser.clockwork MODULE ...`."""

from __future__ import annotations

import runpy
import signal
import sys
import time

import time_machine

STEP = 600  # seconds


def goes_on(*_: object) -> None:
    time_machine.travel(time.time() + STEP, tick=True).start()


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, goes_on)
    runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
