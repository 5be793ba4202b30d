"""Broken engines: each is the shipped one with one thing wrong, and the rule that it breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace as but

from bot.conversation.effects import Filed, Forget, Timer
from bot.conversation.engine import respond
from bot.conversation.model import (
    Conversation,
    Delivered,
    Due,
    Event,
    Position,
    Quote,
    Say,
    Turn,
    World,
    Wrote,
)

Bend = Callable[[World, Conversation, Event, Turn, datetime], Turn]
WORD = {
    "why": "WHY",
    "help": "OPTIONS",
    "safe": "SAFE",
    "more": "MORE",
    "person": "PERSON",
    "data": "DATA",
    "stop": "BYE",
    "delete": "DELETE",
    "language": "LANGUAGE",
    "pause": "PAUSE",
    "back": "BACK",
    "skip": "SKIP",
}
TALKING = ("asking", "reviewing")


@dataclass(frozen=True, slots=True)
class Broken:
    """An engine with one thing wrong. `kind` is what sort of fault it is."""

    kind: str
    label: str
    rule: str
    respond: Callable[[World, Conversation, Event, datetime], Turn]
    whole: bool = False  # shows only in a long intake

    @property
    def rules(self) -> tuple[str, ...]:
        return (self.rule,)


def bent(kind: str, name: str, rule: str, bend: Bend, whole: bool = False) -> Broken:
    """The shipped engine, with every turn bent."""

    def answer(world: World, before: Conversation, event: Event, now: datetime) -> Turn:
        return bend(world, before, event, respond(world, before, event, now), now)

    return Broken(kind, name, rule, answer, whole)


def changed(turn: Turn, **fields: Any) -> Turn:
    return replace(turn, conversation=but(turn.conversation, **fields))


def says(turn: Turn, *more: Say) -> Turn:
    keys = tuple(say.key for say in (*turn.says, *more))
    return replace(changed(turn, said=keys), says=(*turn.says, *more))


def wrote(event: Event, name: str) -> bool:
    return isinstance(event, Wrote) and event.text == WORD[name]


def on(name: str, bend: Callable[[World, Turn], Turn], *standings: str) -> Bend:
    """Bend what a word does, in these standings."""

    def only(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        here = before.standing in (standings or TALKING)
        return bend(world, turn) if here and wrote(event, name) else turn

    return only


def broken() -> Iterator[Broken]:
    yield from _telling()
    yield from _silent()
    yield from _before_a_yes()
    yield from _leaving()
    yield from _keeping()
    yield from _moving()
    yield from _pausing()
    yield from _returning()
    yield from _unasked()
    yield from _mechanics()
    yield from _plainly()


# --- Words that work at any time -----------------------------------------------------------------


def _telling() -> Iterator[Broken]:
    review = Position("review")
    moves: dict[str, Callable[[World, Turn], Turn]] = {
        "moves on": lambda world, turn: changed(turn, position=review),
        "takes a choice back": lambda world, turn: changed(turn, share=False),
        "forgets the agreement": lambda world, turn: changed(turn, agreed=False),
    }
    for name in ("why", "help", "safe", "more", "person"):
        for what, bend in moves.items():
            yield bent("telling moves", f"{name} {what}", "R-S5", on(name, bend, "asking"))
        drop = on(name, lambda world, turn: changed(turn, over=()), "asking")
        yield bent("an interjection is dropped", name, "R-S5", drop)
    yield bent("the question stays away", "after why", "R-S5", on("why", _only_first, "asking"))
    yield bent("the question stays away", "after help", "R-S5", on("help", _only_first, "asking"))
    numberless = on("person", lambda world, turn: replace(turn, says=turn.says[1:]), "asking")
    yield bent("a person is far", "no number", "R-S9", numberless)
    yield bent("a person is far", "no hours", "R-S9", on("person", _only_first, "asking"))


def _only_first(world: World, turn: Turn) -> Turn:
    return replace(turn, says=turn.says[:1])


def _silent() -> Iterator[Broken]:
    for name in WORD:
        yield Broken("a word does nothing", name, "R-S1", _deaf(name, "asking"))
    for name in ("stop", "delete", "person", "language"):
        yield Broken("a word does nothing", f"{name} at review", "R-S1", _deaf(name, "reviewing"))
        yield Broken("a word does nothing", f"{name} at the end", "R-S1", _deaf(name, "ended"))


def _deaf(name: str, standing: str) -> Callable[[World, Conversation, Event, datetime], Turn]:
    def answer(world: World, before: Conversation, event: Event, now: datetime) -> Turn:
        if before.standing == standing and wrote(event, name):
            return Turn(but(before, last_wrote=now), (), (Filed("command"),))
        return respond(world, before, event, now)

    return answer


# --- Before the agreement, and leaving -----------------------------------------------------------


def _before_a_yes() -> Iterator[Broken]:
    for number in ("1", "2", "3"):
        yield bent("asked too early", f"at notice {number}", "R-P1", _asks_at(number))
    for told in ("said", "failed"):
        yield Broken("a lost notice counts", told, "R-P1", _trusting(told))


def _asks_at(number: str) -> Bend:
    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        at = turn.conversation.position == Position("notice", number)
        first = world.flow.sections[0].questions[0]
        return says(turn, Say(f"ask.{first.id}", first.ask)) if at and turn.says else turn

    return bend


def _trusting(told: str) -> Callable[[World, Conversation, Event, datetime], Turn]:
    def answer(world: World, before: Conversation, event: Event, now: datetime) -> Turn:
        if before.standing != "explaining" or not isinstance(event, Wrote):
            return respond(world, before, event, now)
        arrived = {k: "sent" if v == told else v for k, v in before.told.items()}
        turn = respond(world, but(before, told=arrived), event, now)
        kept = {k: before.told.get(k, v) for k, v in arrived.items()}
        return changed(turn, told={**turn.conversation.told, **kept})

    return answer


def _leaving() -> Iterator[Broken]:
    timer = Timer("remind", datetime.fromisoformat("2026-11-21T10:00:00+00:00"))
    sorry = Say("stopped", "Are you sure?")

    def reminds(world: World, turn: Turn) -> Turn:
        return replace(turn, effects=(*turn.effects, timer))

    own = Say("stopped_more", "Write when you like.", own_message=True)
    yield bent("stop goes on", "with a timer", "R-S8", on("stop", reminds))
    yield bent("stop goes on", "in two texts", "R-S8", on("stop", lambda w, t: says(t, own)))
    yield bent("stop goes on", "with a question", "R-S8", on("stop", lambda w, t: says(t, sorry)))
    yield bent("stop goes on", "on news", "R-S8", _speaks_to("stopped"))
    yield bent("no goes on", "on news", "R-P9", _speaks_to("declined"))
    yield bent("no goes on", "with a timer", "R-P9", _no(reminds))
    yield bent("no goes on", "in two texts", "R-P9", _no(lambda w, t: says(t, own)))
    asks = Say("ask.hard", "What happened?")
    hard = bent("it ends on the hardest", "pause", "R-O12", _pause_asks(asks), whole=True)
    yield hard


def _speaks_to(standing: str) -> Bend:
    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        news = isinstance(event, Delivered) and event.stage == "sent"
        here = before.standing == standing and news
        return says(turn, Say("still_here", "Still here?", prompted=False)) if here else turn

    return bend


def _no(more: Callable[[World, Turn], Turn]) -> Bend:
    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        declines = before.standing != "declined" and turn.conversation.standing == "declined"
        return more(world, turn) if declines else turn

    return bend


def _pause_asks(say: Say) -> Bend:
    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        hard = next(q for q in world.flow.questions if q.sensitivity == 2)
        asks = replace(say, key=f"ask.{hard.id}")
        return says(turn, asks) if turn.conversation.standing == "paused" and turn.says else turn

    return bend


# --- What is kept --------------------------------------------------------------------------------


def _keeping() -> Iterator[Broken]:
    for sort in ("answer", "choice", "command", "note", "aside"):
        yield bent("a message is not filed", sort, "R-S11", _unfiled(sort))
    for sort in ("answer", "note"):
        yield bent("words pass for a command", sort, "R-S11", _misfiled(sort))
    yield bent("an answer loses its message", "at once", "R-S11", _emptied)
    yield bent("held words are dropped", "at once", "R-S11", _drops_pending)
    yield bent("an answer changes by itself", "on why", "R-E2", on("why", _loses_answers))
    yield bent("an answer changes by itself", "on news", "R-E2", _news_answers)
    yield Broken("deletes unasked", "at the first word", "R-E2", _deletes_at_once)
    yield bent("deletes half", "answers stay", "R-E2", _erases_but("answers"))
    yield bent("deletes half", "the agreement stays", "R-E2", _erases_but("agreed"))
    for name in ("answers", "position", "share"):
        yield bent("another language", f"changes {name}", "R-S13", _language_changes(name))


def _unfiled(kind: str) -> Bend:
    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        left = [e for e in turn.effects if not (isinstance(e, Filed) and e.kind == kind)]
        return replace(turn, effects=tuple(left))

    return bend


def _misfiled(kind: str) -> Bend:
    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        swap = [
            Filed("command") if e == Filed(kind, getattr(e, "question", "")) else e  # type: ignore[arg-type]
            for e in turn.effects
        ]
        return replace(turn, effects=tuple(swap))

    return bend


def _emptied(world: World, b: Conversation, e: Event, turn: Turn, now: datetime) -> Turn:
    answers = turn.conversation.answers.items()
    return changed(turn, answers={k: but(a, messages=()) for k, a in answers})


def _drops_pending(world: World, b: Conversation, e: Event, turn: Turn, now: datetime) -> Turn:
    return changed(turn, pending=()) if b.pending else turn


def _loses_answers(world: World, turn: Turn) -> Turn:
    return changed(turn, answers={})


def _news_answers(world: World, b: Conversation, e: Event, turn: Turn, now: datetime) -> Turn:
    lost = isinstance(e, Delivered) and e.stage == "sent" and b.answers
    return changed(turn, answers={}) if lost else turn


def _deletes_at_once(world: World, before: Conversation, event: Event, now: datetime) -> Turn:
    turn = respond(world, before, event, now)
    if wrote(event, "delete") and before.standing == "asking":
        return respond(world, turn.conversation, event, now)
    return turn


def _erases_but(name: str) -> Bend:
    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        erased = Forget("all") in turn.effects and before.standing != "erased"
        return changed(turn, **{name: getattr(before, name)}) if erased else turn

    return bend


def _language_changes(name: str) -> Bend:
    fresh = Conversation()

    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        same = before.language == turn.conversation.language
        return turn if same else changed(turn, **{name: getattr(fresh, name)})

    return bend


# --- Moving, pausing, coming back ----------------------------------------------------------------


def _moving() -> Iterator[Broken]:
    yield bent("skip asks again", "the bookmark stays", "R-S3", _skip_stays)
    yield bent("skip asks again", "nothing is noted", "R-S3", _skip_unnoted)
    yield bent(
        "skip is not neutral",
        "no line",
        "R-S3",
        on("skip", lambda w, t: says(replace(t, says=()), *t.says[1:]), "asking"),
    )
    yield Broken("back goes wrong", "it jumps two", "R-S7", _twice("back"))
    yield bent("back goes wrong", "it stays", "R-S7", _back_stays)
    yield bent("back goes wrong", "to the first", "R-S7", _back_to_the_first)
    yield bent("the same again", "aside", "R-S12", _same("aside_kept", "aside_kept_again"))
    yield bent("the same again", "at review", "R-S12", _same("review_unclear", "note_kept"))
    yield bent("the same again", "at the end", "R-S12", _same("ended_note", "ended_note_again"))
    yield bent("no breaks", "never", "R-O6", _no_break, whole=True)


def _skip_stays(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    asked = world.flow.question(b.position.id)
    if not wrote(event, "skip") or b.standing != "asking" or asked is None:
        return turn
    return changed(says(turn, Say(f"ask.{asked.id}", asked.ask)), position=b.position)


def _skip_unnoted(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    return changed(turn, answers=b.answers) if wrote(event, "skip") else turn


def _twice(name: str) -> Callable[[World, Conversation, Event, datetime], Turn]:
    def answer(world: World, before: Conversation, event: Event, now: datetime) -> Turn:
        turn = respond(world, before, event, now)
        if wrote(event, name) and before.standing in TALKING:
            return respond(world, but(turn.conversation, unheard=False), event, now)
        return turn

    return answer


def _back_stays(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    stays = wrote(event, "back") and b.standing == "asking"
    return changed(turn, position=b.position) if stays else turn


def _back_to_the_first(
    world: World, b: Conversation, event: Event, turn: Turn, now: datetime
) -> Turn:
    first = Position("question", world.flow.sections[0].questions[0].id)
    jumps = wrote(event, "back") and turn.conversation.standing == "asking"
    return changed(turn, position=first) if jumps else turn


def _same(first: str, then: str) -> Bend:
    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        if first not in before.said or then not in (say.key for say in turn.says):
            return turn
        again = tuple(replace(s, key=first) if s.key == then else s for s in turn.says)
        return replace(changed(turn, said=tuple(s.key for s in again)), says=again)

    return bend


def _no_break(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    if turn.conversation.over[-1:] != ("break",):
        return turn
    left = changed(turn, over=(), sitting=1)
    asked = world.flow.question(turn.conversation.position.id)
    rest = tuple(say for say in turn.says if say.key != "break_offer")
    asks = (Say(f"ask.{asked.id}", asked.ask),) if asked else ()
    return says(replace(left, says=rest), *asks)


def _pausing() -> Iterator[Broken]:
    first = Position("question", "keeps_going")
    yield bent("pause loses", "the bookmark", "R-S6", _on_pause(position=first))
    yield bent("pause loses", "the choice to share", "R-S6", _on_pause(share=None))
    yield bent("pause loses", "an answer", "R-E2", _on_pause(answers={}))
    yield bent("pause loses", "what was opened", "R-S6", _on_resume(opened={"more": "no"}))
    yield bent("pause loses", "the way back", "R-S6", _on_resume(position=first))


def _on_pause(**fields: Any) -> Bend:
    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        paused = turn.conversation.standing == "paused" != before.standing
        return changed(turn, **fields) if paused else turn

    return bend


def _on_resume(**fields: Any) -> Bend:
    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        resumed = before.standing == "paused" and turn.conversation.standing in TALKING
        return changed(turn, **fields) if resumed else turn

    return bend


def _returning() -> Iterator[Broken]:
    shows = Say("review.x", "1. {words}", {"words": Quote(("m1",))})
    asks = Say("ask.keeps_going", "Who helps?")
    for line in ("hello", "Xanthe, Quorn", "SKIP", "WHY"):
        yield bent("shown after a time away", f"to {line}", "R-E7", _shows(line, shows))
    yield bent("shown after a time away", "a question", "R-E7", _shows("hello", asks))


def _shows(line: str, say: Say) -> Bend:
    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        away = before.last_wrote and now - before.last_wrote >= timedelta(hours=1)
        here = before.agreed and before.standing in TALKING
        written = isinstance(event, Wrote) and event.text == line
        return says(turn, say) if away and here and written else turn

    return bend


# --- Silence, and how much is said ---------------------------------------------------------------


def _unasked() -> Iterator[Broken]:
    yield bent("reminds too much", "a third time", "R-E8", _reminds(after=49, most=9))
    yield bent("reminds too much", "every day", "R-E8", _reminds(after=24, most=2))
    yield bent("reminds too much", "without a yes", "R-E8", _reminds_all)
    yield bent("timers go on for ever", "remind", "R-E10", _loops)
    yield bent("silence moves", "the bookmark", "R-E10", _due(position=Position("review")))
    yield bent("silence moves", "the standing", "R-E10", _due(standing="ended"))


def _reminds(after: int, most: int) -> Bend:
    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        again = Timer("remind", now + timedelta(hours=after))
        if not isinstance(event, Due) or event.name != "remind" or before.standing != "paused":
            return turn
        if not before.reminders or before.hurry_day >= most:
            return turn
        said = says(replace(turn, says=()), Say("remind", "Still here.", prompted=False))
        return replace(changed(said, hurry_day=before.hurry_day + 1), effects=(again,))

    return bend


def _reminds_all(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    unasked = isinstance(event, Due) and not b.reminders
    return says(turn, Say("remind", "Still here.", prompted=False)) if unasked else turn


def _loops(world: World, b: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    again = Timer("partial", now + timedelta(hours=1))
    loops = isinstance(event, Due) and event.name == "partial"
    return replace(turn, effects=(*turn.effects, again)) if loops else turn


def _due(**fields: Any) -> Bend:
    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        return changed(turn, **fields) if isinstance(event, Due) and before.agreed else turn

    return bend


def _mechanics() -> Iterator[Broken]:
    long = Say("why.long", "word " * 70)
    yield bent("too long", "a reply", "R-M1", on("why", lambda w, t: says(t, long)))
    yield bent("too long", "an unsent quarter", "R-M1", on("data", lambda w, t: says(t, long)))
    yield Broken("raises", "on a picture", "R-S1", _raises(lambda e: bool(getattr(e, "media", ()))))
    yield Broken("raises", "on a timer", "R-S1", _raises(lambda e: isinstance(e, Due)))


def _raises(
    when: Callable[[Event], bool],
) -> Callable[[World, Conversation, Event, datetime], Turn]:
    def answer(world: World, before: Conversation, event: Event, now: datetime) -> Turn:
        if when(event):
            raise KeyError("made up")
        return respond(world, before, event, now)

    return answer


# --- Where others may read ------------------------------------------------------------------------


def _plainly() -> Iterator[Broken]:
    yield bent("it tells", "our name", "R-C2", _says_where_others_read("{service} here."))
    yield bent("it tells", "a topic", "R-C2", _says_where_others_read("Our refuge has room."))
    yield bent("it tells", "a link", "R-C2", _says_where_others_read("See example.org."))
    yield bent("the review is sent", "a line of it", "R-E3", _shows_a_line)
    yield bent("any word opens", "a wrong code word", "R-C4", _opens)
    yield bent("a wrong word is told", "a wrong code word", "R-C4", _tells_wrong)
    yield bent("a day without a name", "the first reply", "R-M4", _nameless)


def _says_where_others_read(text: str) -> Bend:
    def bend(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
        if not (turn.conversation.discreet and turn.says and isinstance(event, Wrote)):
            return turn
        return says(turn, Say("new", text, {"service": world.service.text_name}))

    return bend


def _shows_a_line(
    world: World, before: Conversation, event: Event, turn: Turn, now: datetime
) -> Turn:
    if not (turn.conversation.discreet and turn.conversation.standing == "reviewing" and turn.says):
        return turn
    return says(turn, Say("review.name", "1. {words}", {"words": Quote(("m1",))}))


def _opens(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    locked = before.code and not before.code_given and isinstance(event, Wrote)
    return changed(turn, code_given=True) if locked else turn


def _tells_wrong(
    world: World, before: Conversation, event: Event, turn: Turn, now: datetime
) -> Turn:
    if not before.code or not turn.conversation.stranger:
        return turn
    return says(turn, Say("wrong", "That is not it."))


def _nameless(world: World, before: Conversation, event: Event, turn: Turn, now: datetime) -> Turn:
    return replace(turn, says=tuple(say for say in turn.says if say.key != "day_name"))
