"""What a turn records: every kind of effect has one statement, run once for a whole batch.

A `Ledger` gathers rows while the turns are made and then writes them all. It takes one turn of
each conversation: changes to rows that stand there go first, new rows after them, so that what a
turn erases, withdraws or replaces is never what it has just written.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.conversation import effects as e
from bot.conversation import model as m
from store import (
    bursts,
    conversations,
    handovers,
    messages,
    nudges,
    outside,
)
from store import tables as t
from store import turn_statements as s
from store.conversations import Kept, Line
from store.ids import new_id
from store.prepared import Many
from store.sealing import Keys

Row = dict[str, Any]
CONSENT = "consent"  # a lawful basis


class Ledger:
    """Rows waiting to be written, by statement."""

    def __init__(self) -> None:
        self._rows: defaultdict[Many, list[Row]] = defaultdict(list)
        self._handed: list[handovers.Handed] = []
        self._taken_back: list[tuple[str, datetime]] = []
        self._agreed: list[Row] = []
        self._asked: list[Row] = []
        self._stated: list[tuple[str, Sequence[str]]] = []
        self._nudges: list[nudges.Needed] = []
        self._kept: list[Row] = []
        # Contacts whose chat is to be cleared, and when that was wanted.
        self.cleared: dict[str, datetime] = {}
        self._timers: dict[tuple[str, str], datetime | None] = {}
        self._wrote: set[str] = set()

    def add(self, statement: Many, **row: Any) -> None:
        self._rows[statement].append(row)

    def write(self, connection: Connection) -> None:
        """Write everything gathered; each statement runs once."""
        for (line, name), due_at in self._timers.items():
            if due_at:
                self.add(s.TIMER, conversation=line, name=name, due_at=due_at)
            else:
                self.add(s.CLEAR_TIMER, line=line, timer_name=name)
        outside.taken_back(connection, self._taken_back)
        for statement in s.CHANGES + s.NEW:
            if rows := self._rows.get(statement):
                statement.run(connection, rows)
        conversations.save(connection, self._kept)
        handovers.hand_over(connection, self._handed)
        handovers.agree(connection, self._agreed)
        handovers.ask(connection, self._asked)
        for line, stated in self._stated:
            handovers.state(connection, line, stated)
        nudges.make(connection, self._nudges)

    def heard(self, line: Line, wrote: m.Wrote, effects: Sequence[e.Effect], at: datetime) -> None:
        """What the person wrote, filed as the turn says (as a note where it says nothing)."""
        self._wrote.add(line.id)
        self.add(s.WITHDRAW_UNASKED, who=line.contact)
        row = messages.incoming(line, wrote, at)
        for effect in effects:
            if isinstance(effect, e.Filed):
                row["kind"], row["question"] = effect.kind, effect.question
        if line.closed:  # this very message asked for everything to be erased
            self.cleared[line.contact] = at
            row |= {"text": None, "media": [], "erased_at": at}
        self._rows[s.MESSAGE].append(row)

    def say(
        self,
        line: Line,
        words: m.Rendered,
        at: datetime,
        not_before: datetime,
        by: m.WorkerWrote | None = None,
    ) -> None:
        """Queue one message of ours, or of a worker with their words in it."""
        words = messages.by_worker(words, by) if by else words
        message, queued = messages.outgoing(line, words, at, not_before)
        if by:
            message |= {"kind": "worker", "worker": by.worker}
        self._rows[s.MESSAGE].append(message)
        self._rows[s.OUTGOING].append(queued)

    def record(
        self,
        line: Line,
        effect: e.Effect,
        at: datetime,
        fingerprint: str,
        lawful: tuple[str, str] = ("", ""),
    ) -> None:
        """One effect; `heard` sees to `Filed`, `forget` to an answer or all forgotten. `lawful` is
        as `Service` has it."""
        match effect:
            case e.Filed() | e.BringBack() | e.CopyWanted():
                pass
            case e.Answered(answer):
                self._answered(line, answer, at)
            case e.Timer(name, due_at):
                self.timer(line, name, due_at)
            case e.Agreed():
                self._agreed.append(_agreement(line, effect, at, fingerprint, lawful))
            case e.Promised(kind, due_at):
                self._promised(line, kind, due_at, at)
            case e.HandOver(kind, due_at, today):
                self._handed.append(handovers.Handed(line.id, line.service, kind, at, due_at))
                self._nudge(line, "today" if today else "handover", at, due_at)
            case e.Asked():
                self._ask(line, effect, at)
            case e.Stated(stated):
                self._stated.append((line.id, stated))
            case e.ClearChat():
                self.cleared[line.contact] = at
            case e.TakenWrong():
                self.add(s.TAKEN_WRONG, line=line.id, when=at)
            case e.Reach(state, code):
                self.reach(line, state, code, at)
            case e.Withdraw(""):
                self.add(s.WITHDRAW, who=line.contact)
            case e.Withdraw(since):
                self.add(bursts.WITHDRAW_REPLY, who=line.contact, since=since)
            case e.AsideKept():
                self.add(s.KEEP_ASIDE, line=line.id)
            case e.Forget("aside"):
                self.add(s.FORGET_ASIDE, line=line.id, when=at)
                self.add(s.FORGET_PARKED, line=line.id)
            case e.Refiled(message, kind):
                self.add(s.REFILE, line=line.id, which=message, to=kind)
            case e.TakeBack():
                self.add(s.TAKE_BACK, line=line.id)
                self._taken_back.append((line.id, at))
                self.add(s.DROP_PROMISES, line=line.id, when=at)

    def keep(self, line: Line, at: datetime, kept: Kept) -> None:
        """Save where the conversation is now, and until when it stays if nobody writes again.

        One just erased is left as it was left there.
        """
        whole = line.conversation.handed == "complete"
        days = kept.days if whole else kept.partial_days
        if line.conversation.standing == "declined":
            days = 1
        if not line.closed:
            wrote_at = at if line.id in self._wrote else None
            since = wrote_at or line.conversation.last_word or line.conversation.started or at
            until = since + timedelta(days=days)
            self._kept.append(conversations.saved(line, wrote_at, until, kept.clears, at))

    def timer(self, line: Line, name: str, due_at: datetime | None) -> None:
        """Set a timer of this conversation, or put it out; of two in one turn the last counts."""
        self._timers[line.id, name] = due_at

    def reach(self, line: Line, state: str, code: str, at: datetime) -> None:
        """Whether we may write to this contact; after STOP nothing that waits goes out."""
        self.add(s.REACH, who=line.contact, to=state, code=code[: t.CODE], when=at)
        if state == "stopped":
            self.add(s.WITHDRAW, who=line.contact)

    def park(self, keys: Keys, words: str, at: datetime, **row: str) -> None:
        """Set `words` aside for a worker, sealed: `kind`, `account` and `conversation` in `row`."""
        id = new_id()
        content = keys.master.seal(words, f"parked.content:{id}")
        self.add(s.PARKED, **{"conversation": "", **row}, id=id, content=content, at=at)

    def _ask(self, line: Line, asked: e.Asked, at: datetime) -> None:
        row = {"id": new_id(), "conversation": line.id, "what": asked.what, "at": at}
        about = {"message": asked.message or None, "voice": asked.voice or None}
        self._asked.append(row | about | {"due_at": asked.due_at})
        # Danger is told by itself: it does not wait behind a nudge of something slower.
        cue = "danger" if asked.what == "immediate_danger" else "cue"
        self._nudge(line, cue if asked.message else asked.what, at, asked.due_at)

    def _nudge(self, line: Line, what: str, at: datetime, due_at: datetime | None = None) -> None:
        self._nudges.append(nudges.Needed(line.id, line.service, what, at, due_at))

    def _promised(self, line: Line, kind: str, due_at: datetime, at: datetime) -> None:
        if kind in ("read", "aim"):  # each other one is for something of its own
            self.add(s.DROP_PROMISE, line=line.id, what=kind, when=at)
        row = {"id": new_id(), "conversation": line.id, "kind": kind}
        self.add(s.PROMISE, **row, due_at=due_at, made_at=at)

    def _answered(self, line: Line, answer: m.Answer, at: datetime) -> None:
        id = new_id()
        self.add(s.SUPERSEDE, line=line.id, asked=answer.question)
        self.add(
            s.ANSWER,
            id=id,
            conversation=line.id,
            question=answer.question,
            status=answer.status,
            choices=line.sealer.seal(json.dumps(answer.choices), f"answer.choices:{id}"),
            messages=list(answer.messages),
            fingerprint=answer.fingerprint,
            at=at,
            current=True,
        )


def _agreement(
    line: Line, agreed: e.Agreed, at: datetime, fingerprint: str, lawful: tuple[str, str]
) -> Row:
    """To begin is not always consent, as the law has the word; what is chosen beside it is."""
    basis, condition = lawful
    return {
        "lawful_basis": basis if agreed.kind == "start" else CONSENT,
        "special_condition": condition,
        "id": new_id(),
        "conversation": line.id,
        "kind": agreed.kind,
        "value": agreed.value,
        "language": line.conversation.language,
        "channel": line.conversation.channel,
        "flow_fingerprint": fingerprint,
        "shown": [],
        "reply": agreed.message,
        "at": at,
    }
