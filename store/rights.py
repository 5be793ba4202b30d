"""Erasing: everything that a person gave us and that was written about them, one conversation of
theirs, or one answer.

Rows that others count on stay, blank. What made their words readable, the person's key, is
destroyed, so that an old copy of a page says nothing either. The bytes are gone from the files
once the caller, after its commit, has called `Store.checkpoint`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    cast,
    delete,
    func,
    null,
    or_,
    select,
    update,
)

from bot.conversation.model import Conversation
from store import clearing, erased, locks, outside, provider_logs, their_copies
from store import tables as t
from store.ids import new_id
from store.packing import pack
from store.sealing import Keys, Sealer, Unreadable

# What workers wrote about the person; what they did stays, without its words.
_ABOUT_THEM = (t.note, t.decision, t.concern, t.stage, t.override)
Gone = Literal["erased", "expired"]  # by the person, or because its time with us was over


def erase(
    connection: Connection, keys: Keys, conversation: str, at: datetime, why: Gone = "erased"
) -> str:
    """Erase everything that the person of this conversation gave us, in all they ever wrote.

    Their contacts and conversations then belong to a fresh person, whose id is returned: one last
    confirmation can be written under its key. Raises `NoResultFound` for an unknown conversation.
    """
    locks.people(connection, conversations=[conversation])
    old = connection.execute(
        select(t.person)
        .join(t.conversation, t.conversation.c.person == t.person.c.id)
        .where(t.conversation.c.id == conversation)
    ).one()
    fresh, wrapped = fresh_person(connection, keys, old.service, at)
    if old.wrapped_key is not None:
        before, after = keys.person(old.wrapped_key, old.id), keys.person(wrapped)
        _forget_at_providers(connection, keys, before, old.id, at)
        if why == "erased":
            clearing.person(connection, keys, old.id, at)
        move_contacts(connection, before, after, old.id, fresh, at)
        keys.forget(old.wrapped_key)
    addresses = addresses_of(connection, (old.id, fresh))
    erased.note(connection, people=[old.id], addresses=addresses)
    theirs = t.conversation.c.person == old.id
    blank(connection, keys.person(wrapped), _ids(connection, theirs), at, why)
    connection.execute(update(t.conversation).where(theirs).values(person=fresh))
    destroy_key(connection, old.id, at)
    return fresh


def fresh_person(
    connection: Connection, keys: Keys, service: str, at: datetime
) -> tuple[str, bytes]:
    """Somebody of whom we know nothing yet: their id, and their wrapped key."""
    fresh, wrapped = new_id(), keys.new_person_key()
    row = {"id": fresh, "service": service, "wrapped_key": wrapped, "created_at": at}
    connection.execute(t.person.insert().values(**row))
    return fresh, wrapped


def addresses_of(connection: Connection, people: Sequence[str]) -> list[str]:
    """The keyed hashes (hex) of these people's addresses."""
    hashes = select(t.contact.c.address_hash).where(t.contact.c.person.in_(people))
    return [hash.hex() for hash in connection.scalars(hashes) if hash]


def blank(
    connection: Connection,
    sealer: Sealer,
    conversations: Sequence[str],
    at: datetime,
    why: Gone = "erased",
) -> None:
    """Take all words out of these conversations and close them. `sealer` seals what is left."""
    erased.note(connection, conversations=conversations)
    outside.gone(connection, conversations, why, at)
    messages = t.message.c.conversation.in_(conversations)
    blank_messages(connection, messages, at)
    connection.execute(update(t.message).where(messages).values(question="", said=[], media=[]))
    connection.execute(
        update(t.outgoing)
        .where(t.outgoing.c.message.in_(select(t.message.c.id).where(messages)))
        .values(buttons=[])
    )
    for table in (t.answer, t.timer, t.parked, t.asked, t.their_copy, *_ABOUT_THEM):
        connection.execute(delete(table).where(table.c.conversation.in_(conversations)))
    for table, column in ((t.look, "words"), (t.holding, "note"), (t.review, "content")):
        of_these = table.c.conversation.in_(conversations)
        connection.execute(update(table).where(of_these).values({column: null()}))
    drop_promises(connection, conversations, at)
    connection.execute(
        update(t.handover)
        .where(t.handover.c.conversation.in_(conversations))
        .where(t.handover.c.kind.not_in(get_args(Gone)))
        .values(kind=why, due_at=null())
    )
    for conversation in conversations:
        _close(connection, sealer, conversation, at)


def forget_answer(connection: Connection, conversation: str, question: str, at: datetime) -> None:
    """Erase every version of the words of one answer. That there was one stays known."""
    of_question = (t.answer.c.conversation == conversation) & (t.answer.c.question == question)
    blank = words_of_answer(connection, conversation, question)
    gone = connection.scalars(select(t.message.c.id).where(blank))
    answers = connection.scalars(select(t.answer.c.id).where(of_question))
    erased.note(connection, messages=gone, answers=answers)
    blank_messages(connection, blank, at)
    their_copies.end(connection, [conversation])
    connection.execute(update(t.answer).where(of_question).values(choices=null()))


def words_of_answer(
    connection: Connection, conversation: str, question: str
) -> ColumnElement[bool]:
    """The messages with every version of an answer: theirs, and ours that show what was chosen."""
    of_question = (t.answer.c.conversation == conversation) & (t.answer.c.question == question)
    versions = connection.scalars(select(t.answer.c.messages).where(of_question))
    named = {message for version in versions for message in version}
    words = (t.message.c.conversation == conversation) & (t.message.c.direction == "in")
    words &= or_(t.message.c.question == question, t.message.c.id.in_(named))
    return or_(words, _read_back(conversation, question))


def forget_message(connection: Connection, conversation: str, message: str, at: datetime) -> None:
    """Erase the words of one message of theirs. That there was one stays known."""
    m = t.message.c
    this = (m.conversation == conversation) & (m.id == message) & (m.direction == "in")
    erased.note(connection, messages=[message])
    blank_messages(connection, this, at)
    their_copies.end(connection, [conversation])


def _read_back(conversation: str, question: str) -> ColumnElement[bool]:
    """What we said that shows what was chosen there. (Words stand in ours by reference only.)"""
    m = t.message.c
    said = cast(m.said, String)
    shows = or_(said.like(f'%"review.{question}"%'), said.like('%"many_noted"%'))
    return (m.conversation == conversation) & (m.direction == "out") & shows


def destroy_key(connection: Connection, person: str, at: datetime) -> None:
    """Make everything sealed under this person's key unreadable, wherever a copy may be."""
    connection.execute(
        update(t.person)
        .where(t.person.c.id == person)
        .values(wrapped_key=null(), erased_at=func.coalesce(t.person.c.erased_at, at))
    )
    holds = update(t.legal_hold).where(t.legal_hold.c.person == person)
    connection.execute(holds.values(reason=null()))


def _ids(connection: Connection, which: ColumnElement[bool]) -> list[str]:
    return list(connection.scalars(select(t.conversation.c.id).where(which)))


def move_contacts(
    connection: Connection, old: Sealer, new: Sealer, person: str, fresh: str, at: datetime
) -> None:
    """Seal the addresses in use for the fresh person; forget ended and unreadable ones."""
    contacts = connection.execute(select(t.contact).where(t.contact.c.person == person)).all()
    for contact in contacts:
        name = f"contact.address:{contact.id}"
        gone = {"address": b"", "address_hash": b"", "valid_to": contact.valid_to or at}
        try:
            address = old.open(contact.address, name)
            kept = gone if contact.valid_to else {"address": new.seal(address, name)}
        except Unreadable:
            kept = gone
        connection.execute(
            update(t.contact).where(t.contact.c.id == contact.id).values(person=fresh, **kept)
        )


def blank_messages(connection: Connection, which: ColumnElement[bool], at: datetime) -> None:
    """Blank the text of these messages; those of ours that wait to be sent are taken back."""
    withdraw(connection, select(t.message.c.id).where(which))
    connection.execute(
        update(t.message)
        .where(which, t.message.c.text.is_not(None))
        .values(text=null(), erased_at=at, ref=null())
    )


def withdraw(connection: Connection, messages: Select[tuple[str]]) -> None:
    """Take back those of these messages that wait to be sent."""
    connection.execute(
        update(t.outgoing)
        .where(t.outgoing.c.state.in_(("new", "begun")), t.outgoing.c.message.in_(messages))
        .values(state="withdrawn")
    )


def drop_promises(connection: Connection, conversations: Sequence[str], at: datetime) -> None:
    of_these = t.promise.c.conversation.in_(conversations)
    open_ones = t.promise.c.kept_at.is_(None) & t.promise.c.dropped_at.is_(None)
    connection.execute(update(t.promise).where(of_these, open_ones).values(dropped_at=at))


def _close(connection: Connection, sealer: Sealer, conversation: str, at: datetime) -> None:
    empty(connection, sealer, conversation)
    row = t.conversation.c
    closed = {"closed_at": func.coalesce(row.closed_at, at), "delete_on": null()}
    connection.execute(update(t.conversation).where(row.id == conversation).values(**closed))


def empty(connection: Connection, sealer: Sealer, conversation: str, person: str = "") -> None:
    """Leave nothing in the state of this conversation, and give it to this person, whose sealer
    it is."""
    nothing = pack(Conversation(standing="ended"))
    sealed = sealer.seal(nothing, f"conversation.state:{conversation}")
    whose = {"person": person} if person else {}
    this = update(t.conversation).where(t.conversation.c.id == conversation)
    connection.execute(this.values(state=sealed, standing="ended", **whose))


def _forget_at_providers(
    connection: Connection, keys: Keys, sealer: Sealer, person: str, at: datetime
) -> None:
    k = t.contact.c
    query = select(k.account, k.address, k.id.label("address_of"))
    theirs = query.where(k.person == person, k.valid_to.is_(None), k.address != b"")
    for contact in connection.execute(theirs).all():
        provider_logs.ask(connection, keys, contact, sealer, at, at)
