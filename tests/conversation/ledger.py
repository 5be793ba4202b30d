"""What became of everything that somebody sent, kept by hand beside the engine: a second opinion.

It knows the effects of a turn as a store would, and nothing of how the engine comes to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.conversation.effects import Answered, AsideKept, Effect, Filed, Forget, Refiled
from bot.conversation.model import Conversation

Kept = str  # answer, choice, command, note, aside or erased


@dataclass
class Ledger:
    """By the id of each message of theirs: the words as sent, how they are kept, for what."""

    words: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)
    question: dict[str, str] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=dict)  # the messages of each answer, ever

    def take(self, message: str, text: str, effects: Iterable[Effect]) -> None:
        """One message and what the turn recorded of it. It is filed once, whatever it is."""
        effects = list(effects)
        filed = [effect for effect in effects if isinstance(effect, Filed)]
        assert len(filed) == 1, "everything that a person sends is kept, once"
        self.words[message], self.kept[message] = text, filed[0].kind
        self.question[message] = filed[0].question
        self.note(effects)

    def note(self, effects: Iterable[Effect]) -> None:
        """What else a turn recorded."""
        for effect in effects:
            match effect:
                case Refiled(message, kind):
                    self.kept[message] = kind
                case AsideKept():
                    self._all("aside", "note")
                case Forget("aside"):
                    self._all("aside", "erased")
                case Forget("all"):
                    self.kept = dict.fromkeys(self.kept, "erased")
                case Forget("answer", question):
                    self._erase(question)
                case Answered(answer):
                    self._answered(answer.question, answer.messages)

    def _all(self, kind: Kept, becomes: Kept) -> None:
        self.kept = {m: becomes if k == kind else k for m, k in self.kept.items()}

    def _erase(self, question: str) -> None:
        for message in self.named.get(question, set()):
            self.kept[message] = "erased"

    def _answered(self, question: str, messages: tuple[str, ...]) -> None:
        for message in messages:
            assert message in self.words, "an answer names words that nobody sent"
            assert self.question[message] == question, "words became the answer to another question"
            assert self.kept[message] != "erased", "an answer names words that are erased"
        self.named.setdefault(question, set()).update(messages)

    def lost(self, conversation: Conversation) -> set[str]:
        """What is kept as part of an answer that no answer names, nor is about to."""
        found = set(conversation.pending).union(*self.named.values())
        return {message for message, kind in self.kept.items() if kind == "answer"} - found
