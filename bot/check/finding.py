"""What the check looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.conversation.flow import Flow
from bot.conversation.i18n import Catalogue
from bot.conversation.model import World
from bot.conversation.phrases import Phrases
from bot.conversation.service import Service


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise: the rule's id, the place (`file:line`, a state, a key), what was found
    there, and where it took a conversation to show it, the shortest one that does."""

    rule: str
    where: str
    what: str
    transcript: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One flow with everything that is said around it.

    `service` holds the longest values that settings can give, so that lengths are the worst.
    `files` are the texts that were read, by the name that is printed; `flow_file`, `common_file`
    and `catalogue_files` (by language) name those that the parsed things came from.
    """

    flow: Flow
    phrases: Phrases
    catalogues: Mapping[str, Catalogue]
    service: Service
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    flow_file: str = ""
    common_file: str = ""
    catalogue_files: Mapping[str, str] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """The same, as the engine takes it."""
        return World(self.service, self.flow, self.phrases, self.catalogues)
