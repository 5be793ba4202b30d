"""When are two conversations of one kind? When nothing that may still happen tells them apart.

`Conversation.key()` holds every answer, so there are more keys than could ever be walked. Of the
answers a decision only looks at a few things: which question is asked now and whether it has its
answer, what comes next, the choices on which questions further on depend, and whether anything
was said at all. Everything else in the key counts as it stands, so that a field which is new is
walked in full until somebody says here what of it matters.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import timedelta

from msgspec.structs import replace

from bot.check.walk_node import Node
from bot.conversation.caring import QUIET_FOR
from bot.conversation.effects import OWED
from bot.conversation.flow import Question
from bot.conversation.going import LONG_SITTING
from bot.conversation.model import Answer, Conversation, World

# What decisions look for in what we said last: a test holds this against the engine.
LOOKED_FOR = frozenset(
    "aside_kept care_kept care_safe_kept ended_note here late late_answer media nearest old_button"
    " resume review_unclear worker".split()
)
SAFE = ("safe_to_text", frozenset({"yes"}))  # decides whether we may write first
AWAY = (timedelta(hours=1), timedelta(days=2))  # shorter than, between, longer: three kinds
LEFT = ("yes", "no")  # what settles an offer of more questions
HINT_DUE = 3
# Longer than a wait of the walk: they come due in tests of their own.
FAR = frozenset(f"late_{what}" for what in OWED)


class Kinds:
    """Tells nodes apart in one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        questions = sorted(world.flow.questions, key=lambda q: q.phase != "core")
        self.place = {question.id: place for place, question in enumerate(questions)}
        self.conditions = [
            (self.place[question.id], when.question, frozenset(when.codes))
            for question in questions
            for when in question.when
        ]

    def of(self, node: Node) -> Hashable:
        """The kind of a node: equal kinds are walked once."""
        c, timers = node.conversation, frozenset(node.timers) - FAR
        if c.stranger:
            return (self._of(c.stranger, node).key(), *self._below(c), timers)
        reduced = self._of(c, node)
        if c.handed == "complete":  # what was about stopping half way is over
            reduced = replace(reduced, share=None)
        quiet = sum(node.quiet >= span for span in AWAY)
        tired = c.sitting_since is not None and node.now - c.sitting_since >= LONG_SITTING
        return (reduced.key(), self._answers(c), quiet, tired, timers)

    def _of(self, c: Conversation, node: Node) -> Conversation:
        shows = c.standing in ("reviewing", "ended") or not self.world.flow.next(c)
        return replace(
            c,
            answers={},
            opened={},
            code=c.code and "set",
            pending=("",) if c.pending else (),
            code_once=c.first_code and "once",
            told={k: told for k, told in c.told.items() if told != "delivered"},
            said=tuple(sorted(LOOKED_FOR.intersection(c.said))),
            since_hint=HINT_DUE,
            pending_size=min(c.pending_size, 1),
            cared={name: at for name, at in c.cared.items() if node.now - at < QUIET_FOR},
            hurry=0,
            hurry_day=0,
            tries=0,
            unproven=("",) if c.unproven and shows else (),
            doubted=c.doubted and (c.discreet or bool(c.code)),
            burst=None,  # an act looks for it, and goes back to before it
            sitting=c.sitting if c.position.place == "question" else min(c.sitting, 1),
        )

    def _below(self, c: Conversation) -> tuple[Hashable, ...]:
        """Of what lies below an unknown number: what their coming back looks at."""
        hard = c.position.place, bool(c.over), c.handed, c.share, c.discreet, bool(c.code)
        return (c.standing, *hard, c.blocked, c.holder, c.ask_safe)

    def _answers(self, c: Conversation) -> Hashable:
        following = self.world.flow.next(c)
        here = c.answers.get(c.position.id)
        return (
            following.id if following else "",
            (here.status, min(len(here.choices), 2)) if here else None,
            c.handed == "complete" or any(a.status == "answered" for a in c.answers.values()),
            self._live(c.answers, following),
            next((p.id for p in self.world.flow.phases if c.opened.get(p.id) not in LEFT), ""),
        )

    def _live(self, answers: Mapping[str, Answer], following: Question | None) -> Hashable:
        """The choices that a question further on still looks at."""
        begin = self.place[following.id] if following else len(self.place)
        live = {SAFE} | {(of, codes) for at, of, codes in self.conditions if at >= begin}
        return frozenset(
            (of, codes) for of, codes in live if of in answers and codes & {*answers[of].choices}
        )
