"""The same trivial step by hand: the bare driver, no layer of ours in between.

What an engineer would write who knew that there is one kind of step only: the same look-ups, the
same sealed rows, one `executemany` a table, one commit a group, in a thread of its own. What our
path takes beyond this is the price of its layers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.bench.cores import TRIVIAL
from bot.bench.rows import bare
from bot.conversation.channel import SMS, Envelope
from bot.conversation.model import World, Wrote
from store.ids import new_id
from store.packing import pack, unpack
from store.sealing import Keys

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
                     failed_code) VALUES (?, ?, ?, ?, '', ?, ?, '[]', ?, '')
"""
OUTGOING = """
INSERT INTO outgoing (message, contact, sequence, buttons, prompted, not_before, state, attempts,
                      provider_ref) VALUES (?, ?, ?, '[]', 1, ?, 'new', 0, '')
"""
UNASKED = """
UPDATE outgoing SET state = 'withdrawn'
WHERE contact = ? AND state IN ('new', 'begun') AND prompted = 0
"""
SAVE = """
UPDATE conversation SET state = ?, standing = ?, language = ?, holder = ?, last_in_at = ?,
                        delete_on = ?, version = version + 1 WHERE id = ?
"""
Found = tuple[bytes, str, bytes, str, bytes, int | None]


class ByHand:
    """`receive` takes the envelopes of one group, all of known people, each of another one."""

    def __init__(self, file: Path, keys: Keys, world: World, thread: ThreadPoolExecutor) -> None:
        self._connection = bare(file)
        self._keys, self._world, self._thread = keys, world, thread

    def close(self) -> None:
        self._connection.close()

    async def receive(self, envelopes: Sequence[Envelope]) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._take, envelopes)

    def _take(self, envelopes: Sequence[Envelope]) -> None:
        account, now = envelopes[0].account, datetime.now(UTC)
        at, keys = _text(now), self._keys
        execute, many = self._connection.execute, self._connection.executemany
        execute("BEGIN IMMEDIATE")
        ids = [keys.seen(account, envelope.provider_id) for envelope in envelopes]
        if execute(SEEN.format(",".join("?" * len(ids))), [account, *ids]).fetchall():
            raise ValueError("a copy")
        hashes = {keys.lookup(account, envelope.address): envelope for envelope in envelopes}
        found = execute(LINES.format(",".join("?" * len(hashes))), [account, *hashes]).fetchall()
        steps = [self._step(line, hashes[line[0]], at, now) for line in found]
        many(REMEMBER, [(account, id, at) for id in ids])
        many(UNASKED, [(line[1],) for line in found])
        many(MESSAGE, [row for heard, said, _, _ in steps for row in (heard, said)])
        many(OUTGOING, [queued for _, _, queued, _ in steps])
        many(SAVE, [saved for _, _, _, saved in steps])
        execute("COMMIT")

    def _step(
        self, line: Found, envelope: Envelope, at: str, now: datetime
    ) -> tuple[tuple[object, ...], ...]:
        _, contact, wrapped, id, sealed, sequence = line
        sealer, place = self._keys.person(wrapped), f"conversation.state:{id}"
        before = unpack(sealer.open(sealed, place))
        wrote = Wrote(getattr(envelope.event, "text", ""), message=new_id())
        turn = TRIVIAL.step(self._world, before, wrote, now)
        (words,) = TRIVIAL.render(self._world, turn.conversation, turn.says, SMS)
        after, out = turn.conversation, new_id()
        heard = sealer.seal(wrote.text, f"message.text:{wrote.message}")
        said = sealer.seal(words.text, f"message.text:{out}")
        state = sealer.seal(pack(after), place)
        delete_on = _text(now + timedelta(days=self._world.service.keep_partial_days))
        return (
            (wrote.message, id, "in", "note", heard, "[]", at),
            (out, id, "out", "say", said, f'["{words.said[0]}"]', at),
            (out, contact, (sequence or 0) + 1, at),
            (state, after.standing, after.language, after.holder, at, delete_on, id),
        )


def _text(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(" ", "microseconds")


@contextmanager
def by_hand(file: Path, keys: Keys, world: World) -> Iterator[ByHand]:
    """This way, on the database in `file`."""
    with ThreadPoolExecutor(1) as thread, closing(ByHand(file, keys, world, thread)) as way:
        yield way
