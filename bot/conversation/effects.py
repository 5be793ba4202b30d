"""What a turn records: effects as data. The store writes each kind in one statement a batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, get_args

from bot.conversation.cues import Name
from bot.conversation.rights import CopyWay, Right

if TYPE_CHECKING:
    from bot.conversation.model import Answer


# What a worker answers by a day that the person is told.
Owed = Literal["fix", "complain"]
OWED: Final[tuple[Owed, ...]] = get_args(Owed)


@dataclass(frozen=True, slots=True)
class Filed:
    """How the message that the person just sent is filed. `aside`: before they agreed."""

    kind: Literal["answer", "choice", "command", "note", "aside"]
    question: str = ""


@dataclass(frozen=True, slots=True)
class Refiled:
    """An earlier message is kept as something else than it was taken for at first."""

    message: str
    kind: Literal["note", "command"]


@dataclass(frozen=True, slots=True)
class TakeBack:
    """The person takes a hand-over back: from now on no worker opens it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer changed; the store keeps the history."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Agreed:
    """A choice about the person's own words: `start`, `share_partial` or `reminders`; that the
    one whom they write for agrees (`helping`); or plain messages (`discreet`)."""

    kind: Literal["start", "share_partial", "reminders", "helping", "discreet"]
    value: bool
    message: str


@dataclass(frozen=True, slots=True)
class Promised:
    """A time by which a worker reads: `read` where we told the person, `aim` where we did not;
    `care` what may be a cue, where we told them. Or the day by which they answer what is `Owed`."""

    kind: Literal["read", "aim", "care"] | Owed
    due_at: datetime


@dataclass(frozen=True, slots=True)
class HandOver:
    """The intake goes to the caseworkers, to be read by then (None: no time is meant). `today`:
    the person would like to talk to somebody today."""

    kind: Literal["partial", "complete"]
    due_at: datetime | None
    today: bool = False


@dataclass(frozen=True, slots=True)
class Timer:
    """Set a timer of this conversation, or with None put it out."""

    name: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Forget:
    """Erase: `aside` what was written before agreeing, `all` everything the person gave us,
    `answer` the words of one question, `message` those of one message."""

    what: Literal["aside", "all", "answer", "message"]
    question: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class BringBack:
    """This conversation, which had been erased from this contact and is not erased for good yet,
    comes back: the person showed that it is theirs. The store puts it in this one's place, as
    `store.hiding.bring_back` says; the turn is one of that conversation."""

    conversation: str


@dataclass(frozen=True, slots=True)
class AsideKept:
    """What was written before agreeing becomes a note: the person said yes."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Words not yet sent are taken back. With `since`, only replies after that message of theirs of
    which no try was made."""

    since: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether we may write to this contact at all."""

    state: Literal["open", "stopped", "unreachable"]
    code: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that a worker sees at once: the person asked for a call from a `person`, to have
    their words erased (`delete`), or for another of their `rights`; said that they are under 18; or
    wrote what may be a cue (see `cues`). Then `message` holds it, `words` of it were found by
    `voice`, and it is to be read by `due_at`; of what is owed (`effects.OWED`) that is when it is
    answered."""

    what: Literal["person", "delete", "under_18"] | Right | Name
    message: str = ""
    words: tuple[str, ...] = ()
    voice: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """What should stand beside what a worker wrote, in these messages of theirs: it belongs to what
    they asked last to have put right."""

    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CopyWanted:
    """They want a copy of what we hold, `here` in parts or by a `link`; to see who `looks`; or
    `more` of what goes on. Whoever carries it out makes it, and comes back with `CopyMade`."""

    way: CopyWay


@dataclass(frozen=True, slots=True)
class ClearChat:
    """What we both wrote in this chat is to be removed from it, as far as its provider lets us."""


@dataclass(frozen=True, slots=True)
class TakenWrong:
    """The person says that we took their words for a cue by mistake: kept, to be learnt from."""


Effect = (
    Filed
    | Refiled
    | TakeBack
    | Answered
    | Agreed
    | Promised
    | HandOver
    | Timer
    | Forget
    | BringBack
    | AsideKept
    | Withdraw
    | Reach
    | Asked
    | Stated
    | CopyWanted
    | ClearChat
    | TakenWrong
)
