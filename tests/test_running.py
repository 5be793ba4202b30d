"""One process as it runs: what is looked after once it is up."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Iterator

import pytest
from aiohttp import web

from bot import running


@pytest.fixture
def starting() -> Iterator[None]:
    """As a command that serves begins: with nobody who looks for garbage."""
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.mark.usefixtures("starting")
async def test_once_it_is_up_garbage_is_looked_for_but_not_in_what_stays() -> None:
    async def up() -> None:
        assert not gc.isenabled()
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGTERM)

    sock = socket.create_server(("127.0.0.1", 0))
    await running.run(web.Application(), sock, {}, up)
    assert gc.isenabled()
    assert gc.get_freeze_count() > 1000
