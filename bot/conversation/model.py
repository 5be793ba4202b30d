"""World, Conversation, the events, Say and Turn: the words that the whole house speaks in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from bot.conversation.safe_times import SafeTimes

if TYPE_CHECKING:
    from bot.conversation.channel import Button
    from bot.conversation.cues import Find
    from bot.conversation.effects import Effect, Owed
    from bot.conversation.flow import Flow
    from bot.conversation.i18n import Catalogue
    from bot.conversation.phrases import Phrases
    from bot.conversation.rights import CopyWay
    from bot.conversation.service import Hours, Service
    from bot.conversation.understand import Guess

# --- Events: the person, a worker, the carrier and the clock all speak in the same way ---------


@dataclass(frozen=True, slots=True)
class Known:
    """What the store alone knows, asked for where we are about to say something that depends on it
    (`farewell.ASKS`): a lead has `held` their words back from erasing; a worker has `read` words of
    theirs that may be a cue; answers that are `owed` them, each with its day; `last` is the message
    in which they told us something last."""

    held: bool = False
    read: bool = False
    owed: tuple[tuple[Owed, datetime], ...] = ()
    last: str = ""


@dataclass(frozen=True, slots=True)
class Wrote:
    """The person wrote, or pressed a button (`choice`), or sent something else (`media` kinds).

    `message` is the id under which the words are stored; the inbox fills it in. In a burst it adds
    its words `so_far`, and whether our reply to them is `unsent` and can be taken back. `hidden`,
    by their ids: conversations that this contact had erased and that can still come back, as they
    were, where a code word guards them. `known` is filled in where what we say depends on it. `ref`
    is the provider's id of it, for removing it there; nothing we say depends on it.
    """

    text: str = field(default="", repr=False)
    choice: str = ""
    media: tuple[str, ...] = ()
    message: str = ""
    so_far: tuple[str, ...] = field(default=(), repr=False)
    unsent: bool = False
    hidden: Mapping[str, Conversation] = field(default_factory=dict, repr=False, hash=False)
    known: Known = Known()
    ref: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Due:
    """A timer of this conversation came due: `remind`, `deletion`, `partial`, `forget_aside`,
    `late`, `late_care`, `late_fix`, `late_complain`.

    The last four say that what we promised by `since` has not come about; the inbox, which knows,
    fills it in, with the `reason` that a worker gave for it.
    """

    name: str
    since: datetime | None = None
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Delivered:
    """Something that we said got on its way (`sent`) or arrived (`delivered`); `tried` may have.

    A channel names `message`; the inbox adds `said`, the keys of what that message said.
    """

    message: str
    stage: Literal["tried", "sent", "delivered"] = "delivered"
    provider_ref: str = ""
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """Something that we said did not arrive. `stopped`: the person closed this contact.

    With no `message` it is news about the contact itself (blocked on Telegram, for one).
    """

    message: str
    why: Literal["stopped", "unreachable", "failed"] = "failed"
    code: str = ""
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkerTook:
    """A worker holds the conversation now: the assistant is silent."""

    worker: str


@dataclass(frozen=True, slots=True)
class WorkerWrote:
    """A worker wrote to the person, and so holds the conversation; `name` is told with the first
    of their words.

    `text` is stored under `message`, an id that the inbox fills in. `at_once`: it does not wait
    for a good time, and the reason for that is recorded.
    """

    worker: str
    message: str = ""
    name: str = ""
    text: str = field(default="", repr=False)
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class WorkerGaveBack:
    """The worker gives the conversation back to the assistant, at its bookmark."""

    worker: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The person's contact has another address or channel now; the conversation goes on."""

    channel: str


@dataclass(frozen=True, slots=True)
class CopyMade:
    """What came of `CopyWanted`: pieces of what is kept under `id`, of these sizes (characters),
    the first of them `first`, of `count`. None of them where there is nothing to show."""

    way: CopyWay
    id: str = ""
    sizes: tuple[int, ...] = ()
    first: int = 0
    count: int = 0

    @property
    def shown(self) -> int:
        """How many of all pieces they have with these."""
        return self.first + len(self.sizes)


Event = (
    Wrote | Due | Delivered | Failed | WorkerTook | WorkerWrote | WorkerGaveBack | Moved | CopyMade
)

# --- Where a conversation is -------------------------------------------------------------------

# Structs, because they are changed and packed many times a message. What stands at its default is
# not packed: the default of a field that was released never changes.

Standing = Literal[
    "new", "explaining", "asking", "reviewing", "paused", "ended", "declined", "stopped", "erased"
]
Place = Literal["start", "notice", "question", "choice", "offer", "review", "edit", "end"]


class Position(msgspec.Struct, frozen=True, omit_defaults=True):
    """The bookmark: a notice step, a question, choice or offer by id, a page of the review."""

    place: Place = "start"
    id: str = ""
    page: int = 0


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one question. The words stay in the messages named here.

    `size` is in SMS units (GSM-7 septets or UTF-16 units), for paging only; `fingerprint` is of
    the question as it was asked.
    """

    question: str
    status: Literal["answered", "skipped", "removed"]
    choices: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    fingerprint: str = ""
    size: int = 0


Opened = Literal["yes", "no", "later"]
Told = Literal["said", "sent", "delivered", "failed"]


class Conversation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything that a decision may depend on, and nothing else.

    `over` are interjections that lie over the frozen position, the last on top. `told` says how
    far each notice got. `share` and `reminders` are None until the person has chosen. `blocked`
    is why nothing of ours reaches them; `pending` are messages held for an answer, or those that a
    "did you mean" is about.
    `unheard`: what we said last is not known to be on its way. `hurry` is how full the measure of
    `pace` is, for the moment and for the day, with its times. `opened`: what the person said to
    each offer of later questions. `sitting`: questions asked since they sat down, `sitting_since`.
    `flow` is the fingerprint of the intake as it was.
    `safe_times`: when it is good to reach them, as they agreed to; `read_times`: as we read their
    words, until they agree; `times_wrong`: how often they said that we read them wrong.
    `frozen`: they asked us to stop the use of it, and no worker has answered yet (`rights`).
    `helping`: they write for somebody else. `young`: they said that they are under 18.
    `discreet`: others may read this phone. `code` is the fingerprint of a code word, `code_once`
    that of one that they have not written twice yet, and `code_given` says that it was given in
    this sitting. `tries`: what was tried to find it since `tries_since`, as `tries` weighs it.
    `unproven` are questions answered before a silence that nothing has bridged: who writes now may
    be another. `doubted`: there was such a silence, and no code word before it: one that was set
    since may be somebody else's, whatever was answered anew. `stranger`: what an unknown number
    would have here by now (`stranger`). `ask_safe`: they were away for so long that we ask anew
    whether it is safe to write (`still_safe`).
    `cared`: when we last answered a cue of each kind (`caring`).
    """

    standing: Standing = "new"
    position: Position = Position()
    over: tuple[str, ...] = ()
    language: str = "en"
    channel: str = "sms"
    holder: Literal["assistant", "worker"] = "assistant"
    discreet: bool = False
    answers: Mapping[str, Answer] = msgspec.field(default_factory=dict)
    told: Mapping[str, Told] = msgspec.field(default_factory=dict)
    agreed: bool = False
    share: bool | None = None
    reminders: bool | None = None
    handed: Literal["", "partial", "complete"] = ""
    aside: bool = False
    blocked: Literal["", "stopped", "unreachable"] = ""
    pending: tuple[str, ...] = ()
    pending_size: int = 0
    said: tuple[str, ...] = ()
    unclear: int = 0
    since_hint: int = 99
    reminded: int = 0
    unheard: bool = False
    opened: Mapping[str, Opened] = msgspec.field(default_factory=dict)
    sitting: int = 0
    sitting_since: datetime | None = None
    flow: str = ""
    frozen: bool = False
    helping: bool = False
    young: bool = False
    code: str = ""
    code_once: str = ""
    code_given: bool = False
    tries: int = 0
    tries_since: datetime | None = None
    unproven: tuple[str, ...] = ()
    doubted: bool = False
    ask_safe: bool = False
    cared: Mapping[str, datetime] = msgspec.field(default_factory=dict)
    safe_times: SafeTimes | None = None
    read_times: SafeTimes | None = None
    times_wrong: int = 0
    hurry: int = 0
    hurry_last: datetime | None = None
    hurry_day: int = 0
    hurry_since: datetime | None = None
    last_wrote: datetime | None = None
    started: datetime | None = None
    burst: Burst | None = None
    stranger: Conversation | None = None

    @property
    def first_code(self) -> str:
        """The fingerprint of a code word that waits to be written a second time, or ""."""
        return self.code_once if self.pending else ""

    @property
    def last_word(self) -> datetime | None:
        """When words came last, those that were met as an unknown number's too."""
        here = self.stranger.last_wrote if self.stranger else None
        return max(filter(None, (self.last_wrote, here)), default=None)

    def key(self) -> tuple[object, ...]:
        """What a decision may depend on, time aside: equal keys give equal turns."""
        return (
            self.standing,
            self.position,
            self.over,
            self.language,
            self.channel,
            self.holder,
            self.discreet,
            tuple((a.question, a.status, a.choices, a.size) for a in self.answers.values()),
            tuple(sorted(self.told.items())),
            self.agreed,
            self.share,
            self.reminders,
            self.handed,
            self.aside,
            self.blocked,
            self.pending_size,
            self.said,
            min(self.unclear, 2),
            min(self.since_hint, 3),
            self.reminded,
            self.unheard,
            tuple(sorted(self.opened.items())),
            min(self.sitting, 6),
            self.flow,
            self.frozen,
            self.helping,
            self.young,
            self.code,
            self.first_code,
            self.code_given,
            self.tries,
            self.unproven,
            self.doubted,
            self.ask_safe,
            tuple(sorted(self.cared)),
            self.safe_times,
            self.read_times,
            self.times_wrong,
            self.hurry,
            self.hurry_day,
            self.burst.key() if self.burst else None,
            self.stranger.key() if self.stranger else None,
        )


class Burst(msgspec.Struct, frozen=True, omit_defaults=True):
    """Short texts in a row, taken as one. See `bursts`.

    `before` is the conversation that met the first of `messages`. What we said after the message
    `since` answers them, and can be taken back while it is unsent; "" where nothing can. `told`:
    what comes next was said on the way, and they have it. `asked`: what a worker sees at once
    because of them.
    """

    before: Conversation
    messages: tuple[str, ...]
    since: str = ""
    told: bool = False
    asked: tuple[str, ...] = ()

    def key(self) -> tuple[object, ...]:
        """As `Conversation.key`."""
        kinds = (len(self.messages), bool(self.since), self.told, self.asked)
        return (*kinds, self.before.key())


# --- What a turn says --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quote:
    """The person's own words, by the messages that hold them; resolved when sent or shown."""

    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One numbered choice or button. `label` is a msgid with `context`."""

    code: str
    label: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of what somebody chose, as a list in the person's language."""

    options: tuple[Option, ...]


# A value is a name, a number, a date or moment, the service's hours, or the person's own words.
Value: TypeAlias = "str | int | datetime | Quote | Labels | Hours | SafeTimes"


@dataclass(frozen=True, slots=True)
class Say:
    """One thing to say. `key` names it for the record; `text` is a msgid with placeholders.

    `offers` are command names that it would help to see now (`ok`, `more`, `person` ...), each
    with an optional lead sentence; `options` are choices to pick from. A `prompted` say answers
    something the person did just now; any other waits for times when we may write.
    """

    key: str
    text: str
    values: Mapping[str, Value] = field(default_factory=dict, hash=False)
    options: tuple[Option, ...] = ()
    offers: tuple[tuple[str, str], ...] = ()
    prompted: bool = True
    own_message: bool = False


# --- What follows from an event ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """What follows from one event: the new conversation, what to say, what to record. `waits`: what
    is said goes out once the person has written nothing more for `Service.merge`."""

    conversation: Conversation
    says: tuple[Say, ...] = ()
    effects: tuple[Effect, ...] = ()
    waits: bool = False


@dataclass(frozen=True, slots=True, eq=False)  # hashed as itself: a key of caches
class World:
    """All that stands still while a conversation moves: the service, the flow, the words."""

    service: Service
    flow: Flow
    phrases: Phrases
    catalogues: Mapping[str, Catalogue]
    cues: Mapping[str, Find] = field(default_factory=dict)  # by language
    guesses: Mapping[str, Guess] = field(default_factory=dict)  # by language

    @property
    def hours(self) -> Hours:
        return self.service.hours


# --- What rendering yields -----------------------------------------------------------------------

# Private-use characters around the ids of quoted messages in our own stored words. The person's
# words stand once, in their own message row; they are put in when a text is sent or shown.
QUOTE_OPEN, QUOTE_CLOSE = "\ue000", "\ue001"


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message ready to queue: words with quote marks in them, buttons, the keys it says."""

    text: str
    buttons: tuple[Button, ...]
    said: tuple[str, ...]
    prompted: bool = True
