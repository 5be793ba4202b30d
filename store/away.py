"""What an error of the database means: away for now, worth one more try, or a mistake of ours.

The text of a driver's error may hold values (PostgreSQL says which key is there already), and
values may be somebody's words: what leaves the store holds none.
"""

from __future__ import annotations

import logging
import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.conversation.channel import Away

ERRORS = (SQLAlchemyError, sqlite3.Error, psycopg.Error)
# sqlite.org/rescode.html, the primary codes: busy, locked, read only, I/O, corrupt, full, can't
# open, locking protocol, not a database.
_SQLITE_AWAY = frozenset((5, 6, 8, 10, 11, 13, 14, 15, 26))
# postgresql.org/docs/current/errcodes-appendix.html, by class: connection, who we are, no such
# database, out of resources (disk and connections too), ended or cancelled from outside, system.
_POSTGRES_AWAY = frozenset(("08", "28", "3D", "53", "57", "58"))
# By code: a standby, a lock not to be had, a transaction that stood still or went on too long.
_POSTGRES_AWAY |= {"25006", "55P03", "25P03", "25P04"}
_PASSING = frozenset(("40001", "40P01"))  # serialization failure, deadlock: as if never tried
log = logging.getLogger("ownpace.store")


def is_passing(error: Exception) -> bool:
    """Did two transactions only stand in each other's way? Nothing of this one was done."""
    cause = _cause(error)
    return isinstance(cause, psycopg.Error) and cause.sqlstate in _PASSING


def judged(error: Exception) -> Exception:
    """What to raise in its place: `Away`, or the error itself without values in its text."""
    cause = _cause(error)
    if _is_away(cause):
        log.warning("the database is away: %s", _name(cause))
        return Away(f"the database did not answer ({_name(cause)})")
    if isinstance(cause, psycopg.Error):
        cause.args = (_name(cause),)
        if error is not cause:
            error.args = (f"({_name(cause)})",)
    return error


def _cause(error: Exception) -> BaseException:
    return error.orig or error if isinstance(error, DBAPIError) else error


def _is_away(cause: BaseException) -> bool:
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _SQLITE_AWAY
    if not isinstance(cause, psycopg.Error):
        return False
    state = cause.sqlstate
    if state is None:  # the driver's own: it has no connection, or lost it
        return isinstance(cause, psycopg.OperationalError)
    return bool({state, state[:2]} & _POSTGRES_AWAY) or state in _PASSING


def _name(cause: BaseException) -> str:
    return getattr(cause, "sqlite_errorname", type(cause).__name__)
