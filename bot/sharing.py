"""Several processes on one PostgreSQL: which jobs are whose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

from bot.running import Job
from store.session import Store

Only = Literal["", "web", "sender"]
# One process at a time.
ALONE = (
    "housekeeping",
    "nudging",
    "telegram polling",
    "sms forgetting",
    "web hook",
    "telegram clearing",
    "sms clearing",
)
SENDING = ("sender", *ALONE)  # what `--only sender` does, and `--only web` leaves to it


def shared_out(
    jobs: Mapping[str, Job], store: Store, wake: Callable[[], None], only: Only
) -> dict[str, Job]:
    """The jobs of this process. `wake` wakes its sender when another process queues words.

    On SQLite there is one process, and it does them all.
    """
    if not store.shared:
        return dict(jobs)
    mine = {
        name: partial(store.alone, name, job) if name in ALONE else job
        for name, job in jobs.items()
        if not only or (name in SENDING) == (only == "sender")
    }
    return {**mine, "bell": partial(store.listen, wake)}
