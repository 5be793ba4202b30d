"""Small numbers are hidden: of few people, a count may say who."""

from __future__ import annotations

FEWEST = 5


def rounded(count: int) -> int:
    """What may be shown: 0 for fewer than `FEWEST` (none as well), or the count rounded down to a
    multiple of it. So no difference of two shown counts tells the exact number of anything."""
    return count - count % FEWEST
