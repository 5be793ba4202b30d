"""The workers' tables: who they are, how they come in, what they write, who is told of what.

Words about a person (`note`, `decision`, `concern`, `stage`, `holding`, `override`, `review`) are
sealed under that person's key, so that erasing the person takes them too. What is about a worker
alone (a second factor, an address for nudges) is sealed under the master key.
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
    UniqueConstraint,
    false,
)

from store.columns import CODE, Id, Listed, Sealed, UTCTime, metadata

# --- Who they are, and how they come in ----------------------------------------------------------

worker = Table(
    "worker",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(120), nullable=False, unique=True),
    Column("role", String(12), nullable=False),  # caseworker, lead, admin
    Column("created_at", UTCTime, nullable=False),
    Column("closed_at", UTCTime),
    # Argon2id; empty where the account opens by one-time links alone.
    Column("password_hash", String(200), nullable=False, server_default=""),
    # The secret of the second factor (TOTP), and the last time step that was used: never twice.
    Column("totp", Sealed),
    Column("totp_last", BigInteger, nullable=False, server_default="0"),
    # Where nudges reach them.
    Column("email", Sealed),
    Column("phone", Sealed),
)

membership = Table(
    "membership",
    metadata,
    # Whose people a worker sees.
    Column("worker", ForeignKey("worker.id"), primary_key=True),
    Column("service", ForeignKey("service.id"), primary_key=True),
)

session = Table(
    "session",
    metadata,
    # SHA-256 of the token: a copy of the database signs nobody in.
    Column("token_hash", LargeBinary, primary_key=True),
    Column("worker", ForeignKey("worker.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UTCTime, nullable=False),
    Column("used_at", UTCTime, nullable=False),
    Column("ended_at", UTCTime),
    # link, password; and when they last showed the second factor (needed again to export).
    Column("how", String(10), nullable=False, server_default="link"),
    Column("stepped_up_at", UTCTime),
)

sign_in_link = Table(
    "sign_in_link",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("worker", ForeignKey("worker.id"), nullable=False),
    Column("expires_at", UTCTime, nullable=False),
    Column("used_at", UTCTime),
)

device = Table(
    "device",
    metadata,
    # A browser in which a worker has signed in before: wrong tries of strangers do not shut it out.
    Column("token_hash", LargeBinary, primary_key=True),
    Column("worker", ForeignKey("worker.id"), nullable=False),
    Column("made_at", UTCTime, nullable=False),
)

sign_in_try = Table(
    "sign_in_try",
    metadata,
    Column("id", Id, primary_key=True),
    # Keyed hashes of the name that was tried and of the address that it came from.
    Column("who", LargeBinary, nullable=False, index=True),
    Column("whence", LargeBinary, nullable=False, index=True),
    Column("at", UTCTime, nullable=False, index=True),
)

# --- What they look at, hold and write -----------------------------------------------------------

look = Table(
    "look",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("worker", String(40), nullable=False),
    Column("purpose", String(60), nullable=False),
    # The purpose in the worker's own words, where a list did not say it all.
    Column("words", Sealed),
    # Was it with this worker at that time?
    Column("own", Boolean, nullable=False, server_default=false()),
    Column("at", UTCTime, nullable=False),
)

holding = Table(
    "holding",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("worker", ForeignKey("worker.id"), nullable=False),
    Column("what", String(12), nullable=False),  # took, gave_back, handed_on
    Column("to_worker", String(40)),
    Column("note", Sealed),
    Column("at", UTCTime, nullable=False),
)

cover = Table(
    "cover",
    metadata,
    # While `worker` is away, `by` sees what is theirs as their own.
    Column("id", Id, primary_key=True),
    Column("worker", ForeignKey("worker.id"), nullable=False, index=True),
    Column("by", ForeignKey("worker.id"), nullable=False, index=True),
    Column("from_at", UTCTime, nullable=False),
    Column("until_at", UTCTime, nullable=False),
    Column("ended_at", UTCTime),
)

note = Table(
    "note",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("worker", ForeignKey("worker.id"), nullable=False),
    # Two voices: what they said (quotes), and what the worker saw or did.
    Column("said", Sealed),
    Column("saw", Sealed),
    # note; as_they: what a worker answered after reading the record as the person would (JSON).
    Column("kind", String(8), nullable=False, server_default="note"),
    Column("at", UTCTime, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("worker", ForeignKey("worker.id"), nullable=False),
    Column("content", Sealed, nullable=False),  # JSON: what, why, and what the person wanted
    Column("told_at", UTCTime),
    Column("review_on", UTCTime),
    Column("at", UTCTime, nullable=False),
)

concern = Table(
    "concern",
    metadata,
    # Each change of the concern level, up or down. Only people write here.
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("worker", ForeignKey("worker.id"), nullable=False),
    Column("before", Integer),  # none: nobody had set it
    Column("level", Integer, nullable=False),
    Column("content", Sealed, nullable=False),  # JSON: why, their view, what keeps them safe ...
    Column("review_on", UTCTime, nullable=False, index=True),
    Column("at", UTCTime, nullable=False),
)

stage = Table(
    "stage",
    metadata,
    # Each stage of safeguarding that was begun (desk/stages.toml).
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("worker", ForeignKey("worker.id"), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("content", Sealed, nullable=False),  # JSON: what they were told, what they say of it
    Column("at", UTCTime, nullable=False),
)

override = Table(
    "override",
    metadata,
    # A worker reached somebody outside their good times, and why.
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("worker", ForeignKey("worker.id"), nullable=False),
    Column("what", String(12), nullable=False),  # write, call
    Column("reason", Sealed, nullable=False),
    Column("at", UTCTime, nullable=False),
)

review = Table(
    "review",
    metadata,
    # A look back at something that went wrong, or nearly. What is about the person is sealed under
    # their key and goes with them; what we learnt names nobody, is sealed under the master key, and
    # stays.
    Column("id", Id, primary_key=True),
    Column("service", ForeignKey("service.id"), nullable=False, index=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    # What opened it: level, complaint, unsafe, promise, false_alarm, stopped, noticed; and which
    # row that was, so that it is opened once.
    Column("why", String(12), nullable=False),
    Column("about", String(40), nullable=False),
    Column("at", UTCTime, nullable=False),  # when that was
    Column("question", String(40), nullable=False, server_default=""),  # what was asked then
    Column("opened_at", UTCTime, nullable=False, index=True),
    Column("opened_by", String(40)),  # NULL: by the program
    # For the themes: kept when the person is erased.
    Column("flow", String(64), nullable=False),
    Column("language", String(12), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("themes", Listed, nullable=False),
    Column("content", Sealed),  # JSON: what came before, their account, what went well ...
    Column("learnt", Sealed),  # JSON: the change, or why none is needed; how it was checked
    Column("changed", Boolean),  # NULL: not decided yet
    Column("decided_at", UTCTime),
    Column("decided_by", String(40)),
    # Who looks whether it worked, when, and whether it did.
    Column("checker", String(40)),
    Column("check_on", UTCTime, index=True),
    Column("checked_at", UTCTime),
    Column("worked", Boolean),
    UniqueConstraint("conversation", "why", "about"),
)

audit = Table(
    "audit",
    metadata,
    # What must not be done unseen: exports, accounts. Each row's `chain` is a hash over it and the
    # row before, so that a row that was changed or taken out shows.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UTCTime, nullable=False),
    Column("worker", String(40), nullable=False),
    Column("what", String(24), nullable=False),
    Column("about", String(120), nullable=False),
    Column("why", Sealed),  # the reason that was typed, under the master key
    Column("chain", LargeBinary, nullable=False),
)

# --- Who is told that somebody waits -------------------------------------------------------------

duty = Table(
    "duty",
    metadata,
    # Who is nudged for a service, the first of them first.
    Column("service", ForeignKey("service.id"), primary_key=True),
    Column("worker", ForeignKey("worker.id"), primary_key=True),
    Column("place", Integer, nullable=False),
)

nudge = Table(
    "nudge",
    metadata,
    Column("id", Id, primary_key=True),
    Column("service", ForeignKey("service.id"), nullable=False),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("what", String(12), nullable=False),  # handover, today, now, cue, or a wish
    Column("made_at", UTCTime, nullable=False),
    # NULL where no time was set: then the service's hours say by when it has to be seen.
    Column("due_at", UTCTime),
    # When the next of the duty list is told, unless somebody has seen it by then.
    Column("next_at", UTCTime, index=True),
    Column("step", Integer, nullable=False, default=0),
    Column("seen_at", UTCTime),
    Column("seen_by", String(40)),
)

nudge_sent = Table(
    "nudge_sent",
    metadata,
    Column("id", Id, primary_key=True),
    Column("nudge", ForeignKey("nudge.id"), nullable=False, index=True),
    Column("worker", ForeignKey("worker.id"), nullable=False),
    Column("route", String(10), nullable=False),  # email, sms, telegram
    Column("at", UTCTime, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    # When it is tried (again); NULL once it was sent, or given up.
    Column("next_at", UTCTime, index=True),
    Column("sent_at", UTCTime),
    Column("failed_code", String(CODE), nullable=False, default=""),
    Index("ix_nudge_sent_at", "at"),
)

route_test = Table(
    "route_test",
    metadata,
    # A route counts as tested once the worker has answered what was sent over it.
    Column("id", Id, primary_key=True),
    Column("service", ForeignKey("service.id"), nullable=False, index=True),
    Column("worker", ForeignKey("worker.id"), nullable=False),
    Column("route", String(10), nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("at", UTCTime, nullable=False),
    Column("failed_code", String(CODE), nullable=False, default=""),
    Column("answered_at", UTCTime),
)

told_outside = Table(
    "told_outside",
    metadata,
    # What waits to be told to another case system by its web hook. The reference and the time are
    # kept here: a hand-over that is taken back has no row of its own any more.
    Column("id", Id, primary_key=True),
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("reference", String(12), nullable=False),
    Column("what", String(12), nullable=False),  # partial, complete, taken_back, erased, expired
    Column("made_at", UTCTime, nullable=False),
    Column("due_at", UTCTime),
    Column("next_at", UTCTime, index=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("sent_at", UTCTime),
    Column("failed_code", String(CODE), nullable=False, default=""),
)
