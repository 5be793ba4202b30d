"""How long to wait before the next try of something that failed."""

from __future__ import annotations

import zlib

FIRST_WAIT, LAST_WAIT, LONGEST_WAIT = 5.0, 240.0, 300.0  # seconds, see `wait`


def wait(what: str, attempt: int) -> float:
    """Seconds before the next try: doubled each time, plus up to a quarter. That jitter comes from
    what is tried (its id), so that rows spread and tests repeat. `attempt` counts from 1."""
    seconds = min(FIRST_WAIT * 2.0 ** min(attempt - 1, 10), LAST_WAIT)
    share: float = zlib.crc32(f"{what}{attempt}".encode()) / 2**32
    return seconds * (1 + share * (LONGEST_WAIT / LAST_WAIT - 1))
