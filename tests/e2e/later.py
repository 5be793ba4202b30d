"""The product on a day to come: `python -m tests.e2e.later SECONDS serve`."""

from __future__ import annotations

import runpy
import sys
import time

import time_machine

if __name__ == "__main__":
    ahead = float(sys.argv.pop(1))
    time_machine.travel(time.time() + ahead, tick=True).start()
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
