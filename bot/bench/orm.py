"""The usual way, to compare with: a session of the ORM and a commit a request.

It looks up and stores the rows that the inbox does for the same trivial step, in tables of the
same form. It runs in the loop itself: on SQLite a thread or an asynchronous driver in between
makes it slower still.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, create_engine, event, select
from sqlalchemy.orm import Session, registry

from bot.bench.cores import TRIVIAL
from bot.conversation.channel import SMS, Envelope, Receipt
from bot.conversation.model import World, Wrote
from store import tables as t
from store.conversations import Line, sealed_state
from store.engines import PRAGMAS
from store.ids import new_id
from store.messages import incoming, outgoing
from store.packing import unpack
from store.sealing import Keys

_mapped = registry()


def _class(table: Table) -> Any:
    return _mapped.map_imperatively(type(table.name.title(), (), {}), table).class_


SEEN, PERSON, CONTACT = _class(t.seen), _class(t.person), _class(t.contact)
CONVERSATION, MESSAGE, OUTGOING = _class(t.conversation), _class(t.message), _class(t.outgoing)


class Usual:
    """`receive` takes one envelope of somebody known, and commits."""

    def __init__(self, file: Path, keys: Keys, world: World) -> None:
        self._keys, self._world = keys, world
        self._engine = create_engine(f"sqlite:///{file}")
        event.listen(self._engine, "connect", _set_up)

    def close(self) -> None:
        self._engine.dispose()

    async def receive(self, envelope: Envelope) -> Receipt:
        with Session(self._engine) as session:
            if session.get(SEEN, (envelope.account, envelope.provider_id)):
                return Receipt(stored=False)
            now = datetime.now(UTC)
            session.add(SEEN(account=envelope.account, provider_id=envelope.provider_id, at=now))
            self._take(session, envelope, now)
            session.commit()
            return Receipt(stored=True)

    def _take(self, session: Session, envelope: Envelope, now: datetime) -> None:
        held, line = self._found(session, envelope)
        wrote = Wrote(getattr(envelope.event, "text", ""), message=new_id())
        turn = TRIVIAL.step(self._world, line.conversation, wrote, now)
        session.add(MESSAGE(**incoming(line, wrote, now)))
        for words in TRIVIAL.render(self._world, turn.conversation, turn.says, SMS):
            message, queued = outgoing(line, words, now, now)
            session.add_all([MESSAGE(**message), OUTGOING(**queued)])
        line.conversation = turn.conversation
        held.state, held.standing = sealed_state(line), line.conversation.standing
        held.last_in_at, held.version = now, held.version + 1

    def _found(self, session: Session, envelope: Envelope) -> tuple[Any, Line]:
        hash = self._keys.lookup(envelope.account, envelope.address)
        theirs = (t.contact.c.account == envelope.account) & (t.contact.c.address_hash == hash)
        contact = session.scalars(select(CONTACT).where(theirs)).one()
        held = session.scalars(
            select(CONVERSATION).where(t.conversation.c.contact == contact.id)
        ).one()
        person = session.get_one(PERSON, contact.person)
        sealer = self._keys.person(person.wrapped_key)
        state = unpack(sealer.open(held.state, f"conversation.state:{held.id}"))
        last = select(OUTGOING).where(t.outgoing.c.contact == contact.id)
        before = session.scalars(last.order_by(t.outgoing.c.sequence.desc()).limit(1)).one()
        where = (held.id, held.service, envelope.account, contact.id, person.id)
        return held, Line(*where, sealer, state, before.sequence)


def _set_up(connection: Any, _record: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
