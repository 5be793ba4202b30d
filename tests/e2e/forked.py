"""A process of the product without the second and a half that Python takes to import it.

The tests that kill it at every point start it a hundred times. Python's own fork server imports
the product once; each start is a fork of that, with an environment and output of its own.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["__main__", "bot.app", "psycopg", "time_machine"])
TINY = 0.005  # seconds


class Forked:
    """As `asyncio.subprocess.Process`, as far as the tests go. `command` follows `python -m`."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], out: Path) -> None:
        given = (tuple(command), dict(env), str(out))
        # What a test that failed leaves running ends with the tests, which would wait for it.
        self._process = FORKING.Process(target=_run, args=given, daemon=True)
        self._process.start()
        self.kill, self.terminate = self._process.kill, self._process.terminate

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    async def wait(self) -> int:
        while self._process.exitcode is None:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(TINY)
        return self._process.exitcode


def _run(command: Sequence[str], env: Mapping[str, str], out: str) -> None:
    os.environ.clear()
    os.environ.update(env)
    file = os.open(out, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(file, stream.fileno())
    sys.argv = ["-m", *command[1:]]
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
