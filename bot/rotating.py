"""`ownpace keys rotate`: the new master key takes the place of the present one, while Ownpace runs.

Each process hears of the new key within seconds (`keep_up`); until then it seals under the one of
before, which is sealed anew in a last round.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.conversation.channel import Away
from bot.upkeep import PROBLEM, WRONG_USE, Failed
from store import keyring, rotation
from store.sealing import Keys
from store.session import Store, Unusable

PULSE = 2.0  # seconds between looks for a new present key
HEARD = 6.0  # seconds after which every process that runs has heard of it
NOTHING = (
    "OWNPACE_SECRET_KEY is the present key, and nothing is sealed under another one. To change it,"
    " give a new key there, and the present one as OWNPACE_SECRET_KEY_OLD."
)
Write = Callable[[Callable[[Connection], Any]], Any]
log = logging.getLogger("ownpace.rotation")


def rotate(keys: Keys, write: Write, heard: float = HEARD) -> Iterator[str]:
    """Do it, and tell of it; cut short, it goes on at the next call. `write` is one transaction.

    Raises `Failed`, `Unusable`.
    """
    try:
        new = write(partial(rotation.begin, keys=keys))
    except rotation.NoNewKey:
        raise Failed(NOTHING, WRONG_USE) from None
    except keyring.Refused as error:
        raise Unusable(f"{error}.") from None
    began = time.monotonic()
    yield f"Key {keys.number} is the present one." if new else f"Key {keys.number}: goes on."
    done = _round(keys, write)
    time.sleep(max(0.0, heard - (time.monotonic() - began)))
    # What was sealed meanwhile by processes that had not heard of it yet.
    done += _round(keys, write)
    yield "Sealed anew: " + (", ".join(f"{n} {c}" for n, c in done.items() if c) or "nothing")
    yield from _ended(keys, write)


def _round(keys: Keys, write: Write) -> Counter[str]:
    done: Counter[str] = Counter()
    for kind in rotation.KINDS:
        after = None
        while True:
            part = write(partial(rotation.batch, keys=keys, kind=kind, after=after))
            done[kind.name] += part.sealed
            after = part.last
            if after is None:
                break
    return done


def _ended(keys: Keys, write: Write) -> Iterator[str]:
    left = sum(write(partial(rotation.left, keys=keys)).values())
    if left:
        raise Failed(
            f"{left} rows do not open with any key that was given: the log names them. Give the"
            " key of before too, if one is missing, and run it again; else they are damaged.",
            PROBLEM,
        )
    write(rotation.end)
    yield "Nothing needs the keys of before any more. Take OWNPACE_SECRET_KEY_OLD away, and start"
    yield "every process again. Keep the old key as long as you keep backups from before today."


async def keep_up(store: Store, pulse: float = PULSE) -> None:
    """A job of each process: hear of a new present key."""
    while True:
        try:
            await store.learn_keys()
        except Away:
            pass  # it is told elsewhere
        except keyring.Refused as error:
            log.error("%s", error)
        await asyncio.sleep(pulse)
