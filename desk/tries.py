"""Wrong tries at the door, counted for an hour: of each address, and of all of them together.

In memory: a fresh start begins at nothing. Links hold 256 random bits, so this does not keep them
from being guessed, it keeps whoever tries from making work. That is why a link that fits opens
whatever was tried before: nobody can shut the door from outside for those who work here.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
MOST_OF_ONE, MOST_OF_ALL = 20, 200


@dataclass(slots=True)
class Tries:
    """The wrong tries of the last hour, the oldest first; never more than `MOST_OF_ALL`."""

    _made: deque[tuple[datetime, str]] = field(default_factory=deque, repr=False)

    def wrong(self, address: str, now: datetime) -> int:
        """Count a wrong try; seconds to wait where there were too many already, else 0."""
        while self._made and self._made[0][0] <= now - HOUR:
            self._made.popleft()
        own = [at for at, who in self._made if who == address]
        if len(own) < MOST_OF_ONE and len(self._made) < MOST_OF_ALL:
            self._made.append((now, address))
            return 0
        first = own[0] if len(own) >= MOST_OF_ONE else self._made[0][0]
        return max(1, int((first + HOUR - now).total_seconds()))
