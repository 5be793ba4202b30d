"""A shared, seized or reassigned phone: who does not know the code word learns nothing, and who the
intake belongs to is never kept from it.

Each conversation comes from a seed (`sharing`). What a stranger is told is held against what a
number that never wrote is told, letter by letter, and looked through for all that its owner said.
"""

from __future__ import annotations

import copy
from random import Random

import pytest

from bot.conversation.channel import TRAITS
from bot.conversation.render import taught
from bot.conversation.rights import is_open
from bot.conversation.showing import guarded
from store.late import CONTENT
from tests.conversation.sharing import (
    CANARIES,
    CODE,
    Mode,
    Phone,
    a_phone,
    acts,
    do,
    on,
    owned,
    unknown,
)

MANY = 10_000
# What tells whoever holds the phone that there was more: heard by its owner alone.
TELLS_OF_IT = {"read_already"}


# --- By somebody else ----------------------------------------------------------------------------


def told(phone: Phone, since: int = 0) -> list[str]:
    """What of its owner's came out since so many messages, or could only come from their words."""
    own = set(phone.conversation.unproven) or set(phone.conversation.answers)
    found = []
    for message in phone.sent[since:]:
        text = phone.resolve(message.text)
        found += [word for word in CANARIES if word in text.casefold()]
        found += [key for key in message.said if key in CONTENT - {"many_noted", "times"}]
        found += [key for key in message.said if _shows(key, text, own)]
        found += [key for key in message.said if key in TELLS_OF_IT]
    return found


def _shows(key: str, text: str, own: set[str]) -> bool:
    """A line of the review that says more than a heading, of an answer that is not the writer's."""
    question = key.removeprefix("review.")
    chosen = {"safe_to_text": ("Sometimes", "A veces"), "how_to_talk": ("Phone,", "Teléfono,")}
    shown = any(label in text for label in chosen.get(question, ()))
    return key.startswith("review.") and question in own and shown


def a_stranger(seed: int) -> None:
    """One conversation, from one seed; each failure names it."""
    rng = Random(seed)  # noqa: S311
    mode, phone = a_phone(rng)
    other, steps = unknown(phone), acts(rng, 14)
    phone.sent, met, wrote = [], mode.plain or mode.code, 0
    for number, drawn in enumerate(steps):
        act = on(phone, drawn)
        one, two, since = copy.deepcopy(rng), rng, len(phone.sent)
        plain, read = phone.conversation.discreet, len(phone.read)
        do(phone, act, one)
        wrote += act[0] != "wait"
        # No first message brings anybody back, whatever it is.
        met = met and (wrote < 2 or phone.conversation.stranger is not None)
        if met:
            do(other, act, two)
            assert phone.read == other.read, (seed, number, act)
        if plain and phone.conversation.discreet:
            assert not any("Harbour" in text for text, _ in phone.read[read:]), (seed, act)
        assert act[0] == "wait" or not is_open(phone.conversation), (seed, number, act)
        if mode.plain or mode.code:
            gave = {key for m in phone.sent[since:] for key in m.said}
            assert not gave & {"paused_handed", "ended_open"}, (seed, number, act)
        assert told(phone, since) == [], (seed, number, act, told(phone))


def test_a_stranger_is_told_nothing() -> None:
    for seed in range(400):
        a_stranger(seed)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_strangers_are_told_nothing() -> None:
    for seed in range(1_000_000, 1_000_000 + MANY):
        a_stranger(seed)


# --- By the person whose intake it is ------------------------------------------------------------


def the_owner(seed: int) -> None:
    """Whatever happened, they get back, on, to the end, and have it deleted."""
    rng = Random(seed)  # noqa: S311
    mode, phone = a_phone(rng)
    for act in acts(rng, 12, deletes=False):
        do(phone, on(phone, act), rng)
        if phone.conversation.standing == "erased":
            return  # they said so twice
    phone.delivery = "delivered"
    phone.later(2 * 86400, "later")
    _come_back(phone, mode, seed)
    shown = _to_the_end(phone, seed)
    kept = phone.conversation.answers.get("keeps_going")
    if mode.code and phone.conversation.code_given and shown and kept and kept.messages:
        assert phone.words[kept.messages[0]] in " ".join(shown), seed
    _delete(phone, seed)


def _word(phone: Phone, name: str) -> str:
    now = phone.conversation
    return taught(phone.world, now.language, TRAITS[now.channel])[name]


def _come_back(phone: Phone, mode: Mode, seed: int) -> None:
    """By the code word; without one, or where too much was tried, by saying that they are ready."""
    if phone.conversation.blocked:
        phone.says("START")  # what the phone network takes as leave to write to them
    if mode.code and phone.conversation.code:
        phone.says(CODE)
        assert phone.conversation.code_given, (seed, phone.lines[-24:])
    else:
        phone.says("hello")
    for _ in range(8):
        now = phone.conversation
        if not now.stranger and now.standing in ("asking", "reviewing", "ended") and not now.over:
            return
        phone.says("1" if now.over and not now.stranger else _word(phone, "yes"))
    raise AssertionError((seed, phone.conversation, phone.lines[-24:]))


def _to_the_end(phone: Phone, seed: int) -> list[str]:
    """Through the rest of the questions and the review, to the hand-over; what the review said."""
    for _ in range(60):
        now = phone.conversation
        if now.standing == "ended":
            return [phone.resolve(m.text) for m in phone.sent if "review.keeps_going" in m.said][
                -1:
            ]
        if now.over or now.position.place in ("choice", "offer"):
            phone.says("1")
        else:
            phone.says(_word(phone, "yes" if now.standing == "reviewing" else "skip"))
    raise AssertionError((seed, phone.conversation, phone.lines[-24:]))


def _delete(phone: Phone, seed: int) -> None:
    for _ in range(3):
        phone.says(_word(phone, "delete"))
        if phone.conversation.standing == "erased":
            return
    raise AssertionError((seed, phone.conversation, phone.lines[-24:]))


def test_the_person_is_never_locked_out() -> None:
    for seed in range(300):
        the_owner(seed)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_times_the_person_is_never_locked_out() -> None:
    for seed in range(2_000_000, 2_000_000 + MANY):
        the_owner(seed)


def test_there_is_something_to_be_told() -> None:
    """Else the tests above would look for nothing: with the code word all of it is read back."""
    phone = next(
        phone
        for phone in (owned(Mode(plain=False, code=True), "sms", "en", n) for n in range(30))
        if phone.conversation.standing == "reviewing"
    ).again()
    phone.later(3600, "1 hour later")
    phone.says(CODE)
    assert guarded(phone.conversation)
    assert "quorn" in told(phone)
    assert "review.safe_to_text" in told(phone)
