"""The one way in. `await inbox.receive(envelope)` returns once what happened is stored.

To follow a message, read `receive`, then `batch`, then `_turn`. Why many envelopes share one
transaction: see "The message path" in docs/design.md.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection

from bot import metrics, trouble
from bot.clock import Clock
from bot.conversation import engine, farewell, own_copy, render, rights, timing
from bot.conversation.channel import TRAITS, Account, Away, Envelope, Receipt, Traits
from bot.conversation.model import (
    Conversation,
    CopyMade,
    Delivered,
    Due,
    Event,
    Failed,
    Rendered,
    Say,
    Turn,
    WorkerWrote,
    World,
    Wrote,
)
from bot.conversation.rights import CopyWay
from bot.grouping import Grouping
from bot.lines import Lines, Numbered, Times, hold, newcomer
from store import (
    bursts,
    clearing,
    handovers,
    known,
    messages,
    outbox,
    second_thoughts,
    their_copies,
)
from store.conversations import Kept, Line, Newcomer
from store.forgetting import forget
from store.session import Store
from store.turns import Ledger

Step = Callable[[World, Conversation, Event, datetime], Turn]
Render = Callable[[World, Conversation, Sequence[Say], Traits], tuple[Rendered, ...]]
# Makes what a turn wants of a copy, in the transaction of that turn.
Copies = Callable[[Connection, Line, Conversation, CopyWay, datetime], CopyMade]
NOTHING = timedelta()
log = logging.getLogger("ownpace.inbound")


class Inbox:
    """Takes envelopes from the channels, the sender, the clock and the desk."""

    def __init__(
        self,
        store: Store,
        worlds: Mapping[str, World],
        accounts: Mapping[str, Account],
        clock: Clock,
        step: Step = engine.respond,
        render: Render = render.render,
        copies: Copies | None = None,
    ) -> None:
        self.queued = asyncio.Event()  # set after a commit: there may be words to send
        self._store, self._worlds, self._accounts, self._clock = store, worlds, accounts, clock
        self._step, self._render, self._copies = metrics.timed(step), render, copies
        self._grouping = Grouping(self._take)

    async def receive(self, envelope: Envelope) -> Receipt:
        """Take one envelope; returns after the commit. Raises `Away`: then nothing is stored."""
        return await self._grouping.add(envelope)

    async def park(self, account: str, content: bytes | str, kind: str = "unreadable") -> None:
        """Set aside, sealed, what could not be read: a worker will see that it is there."""
        words = content if isinstance(content, str) else content.decode("utf-8", "backslashreplace")
        ledger = Ledger()
        ledger.park(self._store.keys, words, self._clock.now(), kind=kind, account=account)
        await self._store.write(ledger.write)

    # --- One commit for many, or where that fails one for each -----------------------------------

    @metrics.taken
    async def _take(self, envelopes: Sequence[Envelope]) -> Sequence[Receipt | Exception]:
        receipts: Sequence[Receipt | Exception]
        try:
            receipts = await self._commit(envelopes, self._step)
        except Away:
            raise
        except Exception as error:
            log.error("a commit failed and is replayed one by one: %s", trouble.where(error))
            receipts = [await self._alone(envelope) for envelope in envelopes]
        self.queued.set()
        self._store.bell.ring(self._whose(envelopes))  # the senders of other processes, and desks
        return receipts

    def _whose(self, envelopes: Sequence[Envelope]) -> frozenset[str]:
        """The services that these concern; none where one does not say."""
        accounts = [self._accounts.get(envelope.account) for envelope in envelopes]
        named = frozenset(account.service for account in accounts if account)
        return named if all(accounts) else frozenset()

    async def _alone(self, envelope: Envelope) -> Receipt | Exception:
        try:
            return await self._take_alone(envelope)
        except Exception as error:  # this one's own trouble: the others are stored
            return error

    async def _take_alone(self, envelope: Envelope) -> Receipt:
        """As usual; where that fails, the words and a sentence of ours; or at last set aside."""
        for step in (self._step, trouble.respond):
            try:
                return (await self._commit([envelope], step))[0]
            except Away:
                raise
            except Exception as error:
                about, place = envelope.conversation or "-", trouble.where(error)
                log.error("an envelope can't be stored: conversation=%s %s", about, place)
        if not isinstance(envelope.event, Wrote):
            return Receipt(stored=False)  # a timer stays set and is tried again
        await self.park(envelope.account, trouble.words(envelope.event), "step")
        return Receipt(stored=True)

    @metrics.committed
    async def _commit(self, envelopes: Sequence[Envelope], step: Step) -> list[Receipt]:
        return await self._store.write(lambda connection: self.batch(connection, envelopes, step))

    # --- One transaction -------------------------------------------------------------------------

    def batch(
        self, connection: Connection, envelopes: Sequence[Envelope], step: Step
    ) -> list[Receipt]:
        """Take all of these; the caller commits. A copy of one already taken is refused.

        Two envelopes of one person never share a round, so the second finds what the first left.
        """
        hold(connection, self._store.keys, envelopes)
        now = cache(self._clock.now)  # one time for all of them
        receipts = [Receipt(stored=False)] * len(envelopes)
        left = self._not_seen(connection, envelopes)
        while left:
            lines = Lines(connection, self._store.keys, left.values(), self._newcomer)
            chosen, left = lines.one_each(left)
            ledger = Ledger()
            for number, line, what in chosen:
                event = handovers.with_promise(connection, line.sealer, line.id, what)
                times = Times.of(envelopes[number], line, now(line.service))
                if self._is_for_the_core(connection, ledger, line, event, times.now):
                    self._turn(connection, ledger, line, event, times, step)
                receipts[number] = Receipt(True, line.id, getattr(event, "message", ""))
            ledger.write(connection)
            for contact, at in ledger.cleared.items():
                clearing.chats(connection, self._store.keys, [contact], at)
        return receipts

    def _not_seen(self, connection: Connection, envelopes: Sequence[Envelope]) -> Numbered:
        """By number, what is no copy of something taken before nor of another one of these."""
        keys = self._store.keys
        copies = {
            number: (envelope.account, keys.seen(envelope.account, id))
            for number, envelope in enumerate(envelopes)
            if (id := envelope.provider_id)
        }
        seen = messages.already_seen(connection, set(copies.values()))
        new: dict[messages.Copy, int] = {}
        for number, copy in copies.items():
            if copy not in seen:
                new.setdefault(copy, number)
        messages.remember(connection, new, self._clock.now())
        first = set(new.values())
        return {n: e for n, e in enumerate(envelopes) if n in first or n not in copies}

    def _is_for_the_core(
        self, connection: Connection, ledger: Ledger, line: Line, event: Event, now: datetime
    ) -> bool:
        """Not old delivery news, nothing about a conversation that is closed, and no word of a
        promise that was kept."""
        if isinstance(event, Delivered | Failed) and event.message:
            return outbox.settle(connection, event, now) and not line.closed
        if isinstance(event, Due) and event.name in handovers.LATE and event.since is None:
            ledger.timer(line, event.name, None)
            return False
        if line.closed and isinstance(event, Failed) and event.why != "failed":
            ledger.reach(line, event.why, event.code, now)
        return not line.closed

    def _turn(
        self,
        connection: Connection,
        ledger: Ledger,
        line: Line,
        event: Event,
        times: Times,
        step: Step,
    ) -> None:
        """What follows from one event: the core decides, the ledger takes it down."""
        world, at = self._worlds[line.service], times.at
        if isinstance(event, Wrote):
            event = bursts.met(connection, line, event)
            event = second_thoughts.met(connection, self._store.keys, line, event, times.now)
        turn, words = self._decide(connection, ledger, line, event, at, step)
        if isinstance(event, Wrote) and farewell.asks(turn):  # once more, with what we know
            event = replace(event, known=known.of(connection, line, times.now))
            turn, words = self._decide(connection, ledger, line, event, at, step)
        if rights.is_open(line.conversation) and not rights.is_open(turn.conversation):
            their_copies.end(connection, [line.id])
        line.conversation = turn.conversation
        forget(connection, self._store.keys, line, turn.effects, times.now)
        if isinstance(event, Due):
            ledger.timer(line, event.name, None)
        if isinstance(event, Wrote):
            ledger.heard(line, event, turn.effects, at)
        for effect in turn.effects:
            ledger.record(line, effect, at, world.flow.fingerprint, world.service.lawful)
        soon = times.now + (world.service.merge if turn.waits else NOTHING)
        for rendered in words:
            may_go = soon
            if times.late or not rendered.prompted:
                may_go = timing.may_speak_from(world.service, turn.conversation, times.now)
            by = event if isinstance(event, WorkerWrote) else None
            ledger.say(line, rendered, times.now, may_go, by)
        clears = rights.clears_itself(world.service, turn.conversation)
        kept = Kept(world.service.keep_days, world.service.keep_partial_days, clears)
        ledger.keep(line, at, kept)

    def _decide(
        self,
        connection: Connection,
        ledger: Ledger,
        line: Line,
        event: Event,
        now: datetime,
        step: Step,
    ) -> tuple[Turn, tuple[Rendered, ...]]:
        """Ask the core. Where it fails, the event is set aside and the person is told so."""
        world = self._worlds[line.service]
        for respond in (step, trouble.respond):
            try:
                turn = respond(world, line.conversation, event, now)
                if wanted := own_copy.wanted(turn):
                    made = self._copy(connection, line, turn.conversation, wanted.way, now)
                    then = respond(world, turn.conversation, made, now)
                    turn = own_copy.together(turn, then)
                return turn, self._render(world, turn.conversation, turn.says, self._traits(line))
            except Exception as error:
                kind, place = type(event).__name__, trouble.where(error)
                log.error("a step failed: conversation=%s event=%s %s", line.id, kind, place)
            if respond is step and not isinstance(event, Due):  # a timer rings again
                about = {"kind": "step", "account": line.account, "conversation": line.id}
                ledger.park(self._store.keys, trouble.words(event), now, **about)
        return trouble.silent(line.conversation, event, now), ()

    def _copy(
        self,
        connection: Connection,
        line: Line,
        conversation: Conversation,
        way: CopyWay,
        now: datetime,
    ) -> CopyMade:
        """What came of it. Where that fails, nothing of it stays, and a worker is asked."""
        if self._copies is None:
            return CopyMade(way)
        try:
            with connection.begin_nested():
                return self._copies(connection, line, conversation, way, now)
        except Exception as error:
            log.error("a copy failed: conversation=%s %s", line.id, trouble.where(error))
            return CopyMade(way)

    def _newcomer(self, envelope: Envelope) -> Newcomer:
        account = self._accounts[envelope.account]
        at = envelope.written_at or self._clock.now(account.service)
        return newcomer(self._worlds[account.service], account, envelope, at)

    def _traits(self, line: Line) -> Traits:
        account = self._accounts.get(line.account)
        return account.traits if account else TRAITS[line.conversation.channel]
