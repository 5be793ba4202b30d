"""What the columns of our tables are made of, and the one `metadata` that holds the tables.

Times are UTC without a zone marker in the database and aware in Python (`UTCTime`). Columns of
type `Sealed` hold AES-GCM under the key of the row's person; what is said there about a row is
readable by nobody without the master key. Ids are time-ordered text, made before the insert.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, DateTime, LargeBinary, MetaData, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)


class UTCTime(TypeDecorator[datetime]):
    """An aware UTC datetime; a naive one is refused, so that no local time slips in."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return _naive(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)

    def bind_processor(self, dialect: Dialect) -> Any:
        """SQLite keeps the same text that SQLAlchemy would write, made once a moment."""
        return _text_of if dialect.name == "sqlite" else super().bind_processor(dialect)


@lru_cache(1024)
def _text_of(value: datetime | None) -> str | None:
    """Most times of a batch are the same one."""
    naive = _naive(value)
    return None if naive is None else naive.isoformat(" ", "microseconds")


def _naive(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a time without a zone can't be stored")
    return value.astimezone(UTC).replace(tzinfo=None)


class Listed(TypeDecorator[list[Any]]):
    """A JSON list."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """Most lists are empty, and most of the work is then SQLAlchemy's."""
        usual: Any = super().bind_processor(dialect)
        return (lambda v: usual(v) if v else "[]") if dialect.name == "sqlite" else usual


Sealed = LargeBinary
Id = String(40)
CODE = 40  # characters that are kept of a provider's code
REF = 80  # characters of a provider's id of a message
