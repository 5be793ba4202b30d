"""The tables of what people say: with `desk_tables` and `leaving_tables`, the only places that
name a column.

Everything is read from here (`from store import tables as t`), the workers' tables too.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    text,
)

from store.columns import CODE as CODE
from store.columns import REF as REF
from store.columns import Id, Listed, Sealed
from store.columns import UTCTime as UTCTime
from store.columns import metadata as metadata
from store.desk_tables import audit as audit
from store.desk_tables import concern as concern
from store.desk_tables import cover as cover
from store.desk_tables import decision as decision
from store.desk_tables import device as device
from store.desk_tables import duty as duty
from store.desk_tables import holding as holding
from store.desk_tables import look as look
from store.desk_tables import membership as membership
from store.desk_tables import note as note
from store.desk_tables import nudge as nudge
from store.desk_tables import nudge_sent as nudge_sent
from store.desk_tables import override as override
from store.desk_tables import review as review
from store.desk_tables import route_test as route_test
from store.desk_tables import session as session
from store.desk_tables import sign_in_link as sign_in_link
from store.desk_tables import sign_in_try as sign_in_try
from store.desk_tables import stage as stage
from store.desk_tables import told_outside as told_outside
from store.desk_tables import worker as worker
from store.leaving_tables import hidden as hidden
from store.leaving_tables import legal_hold as legal_hold
from store.leaving_tables import their_copy as their_copy
from store.leaving_tables import to_clear as to_clear
from store.leaving_tables import to_forget as to_forget

about = Table(
    "about",
    metadata,
    # What the database says of itself. `canary` opens with the right master key only.
    Column("key", String(40), primary_key=True),
    Column("value", Sealed, nullable=False),
)

service = Table(
    "service",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("practice", Boolean, nullable=False, default=False),
    # Only a practice service has a clock that was put forward (seconds).
    Column("ahead", BigInteger, nullable=False, default=0),
)

account = Table(
    "account",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("service", ForeignKey("service.id"), nullable=False),
    Column("channel", String(20), nullable=False),
    # Where a poller goes on (Telegram's update offset).
    Column("offset", BigInteger),
    # How far the provider's log was read back, by the provider's clock (store/marks.py).
    Column("read_to", UTCTime),
)

person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("service", ForeignKey("service.id"), nullable=False),
    # The person's data key under the master key. Gone (NULL) once the person is erased.
    Column("wrapped_key", LargeBinary),
    Column("created_at", UTCTime, nullable=False),
    Column("erased_at", UTCTime),
)

# Written out, not bound: a query that says it so is served by the index that says it so.
UNREACHABLE = text("state = 'unreachable'")
contact = Table(
    "contact",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", ForeignKey("account.id"), nullable=False),
    # Keyed hash (HMAC) of the address: found again without being readable.
    Column("address_hash", LargeBinary, nullable=False),
    Column("address", Sealed, nullable=False),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("state", String(12), nullable=False, default="open"),
    Column("state_code", String(CODE), nullable=False, default=""),
    Column("state_at", UTCTime),
    Column("valid_from", UTCTime, nullable=False),
    Column("valid_to", UTCTime),
    # One live contact an address; one that has ended (a number passed on) may stand beside it.
    Index(
        "uq_contact_live",
        "account",
        "address_hash",
        unique=True,
        sqlite_where=text("valid_to IS NULL"),
        postgresql_where=text("valid_to IS NULL"),
    ),
    Index(
        "ix_contact_unreachable",
        "state_at",
        sqlite_where=UNREACHABLE,
        postgresql_where=UNREACHABLE,
    ),
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False, index=True),
    Column("contact", ForeignKey("contact.id"), nullable=False, index=True),
    Column("service", ForeignKey("service.id"), nullable=False),
    Column("flow", String(60), nullable=False),
    # What the core needs to go on, sealed JSON (`Conversation`).
    Column("state", Sealed, nullable=False),
    Column("standing", String(12), nullable=False),
    Column("language", String(12), nullable=False),
    Column("holder", String(12), nullable=False, default="assistant"),
    Column("version", Integer, nullable=False, default=1),
    Column("started_at", UTCTime, nullable=False),
    Column("last_in_at", UTCTime),
    # No new event reaches an ended row: the person's next words begin another conversation.
    Column("closed_at", UTCTime),
    Column("delete_on", UTCTime, index=True),
    # When something in its chat is old enough to be removed, where it is (store/clearing.py).
    Column("clear_at", UTCTime),
    Index(
        "ix_conversation_clear_at",
        "clear_at",
        sqlite_where=text("clear_at IS NOT NULL"),
        postgresql_where=text("clear_at IS NOT NULL"),
    ),
    # The desk's list: who writes now, and who was erased last.
    Index("ix_conversation_closed", "service", "closed_at", "id"),
)

message = Table(
    "message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("direction", String(3), nullable=False),  # in, out
    # in: answer, choice, command, note, aside. out: say, worker.
    Column("kind", String(10), nullable=False),
    Column("question", String(60), nullable=False, default=""),
    # Our own words hold marks where the person's are quoted: `store.messages` puts them back.
    Column("text", Sealed),
    Column("said", Listed, nullable=False, default=list),  # keys of what an outgoing message says
    Column("media", Listed, nullable=False, default=list),
    Column("at", UTCTime, nullable=False),
    Column("sent_at", UTCTime),
    Column("delivered_at", UTCTime),
    Column("failed_at", UTCTime),
    Column("failed_code", String(CODE), nullable=False, default=""),
    Column("erased_at", UTCTime),
    # in: the provider's id of it, while it may still have to be removed there (store/clearing.py).
    Column("ref", String(REF)),
    # Who wrote it, where a worker did.
    Column("worker", String(40)),
    Index(
        "ix_message_failed",
        "failed_at",
        sqlite_where=text("failed_at IS NOT NULL"),
        postgresql_where=text("failed_at IS NOT NULL"),
    ),
)

answer = Table(
    "answer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("question", String(60), nullable=False),
    Column("status", String(10), nullable=False),
    Column("choices", Sealed),  # JSON list of choice codes
    Column("messages", Listed, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("at", UTCTime, nullable=False),
    Column("current", Boolean, nullable=False, default=True),
)

agreement = Table(
    "agreement",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # start, share_partial, discreet ...
    Column("value", Boolean, nullable=False),
    Column("language", String(12), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("flow_fingerprint", String(64), nullable=False),
    # The messages that showed what was agreed to, and the reply that agreed.
    Column("shown", Listed, nullable=False),
    Column("reply", String(40), nullable=False),
    Column("at", UTCTime, nullable=False),
    # The service's setting at that time; empty where it was not kept yet.
    Column("lawful_basis", String(40), nullable=False, server_default=""),
    Column("special_condition", String(40), nullable=False, server_default=""),
)

promise = Table(
    "promise",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("due_at", UTCTime, nullable=False, index=True),
    Column("made_at", UTCTime, nullable=False),
    Column("kept_at", UTCTime),
    Column("dropped_at", UTCTime),
)

handover = Table(
    "handover",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, unique=True),
    Column("service", ForeignKey("service.id"), nullable=False, index=True),
    Column("reference", String(12), nullable=False, unique=True),
    Column("kind", String(10), nullable=False),  # partial, complete
    Column("at", UTCTime, nullable=False),
    Column("due_at", UTCTime),
    Column("taken_by", String(40)),
    Column("taken_at", UTCTime),
    # The desk's list, in the orders in which it is read a page at a time: `desk.listing`.
    Index("ix_handover_waiting", "service", "kind", "taken_by", "due_at", "at", "id"),
    Index("ix_handover_taken", "service", "kind", "taken_at", "id"),
)

timer = Table(
    "timer",
    metadata,
    Column("conversation", ForeignKey("conversation.id"), primary_key=True),
    Column("name", String(24), primary_key=True),
    Column("due_at", UTCTime, nullable=False, index=True),
)

outgoing = Table(
    "outgoing",
    metadata,
    Column("message", ForeignKey("message.id"), primary_key=True),
    Column("contact", ForeignKey("contact.id"), nullable=False),
    # Order within the contact: a time-ordered id would do, a number is easier to read.
    Column("sequence", BigInteger, nullable=False),
    Column("buttons", Listed, nullable=False, default=list),
    Column("prompted", Boolean, nullable=False, default=True),
    Column("not_before", UTCTime, nullable=False),
    # new -> begun -> sent -> delivered; or failed, withdrawn.
    Column("state", String(10), nullable=False, default="new"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("begun_at", UTCTime),
    Column("provider_ref", String(REF), nullable=False, default=""),
    Index("ix_outgoing_due", "state", "not_before"),
    Index("ix_outgoing_contact", "contact", "sequence"),
    # Looked through at every message, and nearly always empty.
    Index(
        "ix_outgoing_unasked",
        "contact",
        sqlite_where=text("prompted IS 0"),
        postgresql_where=text("prompted IS false"),
    ),
)

seen = Table(
    "seen",
    metadata,
    Column("account", String(120), primary_key=True),
    # Keyed hash (hex): it outlives what was written, and leads nobody to it.
    Column("provider_id", String(80), primary_key=True),
    Column("at", UTCTime, nullable=False),
)

parked = Table(
    "parked",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(120), nullable=False),
    Column("conversation", String(40), nullable=False, default=""),
    # unreadable: a channel could not read it. step: our own step raised.
    Column("kind", String(12), nullable=False),
    # Sealed under the master key: it may be nobody's yet.
    Column("content", Sealed, nullable=False),
    Column("at", UTCTime, nullable=False),
    Column("seen_at", UTCTime),
)

asked = Table(
    "asked",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("what", String(16), nullable=False),  # as `effects.Asked.what`
    Column("at", UTCTime, nullable=False),
    Column("seen_at", UTCTime),
    # Of a cue: the text, which voice spoke, by when it is to be read; and that they said we took
    # them wrong. Of what is owed an answer (`effects.OWED`): by when.
    Column("message", ForeignKey("message.id")),
    Column("voice", String(10)),
    Column("due_at", UTCTime),
    Column("wrong_at", UTCTime),
    # What a worker answered, and who that was; why it is late, in their words.
    Column("answer", Sealed),
    Column("answered_by", String(40)),
    Column("reason", Sealed),
    # Of what is to be put right: their own wording, by the messages that hold it.
    Column("statement", Listed),
    Index(
        "ix_asked_unseen",
        "at",
        sqlite_where=text("seen_at IS NULL"),
        postgresql_where=text("seen_at IS NULL"),
    ),
)

flow_version = Table(
    "flow_version",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("flow", String(60), nullable=False),
    Column("first_used_at", UTCTime, nullable=False),
    Column("text", String, nullable=False),
)
