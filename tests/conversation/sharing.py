"""A phone that more than one person holds: whose intake lies on it, and what either may do.

Everything is drawn from a seed. The intake of its owner is made once of each kind and copied; what
is theirs holds words that no sentence of ours holds.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from random import Random
from typing import Final, NamedTuple

from msgspec.structs import replace

from bot.conversation.channel import TRAITS
from bot.conversation.model import Conversation, Event, Known, Position, Rendered, Wrote
from bot.conversation.render import taught
from bot.conversation.showing import LONGEST, guarded
from tests.conversation.anything import CODES, COMMANDS, SAYINGS
from tests.play import Play
from tests.worlds import caring, catalogues

CANARIES: Final = ("quorn", "zanzibar", "ottoline", "kettle", "vexilla", "brumby", "sassafras")
CODE: Final = "Red Kettle"
OWN: Final = {  # question: what its owner says to it
    "keeps_going": "quorn every morning",
    "good_at": "the brumby song",
    "safe_to_text": "2",
    "name": "Ottoline",
    "matters_most": "zanzibar by boat",
    "would_help": "vexilla",
    "please_dont": "sassafras",
    "how_to_talk": "1 and 5",
    "good_times": "weekdays before 3",
    "code_word": "skip",
}
GUESSES: Final = (
    "red|kettles|red kettel|tea|password|1234|0000|letmein|open sesame|our dog|love|secret|rex|"
    "her name|code word|my code word is|admin|show me what she said|what did i say|who is this|"
    "what did you tell her|send me all of it|full|FULL|PLAIN|continue|ready|where were we|"
    "is this my wife|remove 1|change 2|3|2|?|i forgot|REVIEW|answers|my answers|"
    "he hits me|want to die|yes please|nein|merci|i write for my friend|stop it|delete it"
).split("|")
WAITS: Final = (60, 20 * 60, 2 * 3600, 3 * 86400, 9 * 86400, 40 * 86400)


class Mode(NamedTuple):
    """How the phone is guarded."""

    plain: bool
    code: bool


MODES: Final = (Mode(True, True), Mode(True, False), Mode(False, True), Mode(False, False))


class Phone(Play):
    """A phone, and what came to it: each message with its buttons, as it was read."""

    def __init__(self, channel: str, language: str) -> None:
        super().__init__(caring(3), channel, language)
        self.read: list[tuple[str, tuple[str, ...]]] = []
        self.known = Known()

    def feed(self, event: Event) -> list[str]:
        """With what the store knows of its owner, as the inbox would give it: of what is erased
        nothing, whatever is written next begins anew."""
        given = dataclasses.replace(event, known=self.known) if isinstance(event, Wrote) else event
        said = super().feed(given)
        if self.conversation.standing == "erased":
            self.known = Known()
        return said

    def _say(self, messages: Sequence[Rendered]) -> list[str]:
        for message in messages:
            labels = tuple(f"{button.code} {button.label}" for button in message.buttons)
            if message.prompted:
                self.read.append((self.resolve(message.text), labels))
        return super()._say(messages)

    def sends(self, choice: str = "", media: tuple[str, ...] = ()) -> list[str]:
        """A press of a button, or something that is no words."""
        self._pass(self.now + self.between)
        message = f"m{len(self.words)}"
        self.words[message] = ""
        return self.feed(Wrote(choice=choice, media=media, message=message))

    def again(self) -> Phone:
        """The same phone once more, to go another way with."""
        other = copy.copy(self)
        for name in ("lines", "words", "timers", "sent", "effects", "filed", "buttons", "waiting"):
            setattr(other, name, copy.copy(getattr(self, name)))
        other.read = []
        return other


@cache
def owned(mode: Mode, channel: str, language: str, answers: int) -> Phone:
    """Where its owner got to with so many answers; guarded as the mode says from the start."""
    phone = Phone(channel, language)
    yes = taught(phone.world, language, TRAITS[channel])["yes"]
    for text in ("hello", yes, yes, yes):
        phone.says(text)
    if mode.plain:
        phone.says("plain")
    if mode.code:
        _set_code(phone)
    for _ in range(answers):
        _answers(phone, yes, mode.plain)
    if mode.plain and not phone.conversation.discreet:
        phone.says("plain")
    phone.ends()
    phone.known = Known(read=True)  # a worker has read a sign of danger
    return phone


def _set_code(phone: Phone) -> None:
    """By way of the question for it, wherever the intake has it."""
    asked = next(q.id for q in phone.world.flow.questions if q.kind == "code")
    phone.conversation = replace(phone.conversation, position=Position("question", asked))
    phone.says(CODE)
    phone.says(CODE)
    assert phone.conversation.code_given


def _answers(phone: Phone, yes: str, plain: bool) -> None:
    now = phone.conversation
    if now.over == ("plain_offer",):
        phone.says("1" if plain else "2")
    elif now.over or now.position.place in ("choice", "offer"):
        phone.says("1")
    elif now.position.place == "question":
        phone.says(OWN.get(now.position.id, "1"))
    else:
        phone.says(yes)


def words(rng: Random) -> str:
    """What somebody might send who does not know the code word."""
    if rng.random() < 0.5:
        return rng.choice(GUESSES)
    if rng.random() < 0.5:
        return rng.choice(SAYINGS)
    return "".join(rng.choice("aeiou xyz12") for _ in range(rng.randint(1, LONGEST)))


def acts(rng: Random, most: int, deletes: bool = True) -> list[tuple[str, str]]:
    """A few things that may be done, one after the other."""
    kinds = ("command",) * 4 + ("word",) * 4 + ("button", "wait", "wait", "burst", "media", "yes")
    found: list[tuple[str, str]] = []
    for _ in range(rng.randint(1, most)):
        kind = rng.choice(kinds)
        name = {
            "command": rng.choice([c for c in COMMANDS if deletes or c != "delete"]),
            "word": words(rng),
            "wait": str(rng.choice(WAITS)),
            "burst": words(rng),
            "button": str(rng.random()),
        }.get(kind, "")
        found.append((kind, name))
    return found


def on(phone: Phone, act: tuple[str, str]) -> tuple[str, str]:
    """The act as it is on this phone: which of the buttons that it shows."""
    kind, name = act
    if kind != "button":
        return act
    codes = [*sorted(phone.buttons.values()), *CODES]
    return kind, codes[int(float(name) * len(codes))]


def do(phone: Phone, act: tuple[str, str], rng: Random) -> None:
    """Do one of them."""
    kind, name = act
    if kind == "wait":
        phone.later(int(name), "later")
    elif kind == "media":
        phone.sends(media=("image",))
    elif kind == "button":
        phone.sends(choice=name)
    else:
        language = rng.choice([phone.conversation.language, "en"])
        known = taught(phone.world, language, TRAITS[phone.conversation.channel])
        text = {"yes": known["yes"], "command": known.get(name, name)}.get(kind, name)
        phone.soon = timedelta(seconds=1) if kind == "burst" else None
        phone.says(text)


def unknown(like: Phone) -> Phone:
    """A number that never wrote, in the same mode and language, at the same moment."""
    was = like.conversation
    phone = Phone(was.channel, was.language)
    phone.conversation = Conversation(
        channel=was.channel, language=was.language, discreet=was.discreet
    )
    phone.now, phone.delivery = like.now, like.delivery
    return phone


def a_phone(rng: Random) -> tuple[Mode, Phone]:
    """Somebody's phone, after a silence that ends the sitting."""
    mode = rng.choice(MODES)
    channel, language = rng.choice(sorted(TRAITS)), rng.choice(sorted(catalogues()))
    phone = owned(mode, channel, language, rng.randint(1, 22)).again()
    phone.delivery = rng.choice(["delivered", "delivered", "sent", "failed"])
    phone.later(rng.choice([3600, 5 * 3600, 8 * 86400, 60 * 86400]), "later")
    assert guarded(phone.conversation) == (mode.plain or mode.code)
    return mode, phone
