"""A process of the product without the second that Python takes to import it.

The tests start it some hundred times. Python's own fork server imports the product once; each
start is a fork of that, with an environment and output of its own.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

from tests import listening

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["__main__", "tests.e2e.ready_made"])
TINY = 0.005  # seconds


class Forked:
    """As `asyncio.subprocess.Process`, as far as the tests go. `command` follows `python -m`."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], out: Path, err: Path | None = None
    ) -> None:
        heard = {name: os.environ[name] for name in (listening.FILE,) if name in os.environ}
        listening.outputs += [out, err or out]
        given = (tuple(command), {**env, **heard}, str(out), str(err or out))
        # What a test that failed leaves running ends with the tests, which would wait for it.
        self._process = FORKING.Process(target=_run, args=given, daemon=True)
        self._process.start()
        self.kill, self.terminate = self._process.kill, self._process.terminate
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    async def wait(self) -> int:
        while self._process.exitcode is None:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(TINY)
        return self._process.exitcode

    def join(self, within: float) -> int | None:
        """As `wait`, without a loop; None where it did not end within these seconds."""
        self._process.join(within)
        return self._process.exitcode


def run(command: Sequence[str], env: Mapping[str, str]) -> CompletedProcess[str]:
    """As `subprocess.run`: a command to its end, with nothing to read. `command` as in `Forked`."""
    with TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        code = Forked(command, env, out, err).join(within=60)
        assert code is not None, "it did not end"
        return CompletedProcess(command, code, out.read_text("utf-8"), err.read_text("utf-8"))


def _run(command: Sequence[str], env: Mapping[str, str], out: str, err: str) -> None:
    os.environ.clear()
    os.environ.update(env)
    for stream, path in ((sys.stdout, out), (sys.stderr, err)):
        stream.flush()
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), stream.fileno())
    if heard := env.get(listening.FILE):
        listening.listen_in_a_process(heard)
    sys.argv = ["-m", *command[1:]]
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
