"""Running it: one socket, one lock, tasks that are started again, an end within ten seconds."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import gc
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path

from aiohttp import web

from bot import deadlines, metrics
from bot.trouble import where

END_SECONDS = 9.0
HANDLER_SECONDS = 2.0  # that long, requests under way have to end
AGAIN_SECONDS = 2.0
LOCK = "running.lock"  # in the data folder; in it stands where its holder listens
_NO_SUCH_HOST = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, socket.EAI_NONAME, socket.EAI_AGAIN}
log = logging.getLogger("ownpace.run")

Job = Callable[[], Awaitable[None]]


class Down(Exception):
    """Something that we need can't be had now; a plain sentence."""


class Taken(Down):
    """Another process runs on this data folder."""


def listen(host: str, port: int) -> socket.socket:
    """The socket to serve on. Raises `Down`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise Down(_not_to_be_had(host, port, error)) from None


def _not_to_be_had(host: str, port: int, error: OSError) -> str:
    code = error.errno or 0
    if code in _NO_SUCH_HOST:
        do = "write 127.0.0.1 for this machine only, or 0.0.0.0 for all of its addresses."
        return f"OWNPACE_HOST: {host} is no address of this machine; {do}"
    if code == errno.EACCES:
        return f"OWNPACE_PORT: this user may not listen on {port}; give one above 1023."
    what = "in use" if code == errno.EADDRINUSE else f"not to be had ({os.strerror(code)})"
    return f"OWNPACE_PORT: {port} is {what} on {host}; set another one, or end what uses it."


def local_url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.contextmanager
def alone(folder: Path, shared: bool = False) -> Iterator[None]:
    """Hold the data folder: two processes on one SQLite would send everything twice. On a `shared`
    database several may run, and only what must be alone is kept out. Raises `Taken`."""
    file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise Taken(
            f"Ownpace is running on the folder {folder} already."
            " End it first, or set OWNPACE_DATA to another folder."
        ) from None
    try:
        if not shared:
            os.ftruncate(file, 0)  # what its last holder noted
        yield
    finally:
        os.close(file)


def note_address(folder: Path, url: str) -> None:
    """Let other commands know where we listen; for whoever holds the folder."""
    (folder / LOCK).write_text(url)


def noted_address(folder: Path) -> str | None:
    """Where the process that runs on this folder listens; None where there is none."""
    try:
        with alone(folder):
            return None
    except Taken:
        return (folder / LOCK).read_text() or None


async def run(app: web.Application, sock: socket.socket, jobs: Mapping[str, Job], up: Job) -> None:
    """Serve `app` and do the jobs until SIGTERM or SIGINT; `up` is called once it is up."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    runner = web.AppRunner(
        app, access_log=None, shutdown_timeout=HANDLER_SECONDS, **deadlines.OPTIONS
    )
    await runner.setup()
    tasks: list[asyncio.Task[None]] = []
    door = await deadlines.serve(runner, sock, metrics.cut)
    try:
        tasks += [asyncio.create_task(_keep_at(name, job), name=name) for name, job in jobs.items()]
        await up()
        settle_memory()
        await stop.wait()
    finally:
        door.close()  # first nothing new comes in
        await _end(runner, tasks)


def settle_memory() -> None:
    """What was made until now stays: no look for garbage goes through it."""
    gc.freeze()
    gc.enable()


async def _keep_at(name: str, job: Job) -> None:
    """A job that goes on for ever, or ends by itself; one that breaks is started again."""
    while True:
        try:
            return await job()
        except Exception as error:
            log.error("%s broke and is started again: %s", name, where(error))
            await asyncio.sleep(AGAIN_SECONDS)


async def _end(runner: web.AppRunner, tasks: Sequence[asyncio.Task[None]]) -> None:
    try:
        async with asyncio.timeout(END_SECONDS):
            # What was begun ends, also the requests that are under way.
            await runner.cleanup()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    except TimeoutError:
        log.warning("not everything ended in time; it goes on at the next start")
