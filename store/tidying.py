"""PostgreSQL keeps what was deleted in its pages until it tidies up: after an erasing it does so at
once, so that a copy of its files holds neither the words nor the key that would open them.

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

WORDS = (t.person, t.contact, t.conversation, t.message, t.answer, t.parked, t.hidden, t.their_copy)
ABOUT = (t.note, t.decision, t.concern, t.override, t.look, t.holding, t.legal_hold, t.to_forget)
log = logging.getLogger("ownpace.store")


def erased(connection: Connection) -> int:
    """How many people have been erased: when it grows, there is something to tidy up."""
    query = select(func.count()).where(t.person.c.erased_at.is_not(None))
    return connection.scalar(query) or 0


def tidy(url: URL) -> None:
    """Let nothing erased stay in the pages. What can't be done is logged, and done later by
    PostgreSQL itself."""
    link = engines.link(url)
    names = ", ".join(table.name for table in (*WORDS, *ABOUT))
    try:
        with create_engine(url, connect_args=link, poolclass=NullPool).connect() as made:
            connection = made.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text(f"VACUUM {names}"))
            with suppress(SQLAlchemyError):  # not every user may: then it is within minutes
                connection.execute(text("CHECKPOINT"))
    except SQLAlchemyError as error:
        log.warning("what was erased can't be tidied up now (%s)", type(error).__name__)
