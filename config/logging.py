"""The log: one line an event on standard error (JSON, or text to be read), ids only.

Messages of our own code name ids. What other people's libraries say may hold a person's words, a
number or a token, so of theirs only the place is told, and only warnings and above.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

OURS = ("ownpace", "bot", "store", "desk", "config")
NOISY = ("httpx", "httpcore", "twilio", "telegram", "aiohttp", "sqlalchemy", "alembic", "asyncio")
SECRETS = re.compile(
    r"\b\d{3,}:[A-Za-z0-9_-]{20,}"  # a Telegram bot's token
    r"|\+\d[\d ]{4,}\d"  # a phone number
    r"|(?<![\w.:/-])\(?0\d(?:[ ()-]{0,2}\d){7,13}(?!\w)"  # one written for its own country
    r"|\b(?:AC|SK)[0-9a-fA-F]{32}\b"  # Twilio's account and key SIDs
)


class Redacted(logging.Filter):
    """Drops chatter of libraries, and blots out of our own messages what must not be there."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not _ours(record):
            return record.levelno >= logging.WARNING
        try:
            record.msg = SECRETS.sub("[redacted]", record.getMessage())
        except (TypeError, ValueError):
            record.msg = "[a log message that could not be put together]"
        record.args = None
        return True


class JsonLines(logging.Formatter):
    """One event, one line: JSON escapes line breaks and control characters by itself."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(_event(record))


class TextLines(logging.Formatter):
    """The same for an operator's eyes: no quotes, and still one line an event."""

    def format(self, record: logging.LogRecord) -> str:
        return " ".join(json.dumps(value)[1:-1] for value in _event(record).values())


FORMS = {"json": JsonLines, "text": TextLines}


def _event(record: logging.LogRecord) -> dict[str, str]:
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    event = {"at": at, "level": record.levelname.lower(), "log": record.name}
    if _ours(record):
        event["event"] = str(record.msg)
    else:
        event["where"] = f"{record.filename}:{record.lineno}"
    if record.exc_info and record.exc_info[0]:
        event["error"] = record.exc_info[0].__name__ + _place(record.exc_info[2])
    return event


def setup(
    level: int | str = logging.INFO, stream: TextIO | None = None, form: str = "json"
) -> None:
    """Send the whole process's log to `stream` (standard error); `form` is one of `FORMS`."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(Redacted())
    handler.setFormatter(FORMS[form]())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # A connection a line, with the address of whoever made it.
    logging.getLogger("aiohttp.access").disabled = True
    # What logging itself can't write it would print in full, arguments and all.
    logging.raiseExceptions = False
    # Python prints what nobody catches with its text, which may be somebody's.
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    found = (kind, error or kind(), trace)
    logging.getLogger("ownpace").critical("nobody caught an error", exc_info=found)


def _ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _place(trace: TracebackType | None) -> str:
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
