"""What time it is. A practice service has a clock of its own, which can be put forward."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta


class Clock:
    """The real time, plus what a practice service's clock was put forward by."""

    def __init__(self, ahead: Mapping[str, timedelta] | None = None) -> None:
        self._ahead = dict(ahead or {})

    def now(self, service: str = "") -> datetime:
        """The time in this service, in UTC; without a service the real one."""
        return datetime.now(UTC) + self._ahead.get(service, timedelta())

    def put_forward(self, service: str, delta: timedelta) -> timedelta:
        """Put a practice service's clock forward; returns how far it is ahead now."""
        if delta < timedelta():
            raise ValueError("a clock is only put forward")
        self._ahead[service] = self._ahead.get(service, timedelta()) + delta
        return self._ahead[service]
