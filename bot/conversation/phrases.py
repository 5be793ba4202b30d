"""What every intake shares, parsed from common.toml: sentences, command words, their buttons."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.conversation.flow import FlowError, tell


@dataclass(frozen=True, slots=True)
class Word:
    """A command: `says` the ways of saying it (a msgid holding a comma list), `teach` the word
    that we show, `teach_sms` the one for SMS where the carrier owns the other, `button` its
    label where there are buttons. All are msgids: `says` with context `says`, `teach` and
    `teach_sms` with context `teach`, `button` with context `button`. One that `tells` what this
    is about is not offered in discreet mode."""

    name: str
    says: str
    teach: str = ""
    teach_sms: str = ""
    button: str = ""
    tells: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """One message of ours: its sentences, and the commands to offer with it, each with an
    optional lead sentence such as "Want a person?". `discreet` says the same where others may
    read it; without one the text itself tells nobody anything."""

    key: str
    text: str
    offers: tuple[tuple[str, str], ...] = ()
    note: str = ""
    discreet: str = ""


@dataclass(frozen=True, slots=True, eq=False)  # hashed as itself: a key of caches
class Phrases:
    """All shared phrases by key, all commands by name, the small pieces that rendering needs, and
    the sentences of a person's copy of their record (msgids with context `copy`)."""

    messages: Mapping[str, Phrase]
    words: Mapping[str, Word]
    fragments: Mapping[str, str] = field(default_factory=dict)
    copy: Mapping[str, str] = field(default_factory=dict)


class _Offer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    word: str
    lead: str = ""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str
    offers: tuple[_Offer, ...] = ()
    note: str = ""
    discreet: str = ""


class _Word(BaseModel):
    model_config = ConfigDict(extra="forbid")
    says: str
    teach: str = ""
    teach_sms: str = ""
    button: str = ""
    tells: bool = False


class _Common(BaseModel):
    model_config = ConfigDict(extra="forbid")
    message: dict[str, _Message]
    word: dict[str, _Word]
    fragment: dict[str, str] = {}
    for_copy: dict[str, str] = Field(default={}, alias="copy")  # `copy` is pydantic's own


def parse(text: str, name: str) -> Phrases:
    """Read common.toml's text. Raises `FlowError` with file, line and field."""
    try:
        common = _Common.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise FlowError(f"{name}: {error}") from None
    except ValidationError as error:
        raise FlowError(
            tell(text, name, [(tuple(e["loc"]), e["msg"]) for e in error.errors()])
        ) from None
    messages = {
        key: Phrase(key, m.text, tuple((o.word, o.lead) for o in m.offers), m.note, m.discreet)
        for key, m in common.message.items()
    }
    strange = {word for m in messages.values() for word, _ in m.offers} - set(common.word)
    if strange:
        raise FlowError(f"{name}: a message offers {sorted(strange)[0]!r}, which is no word")
    words = {
        key: Word(key, w.says, w.teach, w.teach_sms, w.button, w.tells)
        for key, w in common.word.items()
    }
    return Phrases(messages, words, common.fragment, common.for_copy)
