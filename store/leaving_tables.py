"""The tables of what is on its way out, of what must not go yet, and of copies on their way."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from store.columns import CODE, Id, Sealed, UTCTime, metadata

hidden = Table(
    "hidden",
    metadata,
    # A conversation whose person had all of it erased: gone from every view, and erased for good
    # when its `delete_on` comes. It belongs to a fresh person meanwhile; `person` is whose words
    # they are, and whose key opens them.
    Column("conversation", ForeignKey("conversation.id"), primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False, index=True),
    Column("at", UTCTime, nullable=False),
    # What it was, to be brought back: the state under the key of `person`.
    Column("state", Sealed, nullable=False),
    Column("standing", String(12), nullable=False),
    Column("delete_on", UTCTime),
    Column("kind", String(10)),
    Column("due_at", UTCTime),
)

legal_hold = Table(
    "legal_hold",
    metadata,
    # Nothing of this person is erased by date before it ends: set by a lead, with a reason.
    Column("id", Id, primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False, index=True),
    Column("worker", ForeignKey("worker.id"), nullable=False),
    Column("reason", Sealed),  # under the person's key; gone with it
    Column("at", UTCTime, nullable=False),
    Column("until", UTCTime, nullable=False),
    Column("lifted_at", UTCTime),
    Column("lifted_by", String(40)),
)

to_forget = Table(
    "to_forget",
    metadata,
    # An erased person's messages that still stand in a provider's log. Gone once they are not.
    Column("id", Id, primary_key=True),
    Column("account", ForeignKey("account.id"), nullable=False),
    Column("address", Sealed, nullable=False),  # under the master key
    Column("until", UTCTime, nullable=False),  # messages of then and before
    Column("made_at", UTCTime, nullable=False),
    Column("next_at", UTCTime, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("failed_code", String(CODE), nullable=False, default=""),
)

their_copy = Table(
    "their_copy",
    metadata,
    # A copy that a person is given by chat: its pieces until they are sent, or the link to a page.
    # Gone with the sitting, once the page was opened, and with anything of theirs that is erased.
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("pieces", Sealed, nullable=False),  # JSON, under the person's key
    Column("shown", Integer, nullable=False, default=0),  # how many of them were asked for
    Column("token_hash", LargeBinary, unique=True),  # of a link
    Column("ends_at", UTCTime, nullable=False, index=True),
)

to_clear = Table(
    "to_clear",
    metadata,
    # Messages that are to be removed one by one from a chat or a provider's log: `store.clearing`.
    Column("id", Id, primary_key=True),
    Column("account", ForeignKey("account.id"), nullable=False),
    # JSON under the master key: the address, and ids of the provider's, each with its time.
    Column("content", Sealed, nullable=False),
    Column("ends_at", UTCTime),  # when the last of them can't be removed any more
    Column("made_at", UTCTime, nullable=False),
    Column("next_at", UTCTime, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("failed_code", String(CODE), nullable=False, default=""),
)
