"""The statements by which a turn is recorded, and the order in which they run: what changes rows
that stand there first, new rows after them. Who adds rows to them is `store.turns`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BindParameter, bindparam, delete, exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.conversation.effects import OWED
from store import bursts
from store import tables as t
from store.prepared import Many

_LINE: BindParameter[str] = bindparam("line")
_WHO: BindParameter[str] = bindparam("who")
_AT: BindParameter[datetime] = bindparam("when")
_ASIDES = (t.message.c.conversation == _LINE) & (t.message.c.kind == "aside")
_ANSWER_TO = (t.answer.c.conversation == _LINE) & (t.answer.c.question == bindparam("asked"))
_WAITS = (t.outgoing.c.state == "new") | (t.outgoing.c.state == "begun")
_UNSENT = update(t.outgoing).where(t.outgoing.c.contact == _WHO, _WAITS).values(state="withdrawn")
_OPEN = t.promise.c.kept_at.is_(None) & t.promise.c.dropped_at.is_(None)

# What a try may have sent is not tried again either.
WITHDRAW = Many(_UNSENT)
# They came back: what waits to be said unasked (a reminder for the morning) no longer fits.
# A worker's words stay: they are no reminder.
_BY_WORKER = exists().where(t.message.c.id == t.outgoing.c.message, t.message.c.worker.is_not(None))
WITHDRAW_UNASKED = Many(_UNSENT.where(t.outgoing.c.prompted.is_(False), ~_BY_WORKER))
REACH = Many(
    update(t.contact)
    .where(t.contact.c.id == _WHO)
    .values(state=bindparam("to"), state_code=bindparam("code"), state_at=_AT)
)
# What was forgotten before stays so: there is nothing in it to read as a note.
KEEP_ASIDE = Many(
    update(t.message).where(_ASIDES, t.message.c.erased_at.is_(None)).values(kind="note")
)
FORGET_ASIDE = Many(
    update(t.message)
    .where(_ASIDES, t.message.c.erased_at.is_(None))
    .values(text=None, media=[], ref=None, erased_at=_AT)
)
# A step that failed set a copy of the words aside too.
FORGET_PARKED = Many(delete(t.parked).where(t.parked.c.conversation == _LINE))
REFILE = Many(
    update(t.message)
    .where(t.message.c.conversation == _LINE, t.message.c.id == bindparam("which"))
    .values(kind=bindparam("to"), question="")
)
TAKE_BACK = Many(delete(t.handover).where(t.handover.c.conversation == _LINE))
SUPERSEDE = Many(update(t.answer).where(_ANSWER_TO, t.answer.c.current).values(current=False))
_DROP = update(t.promise).where(t.promise.c.conversation == _LINE, _OPEN).values(dropped_at=_AT)
DROP_PROMISES = Many(_DROP.where(*(t.promise.c.kind != what for what in OWED)))
DROP_PROMISE = Many(_DROP.where(t.promise.c.kind == bindparam("what")))
CLEAR_TIMER = Many(
    delete(t.timer).where(
        t.timer.c.conversation == _LINE, t.timer.c.name == bindparam("timer_name")
    )
)
MESSAGE, OUTGOING, ANSWER = (
    Many(insert(t.message)),
    Many(insert(t.outgoing)),
    Many(insert(t.answer)),
)
PROMISE, PARKED = Many(insert(t.promise)), Many(insert(t.parked))
_SET = upsert(t.timer)  # SQLite says it in the same words
TIMER = Many(
    _SET.on_conflict_do_update(
        index_elements=[t.timer.c.conversation, t.timer.c.name],
        set_={"due_at": _SET.excluded.due_at},
    )
)

_A = t.asked.alias()
_NEWEST = (  # the cue that they were asked about just now
    select(_A.c.id)
    .where(_A.c.conversation == bindparam("line"), _A.c.message.is_not(None))
    .order_by(_A.c.at.desc(), _A.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
TAKEN_WRONG = Many(
    update(t.asked)
    .where(t.asked.c.id == _NEWEST, t.asked.c.wrong_at.is_(None))
    .values(wrong_at=bindparam("when"))
)
# Refiled after the asides: what a turn forgets is forgotten, whatever it was.
CHANGES: tuple[Many, ...] = (WITHDRAW, WITHDRAW_UNASKED, bursts.WITHDRAW_REPLY, REACH)
CHANGES += (KEEP_ASIDE, FORGET_ASIDE)
CHANGES += (FORGET_PARKED, REFILE, SUPERSEDE, TAKE_BACK, DROP_PROMISES, DROP_PROMISE, CLEAR_TIMER)
CHANGES += (TAKEN_WRONG,)
NEW: tuple[Many, ...] = (MESSAGE, OUTGOING, ANSWER, PROMISE, TIMER, PARKED)
