"""`ownpace understand`: what messages mean, one JSON object a line, for whoever measures it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.conversation.asking import choices
from bot.conversation.channel import TRAITS
from bot.conversation.flow import Question
from bot.conversation.own_words import guessed, weighed
from bot.conversation.understand import Chose, Command, Meaning, Unclear, Words, understand
from bot.worlds import Library


class Unknown(ValueError):
    """A language or a question that is not here; the text says which there are."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What messages are held against: a language, a channel, and perhaps what is asked."""

    library: Library
    language: str
    channel: str
    asking: Question | None = None

    def tell(self, text: str) -> dict[str, object]:
        """What one message means. `command` is null where it is an answer, or
        may as well be one: then `unsure` names the command that we would ask about. With `sure`
        false a slip was mended, and we ask before we act. `choice` holds the codes chosen."""
        told: dict[str, object] = {"text": text, "command": None}
        heard = self._weighed(text, asked_yes_no=False)
        if isinstance(heard, Words) and not self.asking:
            heard = self._weighed(text, asked_yes_no=True)  # a bare yes or no
        if isinstance(heard, Command):
            told["command"] = heard.name
        elif isinstance(heard, Chose):
            told["choice"] = list(heard.codes)
        elif isinstance(heard, Unclear) and heard.slip:
            told |= {"command": heard.guess, "sure": False}
        elif isinstance(heard, Unclear):
            told["unsure"] = heard.guess
        return told

    def _weighed(self, text: str, asked_yes_no: bool) -> Meaning:
        words, guess = self.library.phrases, self.library.guesses.get(self.language)
        heard = self._heard(text, asked_yes_no)
        heard = guessed(guess, self.asking, text, heard, self.asking is not None)
        return weighed(heard, text, self.asking, words, self.library.catalogues[self.language])

    def _heard(self, text: str, asked_yes_no: bool) -> Meaning:
        return understand(
            text,
            self.library.phrases,
            self.library.catalogues[self.language],
            TRAITS[self.channel],
            choices(self.asking) if self.asking else (),
            many=bool(self.asking and self.asking.kind == "many"),
            yes_no=asked_yes_no,
        )


def prepare(library: Library, language: str, channel: str, question: str = "") -> Understanding:
    """Make ready. Raises `Unknown` where the language or the question is not here."""
    if language not in library.catalogues:
        raise Unknown(f"There are no words for {language!r}; there are: {_all(library.catalogues)}")
    known = {q.id: q for flow in library.flows.values() for q in flow.questions}
    if question and question not in known:
        raise Unknown(f"No question is called {question!r}; there are: {_all(known)}")
    return Understanding(library, language, channel, known.get(question))


def _all(names: Iterable[str]) -> str:
    return ", ".join(names)


def told(lines: Iterable[bytes], using: Understanding) -> Iterator[str]:
    """One line of JSON for each line of bytes; what is no text is shown as replacement signs."""
    for line in lines:
        text = line.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
        yield json.dumps(using.tell(text), ensure_ascii=False)
