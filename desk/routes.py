"""A page of the desk: where it is, who may open it, and whether opening it uses the session."""

from __future__ import annotations

from typing import NamedTuple

from aiohttp.typedefs import Handler

ANYONE, SIGNED_IN = "anyone", "signed in"
KEY = "{key:[0-9A-Za-z-]{1,40}}"  # the reference of a hand-over, or an id
ONE_TIME = "{token:[0-9A-Za-z_-]{20,60}}"  # of a link that works once


class Page(NamedTuple):
    """`permission` is one of `desk.roles.MAY`, `ANYONE` or `SIGNED_IN`. A `quiet` page refreshes
    itself, which is no use of the session; a `long` one takes fields of many words. A field that
    comes twice is refused, but for those that are named in `several`."""

    method: str
    path: str
    permission: str
    handler: Handler
    quiet: bool = False
    long: bool = False
    several: tuple[str, ...] = ()
