"""Around the words: who has looked, how they are reached, how long it is kept, what is not in the
copy, all messages, how to complain."""

from __future__ import annotations

from collections.abc import Iterator

from desk import looks
from desk.changes import IN_THE_LIST
from desk.copying.held import Held
from desk.copying.saying import Say
from desk.copying.structure import Entry, Line, Part
from desk.exporting.formats import EXPORTED
from desk.exporting.leaving import HOOK_WORKER, OPERATOR
from desk.kit import Service
from desk.looks import Look
from desk.places import CODE_WORD
from store.messages import Written
from store.their_copies import SHOWS

# How a look is stored, and the sentence for it. What went out as a file says as which.
PURPOSES = {
    looks.READING: "look_reading",
    looks.REHEARSING: "look_practice",
    looks.CODE_WORD: "look_code_word",
    looks.READY: "look_ready",
    looks.AS_THEY: "look_as_they",
    IN_THE_LIST: "look_list",
    looks.BY_A_SEARCH: "look_search",
    looks.HOLDERS: "look_holders",
    looks.COPIED: "look_copy",
    looks.SHOWN: "look_own_copy",
    looks.LOOKED_BACK: "look_back",
}
WHO = {OPERATOR: "operator", HOOK_WORKER: "web_hook", looks.PERSON: "person"}
BRITISH = "Europe/London"  # where we know whom to name for complaints about data


def looked(held: Held, say: Say) -> Part:
    entries = []
    for one in held.intake.looks:
        who = [_who(one.name, say), say.among("role", one.role) if one.role else ""]
        lines = [Line(_purpose(one, say)), *([Line(one.words, "ours")] if one.words else [])]
        if one.own:
            lines.append(Line(say("look_own")))
        heading = ", ".join(filter(None, (say.when(one.at), *who)))
        entries.append(Entry(heading, tuple(lines)))
    return Part("looks", say("looks"), tuple(entries), say("nothing"))


def reach(held: Held, say: Say, number: bool) -> Part:
    """How they wrote to us; the number only where `number` says so."""
    head, address = held.head, held.intake.address
    lines = [Line(say.among("channel", head.channel))]
    if address and number:
        lines.append(Line(address, "theirs"))
    elif address:
        lines.append(Line(say("number_there")))
    if head.state != "open":
        lines.append(Line(say.among("state", head.state)))
    return Part("reach", say("reach"), (Entry("", tuple(lines)),))


def kept(held: Held, say: Say, service: Service) -> Part:
    head = held.head
    ends = say("kept_until", when=say.day(head.delete_on)) if head.delete_on else say("kept_open")
    lines = [Line(ends)]
    if held.hold:
        lines.append(Line(say("held_until", when=say.day(held.hold.until), name=held.hold.who)))
    lines.append(Line(say("kept_rights", phone=service.phone)))
    return Part("kept", say("kept"), (Entry("", tuple(lines)),))


def messages(held: Held, say: Say) -> Part:
    """All of both sides that workers may see, in order."""
    entries = tuple(
        Entry(f"{say.when(one.at)}, {_from(one, say)}", tuple(_message(one, say)))
        for one in held.written
    )
    return Part("messages", say("messages"), entries, say("nothing"))


def in_chat(say: Say) -> Part:
    """In place of all messages, where the copy is itself a row of messages."""
    return Part("messages", say("messages"), (), say("in_chat"))


def withheld(held: Held, say: Say) -> Part:
    """What is not in the copy, each with the reason."""
    lines = tuple(Line(told) for told in _withheld(held, say))
    return Part("withheld", say("withheld"), (Entry("", lines),) if lines else (), say("all_here"))


def complain(say: Say, service: Service) -> Part:
    lines = [Line(say("complain_us", phone=service.phone)), Line(say("complain_outside"))]
    if say.zone.key == BRITISH:
        lines.append(Line(say("complain_british")))
    return Part("complain", say("complain"), (Entry("", tuple(lines)),))


def _withheld(held: Held, say: Say) -> Iterator[str]:
    if any(
        s.question == CODE_WORD and s.answered
        for s in (*held.intake.record.said.values(), *held.left)
    ):
        yield say("code_word")
    if held.kept_back:
        yield say("not_shared")
    if held.others:
        yield say("other_records", references=", ".join(held.others))
    if held.hold:
        yield say("hold_reason")


def _who(name: str, say: Say) -> str:
    return say(WHO[name]) if name in WHO else name


def _purpose(look: Look, say: Say) -> str:
    if look.messages:
        return f"{say('look_messages')}: {say.among('for', look.messages)}"
    if look.purpose.startswith(EXPORTED):
        return say("look_exported", format=look.purpose.removeprefix(EXPORTED))
    return say(PURPOSES[look.purpose]) if look.purpose in PURPOSES else look.purpose


def _from(one: Written, say: Say) -> str:
    return say(
        "by_you" if one.direction == "in" else f"by_{'worker' if one.kind == 'worker' else 'us'}"
    )


def _message(one: Written, say: Say) -> Iterator[Line]:
    if one.text:
        yield Line(one.text, "theirs" if one.direction == "in" else "ours")
    if one.media:
        yield Line(say("media"))
    if one.question == CODE_WORD and not one.text:
        yield Line(say("code_word_left_out"))
    elif not one.erased_at and set(SHOWS) & set(one.said):
        yield Line(say("copy_stood"))
    elif not one.text and not one.media:
        yield Line(say("removed_earlier" if one.erased_at else "no_words"))
    if one.direction == "out" and not (one.sent_at or one.delivered_at):
        yield Line(say("not_arrived" if one.failed_at else "not_sent"))
