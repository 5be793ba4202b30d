"""PostgreSQL keeps what was deleted in its pages until it tidies up, and bytes of it in their free
space after that. After an erasing it tidies up at once, and the table of people's keys is written
anew: then no copy of its files holds a key that would open what was erased.

Its log (WAL), and whatever archives that, go on holding sealed bytes until they are recycled.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from sqlalchemy import Connection, create_engine, func, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from store import engines
from store import tables as t

WORDS = (t.contact, t.conversation, t.message, t.answer, t.parked, t.hidden, t.their_copy)
ABOUT = (t.note, t.decision, t.concern, t.stage, t.override, t.look, t.holding, t.review)
AROUND = (t.legal_hold, t.to_forget, t.to_clear)
WAITS = "500ms"  # for a moment in which nobody uses the keys; else at the next round
# Keys that were destroyed, and that a reader who began before might still see.
_SEEN = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relid = CAST('person' AS regclass)"
log = logging.getLogger("ownpace.store")


def erased(connection: Connection) -> int:
    """How many people have been erased: when it grows, there is something to tidy up."""
    query = select(func.count()).where(t.person.c.erased_at.is_not(None))
    return connection.scalar(query) or 0


def tidy(url: URL) -> bool:
    """Let nothing that opens what was erased stay in the pages; False where it has to be done once
    more: somebody still read, or the server would not."""
    link = engines.link(url)
    try:
        with create_engine(url, connect_args=link, poolclass=NullPool).connect() as made:
            return _tidied(made.execution_options(isolation_level="AUTOCOMMIT"))
    except SQLAlchemyError as error:
        log.warning("what was erased can't be tidied up now (%s)", type(error).__name__)
        return False


def _tidied(connection: Connection) -> bool:
    names = ", ".join(table.name for table in (t.person, *WORDS, *ABOUT, *AROUND))
    connection.execute(text(f"VACUUM {names}"))
    seen = connection.scalar(text(_SEEN))
    connection.execute(text(f"SET lock_timeout = '{WAITS}'"))
    connection.execute(text("VACUUM FULL person"))
    with suppress(SQLAlchemyError):  # not every user may: then it is within minutes
        connection.execute(text("CHECKPOINT"))
    return not seen
