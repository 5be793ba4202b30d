"""The sentences of a person's copy, in their language; they stand in `bot/flows/common.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_timezone

from bot.conversation.i18n import COPY, HEADING, Catalogue, fill

LOCALES = {"en": "en_GB"}  # of a language's dates, where the language alone says another


@dataclass(frozen=True, slots=True)
class Say:
    """`sentences` are the English ones by key; `zone` is that of the service."""

    sentences: Mapping[str, str] = field(repr=False)
    catalogue: Catalogue
    zone: ZoneInfo

    def __call__(self, key: str, **values: str) -> str:
        """Raises `KeyError` for a sentence that is not there, or lacks a value."""
        return fill(self.catalogue.text(self.sentences[key], COPY), values)

    def among(self, kind: str, code: str) -> str:
        """The sentence for a code, such as a role; the code itself where there is none."""
        key = f"{kind}_{code}"
        return self(key) if key in self.sentences else code

    def heading(self, text: str) -> str:
        """A question's heading."""
        return self.catalogue.text(text, HEADING)

    def label(self, text: str, question: str) -> str:
        """A choice of a question."""
        return self.catalogue.text(text, question)

    def when(self, at: datetime) -> str:
        """Day and time in full."""
        zone = get_timezone(self.zone.key)
        return f"{self.day(at)}, {format_time(at, 'HH:mm', tzinfo=zone, locale=self._locale)}"

    def day(self, at: datetime) -> str:
        return format_date(at.astimezone(self.zone), "long", locale=self._locale)

    @property
    def _locale(self) -> Locale:
        language = self.catalogue.language
        return Locale.parse(LOCALES.get(language, language.replace("-", "_")))
