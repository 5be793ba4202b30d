"""What was written, in and out. Words stand once, sealed, in their own message row."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from bot.conversation.model import QUOTE_CLOSE, QUOTE_OPEN, Rendered, WorkerWrote, Wrote
from store import tables as t
from store.conversations import Line
from store.ids import new_id
from store.prepared import Find, Many
from store.sealing import Keys, Sealer

_QUOTED = re.compile(f"{QUOTE_OPEN}([^{QUOTE_CLOSE}]*){QUOTE_CLOSE}")
Copy = tuple[str, str]  # account, and the provider's id as `Keys.seen` hides it


@dataclass(frozen=True, slots=True)
class Written:
    """One message as the desk shows it. `text` is empty once it is erased."""

    id: str
    direction: str
    kind: str
    question: str
    text: str = field(repr=False)
    said: tuple[str, ...]
    media: tuple[str, ...]
    at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None
    failed_code: str
    erased_at: datetime | None


_SEEN = Find(
    select(t.seen.c.account, t.seen.c.provider_id).where(
        t.seen.c.account.in_(bindparam("accounts", expanding=True)),
        t.seen.c.provider_id.in_(bindparam("ids", expanding=True)),
    )
)
_REMEMBER = Many(insert(t.seen))
_SAID = select(t.message.c.id, t.message.c.conversation, t.message.c.said).where(
    t.message.c.id.in_(bindparam("ids", expanding=True))
)
_WORDS = select(t.message.c.id, t.message.c.text).where(
    t.message.c.id.in_(bindparam("ids", expanding=True))
)


def already_seen(connection: Connection, copies: Collection[Copy]) -> set[Copy]:
    """Which of these have been taken before."""
    accounts, ids = {account for account, _ in copies}, {id for _, id in copies}
    rows = _SEEN.rows(connection, accounts=accounts, ids=ids)
    return {(account, id) for account, id in rows} & set(copies)


def remember(connection: Connection, copies: Iterable[Copy], at: datetime) -> None:
    """Refuse these from now on."""
    rows = [{"account": account, "provider_id": id, "at": at} for account, id in copies]
    _REMEMBER.run(connection, rows)


def about(connection: Connection, ids: Iterable[str]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The conversation of each of these messages and what it said; unknown ones are left out."""
    wanted = list(set(ids))
    rows = connection.execute(_SAID, {"ids": wanted}) if wanted else ()
    return {row.id: (row.conversation, tuple(row.said)) for row in rows}


def incoming(line: Line, wrote: Wrote, at: datetime) -> dict[str, Any]:
    """The row of what a person wrote; `kind` and `question` are filed by the turn.

    A press has no words: its code is ours, and stands with the answer.
    """
    pressed = wrote.choice and not wrote.text
    sealed = None if pressed else line.sealer.seal(wrote.text, f"message.text:{wrote.message}")
    row = _row(line, wrote.message, ("in", "note"), sealed, at, media=wrote.media)
    return row | {"ref": wrote.ref[: t.REF] or None}


def outgoing(
    line: Line, words: Rendered, at: datetime, not_before: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rows of what we say: the words, and their place in the queue of this contact."""
    id = new_id()
    line.sequence += 1
    sealed = line.sealer.seal(words.text, f"message.text:{id}")
    queued = {
        "message": id,
        "contact": line.contact,
        "sequence": line.sequence,
        "buttons": [[button.code, button.label] for button in words.buttons],
        "prompted": words.prompted,
        "not_before": not_before,
        "state": "new",
        "attempts": 0,
        "provider_ref": "",
    }
    return _row(line, id, ("out", "say"), sealed, at, said=words.said), queued


def by_worker(words: Rendered, wrote: WorkerWrote) -> Rendered:
    """The message with what the worker wrote in it, which quotes nobody's words."""
    own = wrote.text.replace(QUOTE_OPEN, "").replace(QUOTE_CLOSE, "")
    return replace(words, text=put_in(words.text, {wrote.message: own}))


def _row(
    line: Line,
    id: str,
    filed: tuple[str, str],
    sealed: bytes | None,
    at: datetime,
    *,
    said: Sequence[str] = (),
    media: Sequence[str] = (),
) -> dict[str, Any]:
    direction, kind = filed
    return {
        "id": id,
        "conversation": line.id,
        "direction": direction,
        "kind": kind,
        "question": "",
        "text": sealed,
        "said": said,
        "media": media,
        "at": at,
        "erased_at": None,
        "failed_code": "",
        "worker": None,
        "ref": None,
    }


def quoted(text: str) -> list[str]:
    """The ids of the messages that a stored text of ours quotes."""
    return [id for ids in _QUOTED.findall(text) for id in ids.split(",") if id]


def put_in(text: str, words: Mapping[str, str]) -> str:
    """Our text with the person's own words in it; a message that is gone leaves nothing."""

    def own(match: re.Match[str]) -> str:
        said = (words.get(id, "") for id in match[1].split(","))
        return "\n".join(word for word in said if word)

    return _QUOTED.sub(own, text)


def resolve(connection: Connection, sealer: Sealer, text: str) -> str:
    """As `put_in`, with the words read from the database. Raises `Unreadable`."""
    ids = quoted(text)
    return put_in(text, words_of(connection, sealer, ids)) if ids else text


def words_of(connection: Connection, sealer: Sealer, ids: Iterable[str]) -> dict[str, str]:
    """The words of these messages of one person, erased ones left out."""
    rows = connection.execute(_WORDS, {"ids": list(set(ids))})
    return {row.id: sealer.open(row.text, f"message.text:{row.id}") for row in rows if row.text}


def transcript(
    connection: Connection, keys: Keys, conversation: str, without: str = ""
) -> tuple[Written, ...]:
    """Everything written in one conversation, in order, quotes put in. Words that answered the
    question `without` are left out, also where we quote them."""
    wrapped = connection.scalar(
        select(t.person.c.wrapped_key)
        .join(t.conversation, t.conversation.c.person == t.person.c.id)
        .where(t.conversation.c.id == conversation)
    )
    sealer = keys.person(wrapped) if wrapped else None
    query = select(t.message).where(t.message.c.conversation == conversation)
    rows = connection.execute(query.order_by(t.message.c.at, t.message.c.id)).all()
    hidden = _answering(connection, conversation, without) if without else set()
    words = {
        row.id: sealer.open(row.text, f"message.text:{row.id}")
        for row in rows
        if row.text and sealer and row.id not in hidden
    }
    return tuple(_written(row, put_in(words.get(row.id, ""), words)) for row in rows)


def _answering(connection: Connection, conversation: str, question: str) -> set[str]:
    """The messages of every version of the answer to this question."""
    m, a = t.message.c, t.answer.c
    asked = (m.conversation == conversation) & (m.question == question)
    versions = (a.conversation == conversation) & (a.question == question)
    named = connection.scalars(select(a.messages).where(versions))
    return {*connection.scalars(select(m.id).where(asked)), *(id for ids in named for id in ids)}


def _written(row: Any, text: str) -> Written:
    return Written(
        id=row.id,
        direction=row.direction,
        kind=row.kind,
        question=row.question,
        text=text,
        said=tuple(row.said),
        media=tuple(row.media),
        at=row.at,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        failed_at=row.failed_at,
        failed_code=row.failed_code,
        erased_at=row.erased_at,
    )
