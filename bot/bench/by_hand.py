"""The same steps by hand: the bare driver, no layer of ours in between.

What an engineer would write who knew these talks beforehand: the same core, the same look-ups, the
same sealed rows, one `executemany` a table, one commit a group, in a thread of its own. What never
happens in these talks is refused. What our path takes beyond this is the price of its layers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import msgspec

from bot.bench.cores import Core
from bot.bench.rows import bare
from bot.clock import Clock
from bot.conversation import effects as e
from bot.conversation import timing
from bot.conversation.channel import SMS, Envelope
from bot.conversation.model import Answer, Conversation, Rendered, World, Wrote
from store.ids import new_id
from store.packing import pack, unpack
from store.sealing import Keys, Sealer
from store.turns import CONSENT

SEEN = "SELECT provider_id FROM seen WHERE account = ? AND provider_id IN ({})"
LINES = """
SELECT c.address_hash, c.id, p.wrapped_key, v.id, v.state,
       (SELECT max(sequence) FROM outgoing WHERE contact = c.id)
FROM contact c
JOIN person p ON p.id = c.person
JOIN conversation v ON v.contact = c.id AND v.closed_at IS NULL
WHERE c.account = ? AND c.valid_to IS NULL AND c.address_hash IN ({})
"""
REMEMBER = "INSERT INTO seen (account, provider_id, at) VALUES (?, ?, ?)"
MESSAGE = """
INSERT INTO message (id, conversation, direction, kind, question, text, said, media, at,
                     failed_code) VALUES (?, ?, ?, ?, ?, ?, ?, '[]', ?, '')
"""
OUTGOING = """
INSERT INTO outgoing (message, contact, sequence, buttons, prompted, not_before, state, attempts,
                      provider_ref) VALUES (?, ?, ?, '[]', ?, ?, 'new', 0, '')
"""
SUPERSEDE = "UPDATE answer SET current = 0 WHERE conversation = ? AND question = ? AND current = 1"
ANSWER = """
INSERT INTO answer (id, conversation, question, status, choices, messages, fingerprint, at, current)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)
"""
TIMER = """
INSERT INTO timer (conversation, name, due_at) VALUES (?, ?, ?)
ON CONFLICT (conversation, name) DO UPDATE SET due_at = excluded.due_at
"""
AGREEMENT = """
INSERT INTO agreement (id, conversation, kind, value, language, channel, flow_fingerprint, shown,
                       reply, at, lawful_basis, special_condition)
VALUES (?, ?, ?, ?, ?, ?, ?, '[]', ?, ?, ?, ?)
"""
UNASKED = """
UPDATE outgoing SET state = 'withdrawn'
WHERE contact = ? AND state IN ('new', 'begun') AND prompted = 0
"""
SAVE = """
UPDATE conversation SET state = ?, standing = ?, language = ?, holder = ?, last_in_at = ?,
                        delete_on = ?, version = version + 1 WHERE id = ?
"""
WRITES = (REMEMBER, UNASKED, SUPERSEDE, MESSAGE, OUTGOING, ANSWER, TIMER, AGREEMENT, SAVE)
_encode = msgspec.json.Encoder().encode
Found = tuple[bytes, str, bytes, str, bytes, int | None]


class ByHand:
    """`receive` takes the envelopes of one group, all of known people, each of another one."""

    def __init__(
        self, file: Path, keys: Keys, world: World, core: Core, thread: ThreadPoolExecutor
    ) -> None:
        self._connection = bare(file)
        self._keys, self._world, self._core, self._thread = keys, world, core, thread

    def close(self) -> None:
        self._connection.close()

    async def receive(self, envelopes: Sequence[Envelope]) -> None:
        """Returns after the commit. Raises ValueError for what never happens in these talks."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._take, envelopes)

    def _take(self, envelopes: Sequence[Envelope]) -> None:
        account, keys = envelopes[0].account, self._keys
        execute, many = self._connection.execute, self._connection.executemany
        execute("BEGIN IMMEDIATE")
        ids = [keys.seen(account, envelope.provider_id) for envelope in envelopes]
        if execute(SEEN.format(",".join("?" * len(ids))), [account, *ids]).fetchall():
            raise ValueError("a copy")
        hashes = {keys.lookup(account, envelope.address): envelope for envelope in envelopes}
        found = execute(LINES.format(",".join("?" * len(hashes))), [account, *hashes]).fetchall()
        group = _Group(self._world, self._core, keys)
        group.rows[REMEMBER] = [(account, id, group.at) for id in ids]
        for line in found:
            group.step(line, hashes[line[0]])
        for sql in WRITES:
            if rows := group.rows[sql]:
                many(sql, rows)
        execute("COMMIT")


class _Group:
    """The rows of one transaction, by statement."""

    def __init__(self, world: World, core: Core, keys: Keys) -> None:
        self._world, self._core, self._keys = world, core, keys
        self._now = Clock().now()
        self.at = _text(self._now)
        self.rows: dict[str, list[tuple[object, ...]]] = {sql: [] for sql in WRITES}

    def step(self, line: Found, envelope: Envelope) -> None:
        _, contact, wrapped, id, sealed, sequence = line
        world, rows, at = self._world, self.rows, self.at
        sealer, place = self._keys.person(wrapped), f"conversation.state:{id}"
        wrote = Wrote(getattr(envelope.event, "text", ""), message=new_id())
        turn = self._core.step(world, unpack(sealer.open(sealed, place)), wrote, self._now)
        after = turn.conversation
        filed = self._effects(id, sealer, after, turn.effects)
        heard = sealer.seal(wrote.text, f"message.text:{wrote.message}")
        rows[MESSAGE].append((wrote.message, id, "in", *filed, heard, "[]", at))
        rows[UNASKED].append((contact,))
        spoken = self._core.render(world, after, turn.says, SMS)
        for number, words in enumerate(spoken, start=(sequence or 0) + 1):
            out = new_id()
            text = sealer.seal(words.text, f"message.text:{out}")
            rows[MESSAGE].append((out, id, "out", "say", "", text, _json(words.said), at))
            not_before = self._not_before(words, after)
            rows[OUTGOING].append((out, contact, number, words.prompted, not_before))
        delete_on = _text(self._now + timedelta(days=world.service.keep_partial_days))
        facts = (after.standing, after.language, after.holder, at, delete_on)
        rows[SAVE].append((sealer.seal(pack(after), place), *facts, id))

    def _effects(
        self, id: str, sealer: Sealer, after: Conversation, effects: Sequence[e.Effect]
    ) -> tuple[str, str]:
        """Returns how the message is filed."""
        filed, rows, at = ("note", ""), self.rows, self.at
        for effect in effects:
            match effect:
                case e.Filed(kind, question):
                    filed = kind, question
                case e.Timer(name, datetime() as due_at):
                    rows[TIMER].append((id, name, _text(due_at)))
                case e.Answered(answer):
                    rows[SUPERSEDE].append((id, answer.question))
                    rows[ANSWER].append(_answer(id, sealer, answer, at))
                case e.Agreed(kind, value, reply):
                    said = (kind, value, after.language, after.channel)
                    fingerprint = self._world.flow.fingerprint
                    basis, condition = self._world.service.lawful
                    lawful = (basis if kind == "start" else CONSENT, condition)
                    rows[AGREEMENT].append((new_id(), id, *said, fingerprint, reply, at, *lawful))
                case _:
                    raise ValueError(f"never in these talks: {effect}")
        return filed

    def _not_before(self, words: Rendered, after: Conversation) -> str:
        if words.prompted:
            return self.at
        return _text(timing.may_speak_from(self._world.service, after, self._now))


def _answer(id: str, sealer: Sealer, answer: Answer, at: str) -> tuple[object, ...]:
    own = new_id()
    choices = sealer.seal(_json(answer.choices), f"answer.choices:{own}")
    said = (answer.question, answer.status, choices, _json(answer.messages), answer.fingerprint)
    return (own, id, *said, at)


@lru_cache(1024)
def _text(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(" ", "microseconds")


def _json(value: Sequence[str]) -> str:
    """As the database keeps a list."""
    return _encode(value).decode()


@contextmanager
def by_hand(file: Path, keys: Keys, world: World, core: Core) -> Iterator[ByHand]:
    """This way, on the database in `file`."""
    with (
        ThreadPoolExecutor(1) as thread,
        closing(ByHand(file, keys, world, core, thread)) as way,
    ):
        yield way
