"""Records as life makes them, by number: answers, words before and after sharing, what workers
wrote, who looked. The same number gives the same record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, get_args

from sqlalchemy import Connection, update

from bot.conversation.effects import OWED
from desk import (
    changes,
    concern,
    decisions,
    holding,
    looking_back,
    looks,
    notes,
    queries,
    safeguarding,
    wishes,
)
from desk.places import CODE_WORD
from store import legal_hold, rights
from store import looking_back as opening
from store import tables as t
from store.ids import new_id
from store.sealing import Sealer
from tests.desk.builder import THURSDAY, Desk, Made, flow

PIECES = (
    "i just want to sleep",
    "my son is ok",
    "<b>not bold</b> & 'so'",
    "no sé qué decir",
    "> what he said\nand what i said",
    "اليوم كان صعبا",
    "\N{DOG FACE} and the cat",
    "  two  spaces  ",
    "Your words\n----------",
    "{name} {when}",
)
CUES = ("immediate_danger", "child_at_risk", "suicidal", "abuse_disclosure")
LATER = timedelta(hours=1)  # after it was shared


class Making:
    """One record in the making. What it writes is told apart by a number in it."""

    def __init__(self, desk: Desk, number: int) -> None:
        self.desk, self.random, self.number, self.written = desk, Random(number), number, 0  # noqa: S311
        self.sam, self.lee = desk.worker("Sam"), desk.worker("Lee")

    def words(self) -> str:
        self.written += 1
        pieces = self.random.sample(PIECES, self.random.randint(1, 3))
        return f"{' '.join(pieces)} {self.number}-{self.written}".strip()

    def maybe(self) -> bool:
        return self.random.random() < 0.5

    def some(self) -> str:
        """Words, or none."""
        return self.words() if self.maybe() else ""

    def answers(self) -> dict[str, str | Sequence[str] | None]:
        found: dict[str, str | Sequence[str] | None] = {}
        for question in flow().questions:
            codes = [choice.code for choice in question.choices]
            lot = self.random.random()
            if lot < 0.3:
                continue
            if lot < 0.4:
                found[question.id] = None
            elif lot < 0.45:
                found[question.id] = "-"
            else:
                found[question.id] = [self.random.choice(codes)] if codes else self.words()
        return found

    def made(self) -> Made:
        cues = {name: self.words() for name in CUES if self.random.random() < 0.2}
        made = self.desk.intake(
            self.answers(),
            kind=self.random.choice(["partial", "complete"]),
            notes=[self.words() for _ in range(self.random.randint(0, 2))],
            asked=[what for what in ("person", "delete", "complain", "fix") if self.maybe()],
            cues=cues,
            reminders=self.random.choice([None, True, False]),
            state=self.random.choice(["open", "open", "stopped", "unreachable"]),
            reference=f"MIR-{self.number:05}",
        )
        self.desk.store.write_sync(partial(self.lived, made=made))
        return made

    def lived(self, connection: Connection, made: Made) -> None:
        """What came after it was shared."""
        [head] = queries.in_order(connection, [made.id])
        sealer = self.desk.keys.person(head.wrapped_key or b"", head.person)
        sam, lee = self.sam, self.lee
        about = (made.id, sam, THURSDAY)
        for _ in range(self.random.randint(0, 2)):
            notes.add(connection, sealer, new_id(), *about, self.some(), self.some())
            decisions.add(connection, sealer, new_id(), *about, self.decision(), *self.told())
        if self.maybe():
            four = {q: self.random.choice(["yes", "not_yet"]) for q in notes.QUESTIONS}
            notes.add_answers(connection, sealer, new_id(), *about, four, self.some())
        if self.maybe():
            self.looked_back(connection, sealer, made)
        self.level(connection, sealer, made, sam)
        self.stages(connection, sealer, made, sam)
        self.reached(connection, sealer, made, sam)
        if self.maybe():
            holding.pick_up(connection, made.id, sam, THURSDAY)
            holding.hand_on(connection, self.desk.keys, head, [sam], lee, self.some(), THURSDAY)
        purpose = self.random.choice([looks.READY, *map(looks.for_messages, looks.PURPOSES)])
        changes.look_for(connection, made.id, lee, purpose, THURSDAY, sealer, self.some())
        if self.maybe():
            until = THURSDAY + timedelta(days=9)
            legal_hold.put(connection, sealer, made.person, sam, self.words(), THURSDAY, until)
        self.afterwards(connection, sealer, made)
        for what in OWED:
            if wish := wishes.find(connection, made.asked.get(what, ""), [head.service]):
                wishes.say_why(connection, sealer, wish, self.some())
                wishes.answer_owed(
                    connection, sealer, wish, made.person, lee, self.words(), THURSDAY
                )

    def stated(self, connection: Connection, sealer: Sealer, made: Made, wish: str) -> None:
        """What should stand beside what a worker wrote, in their words."""
        id = self.message(connection, sealer, made, "in", "note", self.words())
        this = update(t.asked).where(t.asked.c.id == wish)
        connection.execute(this.values(statement=[id]))

    def looked_back(self, connection: Connection, sealer: Sealer, made: Made) -> None:
        reason = opening.Reason(made.id, self.random.choice(WHY), "", THURSDAY)
        id = opening.open_one(connection, reason, THURSDAY)
        fields = looking_back.Content.__struct_fields__
        content = looking_back.Content(**{name: self.some() for name in fields})
        looking_back.write(connection, sealer, id, content, ["timing"])

    def afterwards(self, connection: Connection, sealer: Sealer, made: Made) -> None:
        """They write on, to nobody in particular; they may have an answer erased."""
        for _ in range(self.random.randint(0, 2)):
            self.message(connection, sealer, made, "in", "note", self.words())
        if self.maybe():
            self.message(connection, sealer, made, "out", "worker", self.words())
            self.message(connection, sealer, made, "in", "note", self.words())
        if self.maybe():
            rights.forget_answer(connection, made.id, "matters_most", THURSDAY)
            of_it = (t.answer.c.conversation == made.id) & (t.answer.c.question == "matters_most")
            connection.execute(update(t.answer).where(of_it).values(status="removed"))

    def message(
        self, connection: Connection, sealer: Sealer, made: Made, way: str, kind: str, words: str
    ) -> str:
        id, at = new_id(), THURSDAY + LATER + timedelta(minutes=self.written)
        row: dict[str, Any] = {"id": id, "conversation": made.id, "direction": way, "kind": kind}
        row |= {"text": sealer.seal(words, f"message.text:{id}"), "at": at}
        sent = {"sent_at": at} if way == "out" else {}
        connection.execute(t.message.insert().values(**row, **sent))
        return id

    def decision(self) -> decisions.Content:
        passed = decisions.Passed(
            self.words(),
            self.words(),
            self.random.choice(decisions.LAWFUL),
            self.random.choice(decisions.TOLD),
            self.some(),
        )
        matches = self.random.choice(["", *decisions.MATCHES])
        words = (self.words(), self.words(), self.some(), matches, self.some(), self.some())
        return decisions.Content(*words, self.some(), passed if self.maybe() else None)

    def told(self) -> tuple[Any, Any]:
        return (THURSDAY if self.maybe() else None), (THURSDAY + LATER if self.maybe() else None)

    def level(self, connection: Connection, sealer: Sealer, made: Made, worker: str) -> None:
        seen = ""
        for _ in range(self.random.randint(0, 2)):
            words = (self.words(), self.words(), self.words(), self.some(), self.some())
            content, level = concern.Content(*words, self.some()), self.random.randint(0, 2)
            id, on = new_id(), THURSDAY + timedelta(days=3)
            about = (made.id, worker, THURSDAY, level, content, on, seen)
            assert concern.put(connection, sealer, id, *about)
            seen = id

    def stages(self, connection: Connection, sealer: Sealer, made: Made, worker: str) -> None:
        for stage in self.random.sample(sorted(safeguarding.stages()), self.random.randint(0, 2)):
            content = safeguarding.Content(self.words(), self.some(), self.some(), self.words())
            about = (made.id, worker, THURSDAY, stage, content)
            safeguarding.add(connection, sealer, new_id(), *about)

    def reached(self, connection: Connection, sealer: Sealer, made: Made, worker: str) -> None:
        if self.maybe():
            id = new_id()
            reason = sealer.seal(self.words(), f"override.reason:{id}")
            row = {"id": id, "conversation": made.id, "worker": worker, "what": "write"}
            connection.execute(t.override.insert().values(**row, at=THURSDAY, reason=reason))


# --- What the database holds, read without any of the desk's code --------------------------------


def stored(desk: Desk, made: Made) -> dict[str, list[str]]:
    """Every word about this person, by where it is sealed."""
    return desk.store.read_sync(lambda connection: _stored(connection, desk, made))


def _stored(connection: Connection, desk: Desk, made: Made) -> dict[str, list[str]]:
    person = t.person.select().where(t.person.c.id == made.person)
    sealer = desk.keys.person(connection.execute(person).one().wrapped_key)
    found: dict[str, list[str]] = {}
    for table, column in SEALED:
        place, of = f"{table.name}.{column}", table.c.conversation == made.id
        for row in connection.execute(table.select().where(of).order_by(table.c.id)):
            if blob := getattr(row, column):
                opened = sealer.open(blob, f"{place}:{row.id}")
                secret = table is t.message and row.question == CODE_WORD
                kind = "secret" if secret else place
                found.setdefault(kind, []).extend(_texts(row, column, opened))
    return found


SEALED = (
    (t.message, "text"),
    (t.answer, "choices"),
    (t.note, "said"),
    (t.note, "saw"),
    (t.decision, "content"),
    (t.concern, "content"),
    (t.stage, "content"),
    (t.override, "reason"),
    (t.look, "words"),
    (t.holding, "note"),
    (t.asked, "answer"),
    (t.asked, "reason"),
    (t.review, "content"),
)
WHY: tuple[opening.Why, ...] = get_args(opening.Why)
CODES = (*decisions.MATCHES, *decisions.LAWFUL, *decisions.TOLD)


def _texts(row: Any, column: str, opened: str) -> list[str]:
    """The words in what was opened; of choices their labels."""
    if column == "choices":
        labels = {(q.id, c.code): c.label for q in flow().questions for c in q.choices}
        return [labels[row.question, code] for code in json.loads(opened)]
    if column == "content" or (column == "saw" and row.kind == "as_they"):
        content = json.loads(opened)
        flat = [*content.values(), *(content.get("passed") or {}).values()]
        return [text for text in flat if isinstance(text, str) and text and text not in CODES]
    return [opened]
