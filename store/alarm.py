"""Something sealed did not open: tampering, a key that is missing, a damaged page.

It is logged by its place (`message.text:<id>`), counted for `/metrics`, and then raised by whoever
tried. The doctor looks for the same in the database itself.
"""

from __future__ import annotations

import logging
from itertools import count

log = logging.getLogger("ownpace.sealing")
_numbers = count(1)
_latest = 0


def unreadable(place: str) -> None:
    """What is sealed for this place does not open."""
    global _latest
    _latest = next(_numbers)
    log.error("sealed and can't be opened: %s", place)


def total() -> int:
    """How often that happened in this process."""
    return _latest
