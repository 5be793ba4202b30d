"""`ownpace user add`: an account at the desk, made from the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection

from bot import way_in
from bot.upkeep import Failed
from desk import passwords
from store import accounts

LONGEST_NAME = 120
WRONG_USE, A_PROBLEM = 2, 1


def add(
    name: str,
    role: str,
    password: str | None,
    write: Callable[[Callable[[Connection], str]], str],
    address: Callable[[], str],
) -> Iterator[str]:
    """Make it, and say how its owner comes in: `write` runs what it is given in the database,
    `address` tells where the desk is. Raises `Failed` with what is wrong."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Failed(f"Give a name of up to {LONGEST_NAME} letters.", WRONG_USE)
    if password is not None and passwords.too_weak(password, name):
        told = f"Take a password of {passwords.SHORTEST} characters or more that is hard to guess."
        raise Failed(told, WRONG_USE)
    hashed = asyncio.run(passwords.hashed(password)) if password is not None else ""

    def made(connection: Connection) -> str:
        now = datetime.now(UTC)
        id = accounts.add_worker(connection, name, role, now)
        if hashed:
            accounts.set_password(connection, id, hashed)
        return "" if hashed else accounts.new_link(connection, id, now)

    try:
        token = write(made)
    except ValueError as error:
        raise Failed(f"{str(error)[:1].upper()}{str(error)[1:]}.", A_PROBLEM) from None
    yield f"{name} can sign in as {role}."
    if token:
        yield way_in.address(address(), token)
        yield "The link works once, within 30 minutes."
