"""Why a database or its file can't be used just now: in plain words, with what to do.

The text of a driver's error may hold values, a password's address among them: only its code is
looked at, and for a file of SQLite the file itself, since SQLite says no more than "can't open".
"""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import NamedTuple

import psycopg
from sqlalchemy.exc import DBAPIError

from bot.conversation.channel import Away
from store import beside


class Why(NamedTuple):
    """A sentence each."""

    says: str
    do: str

    def __str__(self) -> str:
        return f"{self.says} {self.do}"


FULL = Why("The disk is full.", "Make room on it, and do this again.")
LOCKED = Why(
    "Another program holds the database locked.",
    "Do this again when it is done: a backup, a restore or an upgrade that runs, say.",
)
DAMAGED = Why(
    "The database is damaged, or its file is no database.",
    "End Ownpace, keep the file, and restore the last backup: ownpace restore PATH.",
)
_DISK = Why("The disk gives errors when it is read or written.", "Look at the disk.")
_SERVER = Why(
    "The database's server does not answer, or refuses the user, the password or the name.",
    "Is it up, and is DATABASE_URL right?",
)
_RIGHTS = "Run this as the user of the service, or let that user have it."
# sqlite.org/rescode.html, the primary codes.
_SQLITE = {5: LOCKED, 6: LOCKED, 15: LOCKED, 10: _DISK, 11: DAMAGED, 13: FULL, 26: DAMAGED}
_ABOUT_THE_FILE = frozenset((3, 8, 14, 23))  # no permission, read only, can't open, not authorised
# postgresql.org/docs/current/errcodes-appendix.html: whole codes, and classes.
_POSTGRES = {
    "53100": FULL,
    "55P03": LOCKED,
    "40P01": LOCKED,
    "57014": Why("The database took too long.", "Do this again when less is going on."),
    "53300": Why("The database's server takes no more connections.", "Raise max_connections."),
    "42501": Why(
        "The user of DATABASE_URL may not do this to the database.", "Make that user its owner."
    ),
    "25006": Why(
        "That database's server only reads: it is a standby.", "Give the main one in DATABASE_URL."
    ),
    "3D": Why("There is no database of that name.", "Make it, or put DATABASE_URL right."),
}


def of(error: BaseException, url: str) -> Why:
    """What went wrong with the database at `url`. Names no value."""
    if isinstance(error, Away) and error.__context__:
        error = error.__context__  # the store keeps it out of what is told, and holds on to it
    cause = error.orig or error if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        return _of_file(url) if code in _ABOUT_THE_FILE else _SQLITE.get(code, _unknown(cause))
    if isinstance(cause, psycopg.Error):
        return _of_server(cause)
    return _of_system(cause) if isinstance(cause, OSError) else _unknown(cause)


def _of_server(cause: psycopg.Error) -> Why:
    state = cause.sqlstate or ""
    known = _POSTGRES.get(state) or _POSTGRES.get(state[:2])
    if known:
        return known
    away = not state or state[:2] in ("08", "28", "57")
    return _SERVER if away else _unknown(cause)


def _of_system(cause: OSError) -> Why:
    name = cause.filename or "A file"
    match cause.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return FULL
        case errno.EACCES | errno.EPERM:
            return Why(f"{name}: this user may not use it.", _RIGHTS)
        case errno.EROFS:
            return Why(f"{name}: its disk can only be read.", "Give a place that can be written.")
        case errno.ENOENT:
            return Why(f"{name}: no such file or folder.", "Make the folder, or give another.")
        case errno.ENOTDIR | errno.EISDIR:
            return Why(f"{name}: a file stands where a folder should, or a folder.", _ELSE)
    return Why(f"{name}: {cause.strerror or type(cause).__name__}.", _ELSE)


_ELSE = "Give another place."


def _of_file(url: str) -> Why:
    """SQLite says only that it can't: we look ourselves."""
    path = (beside.sqlite_path(url) or Path()).absolute()
    right = "or put DATABASE_URL or OWNPACE_DATA right."
    for folder in reversed(path.parents):
        if not os.path.isdir(folder):
            return Why(f"The folder {folder} is not there.", f"Make it, {right}")
        if not _may(folder, os.X_OK):
            return Why(f"This user may not look into the folder {folder}.", _RIGHTS)
    if path.is_dir():
        return Why(f"{path} is a folder.", "Put DATABASE_URL right: it names a file.")
    if path.exists() and not _may(path, os.R_OK | os.W_OK):
        return Why(f"This user may not read and write {path}.", _RIGHTS)
    if not _may(path.parent, os.W_OK):
        return Why(f"This user may not write to the folder {path.parent}.", _RIGHTS)
    return Why(f"{path} can't be opened.", "Look at its rights and its disk.")


def _may(path: Path, how: int) -> bool:
    return os.access(path, how, effective_ids=os.access in os.supports_effective_ids)


def _unknown(cause: BaseException) -> Why:
    name = getattr(cause, "sqlite_errorname", type(cause).__name__)
    return Why(f"The database gives an error ({name}).", "Ask `ownpace doctor`.")
