"""The product as a process (`python -m bot serve`), with settings and a folder of its own.

async with Twilio() as twilio:
    house = House(tmp_path, twilio)
    await house.start()
    ...
    await house.kill()      # SIGKILL
    await house.start()     # the same data
    await house.stop()      # SIGTERM

It keeps to SQLite in its folder, or to the PostgreSQL database whose address it is given.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

from store import accounts
from tests.e2e.forked import Forked
from tests.e2e.records import SECRET, TO_SAY, Opened, Records
from tests.e2e.records import until as until
from tests.emulators.telegram import Telegram
from tests.emulators.twilio import Twilio

ROOT = Path(__file__).parents[2]
TELEGRAM_SECRET = "from-telegram"
WORKER = "First worker"
READY, ENDED = 30.0, 10.0  # seconds
# The service of tests/worlds.py, so that the transcripts of the specification hold here too.
SERVICE = """
[service]
name      = "Harbour Support, an invented charity"
text_name = "Harbour Support"
phone     = "07700 900 000"
hours     = "Mo-Fr 09:00-17:00"
nation    = "GB-ENG"
languages = ["en", "es"]
delete_hold_hours = 0
"""


class House(Records):
    """One process. Without `public` it is known by the address where it listens.

    `launcher` is the module that runs it, with its arguments, instead of `bot` itself. Where it is
    `forked` it is spared the time to import; else it starts as an operator starts it. Answers wait
    for `merge` seconds: not at all, where a test is not about that.
    """

    def __init__(
        self,
        folder: Path,
        twilio: Twilio | None = None,
        telegram: Telegram | None = None,
        *,
        polling: bool = False,
        public: str = "",
        url: str = "",
        launcher: Sequence[str] = (),
        forked: bool = True,
        merge: float = 0,
        mail: str = "",
    ) -> None:
        super().__init__(url or f"sqlite:///{folder / 'data' / 'ownpace.db'}")
        self.folder, self.port, self.launcher = folder, _free_port(), launcher
        self.local = f"http://127.0.0.1:{self.port}"
        self.public = public or self.local
        self._twilio, self._telegram, self._polling = twilio, telegram, polling
        self._out = folder / "output.txt"
        self._process: asyncio.subprocess.Process | Forked | None = None
        self._forked, self._merge, self._mail = forked, merge, mail
        (folder / "ownpace.toml").write_text(SERVICE, "utf-8")
        (folder / "temporary").mkdir(exist_ok=True)
        if twilio:
            twilio.reach(self.public, self.local)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.runs:
            await self.stop()

    async def start(self, ahead: timedelta = timedelta()) -> float:
        """Start it, its clock so far ahead of ours; returns the seconds until it was ready."""
        began, said = time.monotonic(), len(self.output())
        await self.launch(ahead)
        await until(self._is_ready, READY, self.output)
        seconds = time.monotonic() - began
        await until(lambda: "Desk" in self.output()[said:], READY, self.output)
        return seconds

    async def launch(self, ahead: timedelta = timedelta()) -> None:
        """Begin to start it."""
        later = ["tests.e2e.later", str(ahead.total_seconds())]
        command = [*self.launcher, *(later if ahead else ["bot"]), "serve"]
        if self._forked:
            self._process = Forked(command, self._environment(), self._out)
            return
        with self._out.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *command,
                cwd=ROOT,
                env=self._environment(),
                stdout=out,
                stderr=out,
            )

    async def stop(self) -> float:
        """End it as an operator does. It ends well, and within ten seconds; returns how many."""
        assert self._process
        began = time.monotonic()
        self._process.terminate()
        code = await self.ended(ENDED)
        assert code == 0, f"it ended with {code}:\n{self.output()}"
        return time.monotonic() - began

    def strike(self) -> None:
        """SIGKILL, at this very moment."""
        assert self._process
        self._process.kill()

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.strike()
        await self.ended(ENDED)

    def tell(self, number: int) -> None:
        """Send it this signal."""
        assert self._process
        assert self._process.pid
        os.kill(self._process.pid, number)

    async def ended(self, within: float) -> int:
        """The code that it ended with, as soon as it has; minus the signal that ended it."""
        process, self._process = self._process, None
        assert process
        try:
            async with asyncio.timeout(within):
                return await process.wait()
        except TimeoutError:
            process.kill()
            raise AssertionError(f"it did not end:\n{self.output()}") from None

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def output(self) -> str:
        """All that it has printed and logged."""
        return self._out.read_text("utf-8", "replace") if self._out.exists() else ""

    # --- The desk's door -----------------------------------------------------------------------

    def link(self) -> str:
        """The one-time link that it printed at its first start."""
        found = re.findall(r"\S+/desk/sign-in#\S+", self.output())
        assert found, f"no link to the desk:\n{self.output()}"
        return str(found[-1])

    def new_link(self, ahead: timedelta = timedelta()) -> str:
        """Another one, for a day to come. While it does not run."""
        at = datetime.now(UTC) + ahead
        with self.store() as store:
            worker = store.read_sync(lambda c: accounts.worker_named(c, WORKER))
            assert worker
            token = store.write_sync(lambda c: accounts.new_link(c, worker, at))
        return f"{self.public}/desk/sign-in#{token}"

    # --- Its data ------------------------------------------------------------------------------

    @property
    def database(self) -> Path:
        """The file of SQLite."""
        return Path(self.url.removeprefix("sqlite:///"))

    def store(self) -> Opened:
        """Its store, opened with its key. While it does not run."""
        assert not self._process, "the store has one writer: stop the house first"
        return self.open()

    async def quiet(self, within: float = 15.0) -> None:
        """Until everything that it wanted to say is on its way."""
        await until(lambda: self.count(TO_SAY) == 0, within, self.output)

    # --- Its surroundings ----------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder / "temporary"),
            "OWNPACE_DATA": str(self.folder / "data"),
            "OWNPACE_CONFIG": str(self.folder / "ownpace.toml"),
            "OWNPACE_SECRET_KEY": SECRET,
            "OWNPACE_PORT": str(self.port),
            "OWNPACE_MERGE_SECONDS": str(self._merge),
            "OWNPACE_PUBLIC_URL": self.public,
            "DATABASE_URL": self.url,
        }
        if self._mail:
            env |= {"OWNPACE_SMTP_URL": self._mail, "OWNPACE_MAIL_FROM": "desk@example.org"}
        if self._twilio:
            env["TWILIO_ACCOUNT_SID"] = self._twilio.account
            env["TWILIO_AUTH_TOKEN"] = self._twilio.token
            env["TWILIO_FROM"] = self._twilio.sender
            env["TWILIO_API_BASE"] = self._twilio.base_url
        if self._telegram:
            env["TELEGRAM_BOT_TOKEN"] = self._telegram.token
            env["TELEGRAM_API_BASE"] = self._telegram.base
            env["TELEGRAM_WEBHOOK_SECRET"] = TELEGRAM_SECRET
            env["TELEGRAM_MODE"] = "polling" if self._polling else "webhook"
        return env

    async def _is_ready(self) -> bool:
        assert self._process
        assert self._process.returncode is None, f"it did not start:\n{self.output()}"
        try:
            async with aiohttp.request("GET", f"{self.local}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
