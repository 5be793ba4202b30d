"""A desk with people in it: a few intakes, laid out by plain inserts, on a clock that stands."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Connection, Table, select, update

from bot.clock import Clock
from bot.conversation import timing
from bot.conversation.channel import SMS, Account
from bot.conversation.flow import Flow, parse
from bot.conversation.model import Conversation
from bot.conversation.service import Hours, Service
from bot.inbound import Inbox
from desk import app as desk_app
from desk.kit import Routes
from desk.roles import CARING
from desk.safeguarding import PlainWords
from desk.writing import Way
from store import accounts
from store import tables as t
from store.ids import new_id
from store.sealing import Keys, Sealer
from store.session import Store
from tests.databases import Kind, fresh
from tests.worlds import world

FLOW = Path(__file__).parent.parent.parent / "bot/flows/self_referral.toml"
THURSDAY = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)  # the service is in London: the same hour
KEYS = Keys(b"k" * 32)
BASE = "http://127.0.0.1"
NUMBER = "+44 7700 900123"
OURS = {"Sec-Fetch-Site": "same-origin"}
Answers = Mapping[str, str | Sequence[str] | None]


@dataclass
class StandingClock:
    """Time that moves only when a test moves it; a service may be ahead."""

    at: datetime = THURSDAY
    ahead: dict[str, timedelta] = field(default_factory=dict)

    def now(self, service: str = "") -> datetime:
        return self.at + self.ahead.get(service, timedelta())


def flow() -> Flow:
    return parse(FLOW.read_text("utf-8"), FLOW.name)


def service(id: str, practice: bool = False) -> Service:
    hours = Hours.parse("Mo-Fr 09:00-17:00", "Europe/London")
    name = "Rehearsal" if practice else "Harbour Support"
    return Service(id, name, name, NUMBER, "999", hours, practice=practice)


SERVICES = {"harbour": service("harbour"), "practice": service("practice", practice=True)}


@dataclass
class Made:
    """One conversation that was laid out."""

    id: str
    reference: str
    person: str
    contact: str
    asked: Mapping[str, str]


@dataclass
class Desk:
    """A store with people, and the way to the pages over it."""

    store: Store
    keys: Keys
    clock: StandingClock
    client: TestClient[web.Request, web.Application]
    workers: dict[str, str] = field(default_factory=dict)

    def insert(self, table: Table, **values: Any) -> None:
        self.store.write_sync(lambda c: c.execute(table.insert().values(**values)))

    def change(self, table: Table, id: str, **values: Any) -> None:
        self.store.write_sync(lambda c: c.execute(update(table).where(table.c.id == id), values))

    def worker(self, name: str, role: str = "caseworker") -> str:
        """The id of this worker, who gets an account the first time."""
        if name not in self.workers:
            id, now = new_id(), self.clock.now()
            self.insert(t.worker, id=id, name=name, role=role, created_at=now)
            if role in CARING:
                self.store.write_sync(lambda c: accounts.join(c, id))
            self.workers[name] = id
        return self.workers[name]

    def link(self, name: str) -> str:
        """The token of a one-time link for this worker."""
        worker, now = self.worker(name), self.clock.now()
        return self.store.write_sync(lambda c: accounts.new_link(c, worker, now))

    async def sign_in(self, name: str = "Sam") -> str:
        """Come in as this worker; returns what their forms carry."""
        form = {"token": self.link(name)}
        answer = await self.client.post("/desk/sign-in", data=form, headers=OURS)
        assert answer.status == 200, answer.status
        return await self.csrf()

    async def csrf(self) -> str:
        text = await (await self.client.get("/desk/")).text()
        return text.split('name="csrf" value="')[1].split('"')[0]

    async def page(self, path: str) -> str:
        answer = await self.client.get(path)
        assert answer.status == 200, (path, answer.status)
        return await answer.text()

    def holder(self, made: Made) -> str | None:
        """Who picked an intake up."""
        query = select(t.handover.c.taken_by).where(t.handover.c.conversation == made.id)
        return self.store.read_sync(lambda c: c.scalar(query))

    def now_says(
        self, made: Made, question: str, words: str | None, codes: Sequence[str] = (), own: str = ""
    ) -> None:
        """They answer this question, perhaps again, at the time that it is; `None` removes it.

        `words` make the answer, with `codes` they only choose ("2") and `own` stands beside it.
        """
        self.store.write_sync(lambda c: self._adder(c, made).again(question, words, codes, own))

    def notes(self, made: Made, words: str) -> None:
        """They write this, at the time that it is, in answer to nothing."""
        self.store.write_sync(lambda c: self._adder(c, made).message("in", "note", words))

    def hand_over(self, made: Made, kind: str) -> None:
        """It goes to the workers once more."""
        changed = update(t.handover).where(t.handover.c.conversation == made.id)
        now = self.clock.now()
        self.store.write_sync(lambda c: c.execute(changed.values(kind=kind, at=now)))

    def _adder(self, connection: Connection, made: Made) -> _Adder:
        query = select(t.person.c.wrapped_key).where(t.person.c.id == made.person)
        sealer = self.keys.person(connection.scalars(query).one())
        return _Adder(connection, sealer, made.id, self.clock.now() - timedelta(minutes=1))

    def intake(self, answers: Answers, **about: Any) -> Made:
        return self.store.write_sync(lambda c: lay_out(c, self.keys, answers, **about))


def lay_out(
    connection: Connection,
    keys: Keys,
    answers: Answers,
    *,
    kind: str = "partial",
    service: str = "harbour",
    standing: str = "paused",
    at: datetime = THURSDAY - timedelta(hours=2),
    due: datetime | None = THURSDAY + timedelta(hours=2),
    notes: Sequence[str] = (),
    asked: Sequence[str] = (),
    cues: Mapping[str, str] = MappingProxyType({}),
    agreed: bool = True,
    share: bool | None = True,
    reminders: bool | None = None,
    undelivered: bool = False,
    reference: str = "",
    state: str = "open",
) -> Made:
    """One conversation. An answer is words, a list of choice codes, or None for skipped;
    `"-"` stands for one that the person removed."""
    person, contact, id = new_id(), new_id(), new_id()
    wrapped = keys.new_person_key()
    sealer = keys.person(wrapped)
    add = _Adder(connection, sealer, id, at)
    add.row(t.person, id=person, service=service, wrapped_key=wrapped, created_at=at)
    add.row(
        t.contact,
        id=contact,
        account=f"sms:{service}",
        address_hash=keys.lookup(f"sms:{service}", contact),
        address=sealer.seal(NUMBER, f"contact.address:{contact}"),
        person=person,
        state=state,
        state_at=None if state == "open" else at + timedelta(minutes=30),
        valid_from=at,
    )
    add.row(
        t.conversation,
        id=id,
        person=person,
        contact=contact,
        service=service,
        flow="self_referral",
        state=sealer.seal("{}", f"conversation.state:{id}"),
        standing=standing,
        language="en",
        started_at=at,
        last_in_at=at + timedelta(minutes=20),
        delete_on=at + timedelta(days=30),
    )
    shown = [add.told(n, undelivered) for n in (1, 2, 3)]
    for note in notes:
        add.message("in", "note", note)
    add.at += timedelta(minutes=2)
    if agreed:
        add.agreement("start", True, shown)
    if share is not None:
        add.agreement("share_partial", share, [])
    if reminders is not None:
        add.agreement("reminders", reminders, [])
    for question, words in answers.items():
        add.answer(question, words)
    wishes = {what: add.asked(what) for what in asked}
    for what, text in cues.items():
        about = {"message": add.message("in", "note", text), "voice": "patterns"}
        wishes[what] = add.asked(what, **about, due_at=at + timedelta(hours=3))
    if kind:
        reference = reference or f"TST-{str(int(id, 16))[-5:]}"
        add.handed(service, kind, reference, due)
    return Made(id, reference, person, contact, wishes)


@dataclass
class _Adder:
    connection: Connection
    sealer: Sealer
    conversation: str
    at: datetime

    def row(self, table: Table, **values: Any) -> None:
        self.connection.execute(table.insert().values(**values))

    def own(self, table: Table, **values: Any) -> str:
        id = new_id()
        self.row(table, id=id, conversation=self.conversation, **values)
        return id

    def message(self, direction: str, kind: str, words: str, **values: Any) -> str:
        self.at += timedelta(minutes=1)
        id = new_id()
        sealed = self.sealer.seal(words, f"message.text:{id}")
        whose = {"conversation": self.conversation, "direction": direction, "kind": kind}
        self.row(t.message, id=id, text=sealed, at=self.at, **whose, **values)
        return id

    def told(self, number: int, undelivered: bool) -> str:
        words = f"Explanation {number}: your words go to our team."
        when = {"failed_at": self.at} if undelivered else {"delivered_at": self.at}
        return self.message("out", "say", words, said=[f"notice.{number}"], **when)

    def agreement(self, kind: str, value: bool, shown: list[str]) -> None:
        how = {"language": "en", "channel": "sms", "flow_fingerprint": "f00dcafe" * 8}
        self.own(t.agreement, kind=kind, value=value, shown=shown, reply="", at=self.at, **how)

    def answer(self, question: str, words: str | Sequence[str] | None) -> None:
        id, choices = new_id(), None
        messages: list[str] = []
        if isinstance(words, str) and words != "-":
            messages = [self.message("in", "answer", words, question=question)]
        elif words and words != "-":
            choices = self.sealer.seal(json.dumps(list(words)), f"answer.choices:{id}")
        status = "skipped" if words is None else "removed" if words == "-" else "answered"
        values = {"question": question, "status": status, "choices": choices}
        whose = {"id": id, "conversation": self.conversation, "messages": messages}
        self.row(t.answer, fingerprint="", at=self.at, current=True, **whose, **values)

    def again(self, question: str, words: str | None, codes: Sequence[str], own: str) -> None:
        """As the store does it: the earlier version stays, and is no longer current."""
        of_question = (
            t.answer.c.conversation == self.conversation,
            t.answer.c.question == question,
        )
        self.connection.execute(update(t.answer).where(*of_question).values(current=False))
        id, written = new_id(), (own or words) if codes else words
        kind = "choice" if codes and not own else "answer"
        named = [self.message("in", kind, written, question=question)] if written else []
        choices = self.sealer.seal(json.dumps(list(codes)), f"answer.choices:{id}")
        values = {"status": "removed" if words is None else "answered", "choices": choices}
        whose = {"id": id, "conversation": self.conversation, "messages": named}
        row = {"question": question, "fingerprint": "", "at": self.at, "current": True}
        self.row(t.answer, **whose, **row, **values)

    def asked(self, what: str, **cue: object) -> str:
        return self.own(t.asked, what=what, at=self.at, **cue)

    def handed(self, service: str, kind: str, reference: str, due: datetime | None) -> None:
        values = {"service": service, "reference": reference, "kind": kind, "due_at": due}
        self.own(t.handover, at=self.at, **values)
        if due:
            self.own(t.promise, kind="read", due_at=due, made_at=self.at)


def inbox(store: Store, clock: StandingClock) -> Inbox:
    """The way in, as the house has it, with these two services."""
    made = {id: replace(world(), service=one) for id, one in SERVICES.items()}
    accounts = {f"sms:{id}": Account(f"sms:{id}", id, SMS) for id in SERVICES}
    return Inbox(store, made, accounts, cast(Clock, clock))


def good_from(service: str, conversation: Conversation, now: datetime) -> datetime:
    return timing.may_speak_from(SERVICES[service], conversation, now)


@asynccontextmanager
async def a_desk(
    folder: Path, secure: bool = False, kind: Kind = "sqlite", routes: Routes | None = None
) -> AsyncIterator[Desk]:
    """A desk over an empty database with two services: a real one and one for practice."""
    clock, store = StandingClock(), Store.open(fresh(kind, folder), KEYS)
    root = web.Application()
    way = Way(inbox(store, clock).receive, good_from)
    flows = {"self_referral": flow()}
    phrases, known = world().phrases, world().catalogues
    words = (phrases.copy, PlainWords(phrases.messages, known))
    desk = desk_app.build(store, flows, SERVICES, clock, BASE, secure, routes, way, *words)
    root.add_subapp("/desk", desk)
    async with TestClient(TestServer(root)) as client:
        made = Desk(store, KEYS, clock, client)
        for id, one in SERVICES.items():
            made.insert(t.service, id=id, practice=one.practice)
            made.insert(t.account, id=f"sms:{id}", service=id, channel="sms")
        yield made
    await store.close()


PARTIAL: Answers = {
    "keeps_going": "my sister. and the dog honestly",
    "good_at": "making people laugh, even now",
    "safe_to_text": ["sometimes"],
    "name": None,
    "matters_most": "i just want to sleep somewhere my son is ok",
    "good_times": "weekdays before 3",
}
COMPLETE: Answers = {
    "keeps_going": "My faith, and Sunday football with the lads.",
    "good_at": "I can fix nearly anything with an engine.",
    "safe_to_text": ["yes"],
    "name": "Jo",
    "matters_most": "Getting my own front door again.",
    "would_help": "Somebody to come with me to the council.\nI get lost in the letters.",
    "please_dont": "Please don't call my mum's house.",
    "access": "short breaks, and big print",
    "how_to_talk": ["phone", "office"],
    "good_times": "after 4",
    "voicemail": ["no_name"],
    "how_soon": ["today"],
}
