"""What may happen to a conversation: everything that a person, a carrier or the clock can do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property

from bot.check.signs import TEXTS, Signs
from bot.check.walk import FAILURES
from bot.check.walk_node import Act, Node, Sort
from bot.conversation.asking import Asking, asking
from bot.conversation.channel import TRAITS
from bot.conversation.folding import UNSURE
from bot.conversation.i18n import FRAGMENT, SAYS, listed
from bot.conversation.model import (
    Conversation,
    WorkerGaveBack,
    WorkerTook,
    WorkerWrote,
    World,
    Wrote,
)
from bot.conversation.render import taught
from bot.conversation.showing import is_code, lock
from bot.conversation.step import Step
from bot.conversation.understand import Unclear, understand

SHORT = "Xanthe, Quorn"  # words that no list of ours holds
WRONG = "Zug"  # another such word, where the first is a code word
LONG = f"{SHORT}, Zug. " * 20
WAITS = {
    "1 hour later": timedelta(hours=1),
    "3 days later": timedelta(days=3),
    "29 days later": timedelta(days=29),
}
SOON = timedelta(seconds=2)
STALE = "o:long_ago.yes"  # a button of a question that is not asked any more
TALKING = ("new", "explaining", "asking", "reviewing")


class Alphabet:
    """What may happen, in one language on one channel."""

    def __init__(self, world: World, language: str, channel: str) -> None:
        self.world, self.traits = world, TRAITS[channel]
        self.catalogue = world.catalogues[language]
        self.taught = taught(world, language, self.traits)
        found = world.cues.get(language)
        self.signs = found.names if isinstance(found, Signs) else ()

    def acts(self, node: Node) -> list[Act]:
        """Everything that may happen here; what answers the present question comes first."""
        found = [*self._answers(node), *self._anywhere, *self._news(node)]
        first: dict[str, Act] = {}
        for act in found:
            first.setdefault(act.line, act)
        return list(first.values())

    def soon(self, node: Node) -> list[Act]:
        """Once more the same words, so soon after the first that both are one."""
        first, burst = node.act and node.act.event, node.raw and node.raw.burst
        if not burst or first != Wrote(SHORT):
            return []
        return [Act(f"> {SHORT}", "words", Wrote(SHORT), wait=SOON)]

    def says(self, text: str, sort: Sort, name: str = "", cost: int = 1) -> Act:
        """The person writes this."""
        return Act(f"> {text}", sort, Wrote(text), name, cost=cost)

    def command(self, name: str, cost: int = 1) -> Act:
        """The person uses the word that we teach, or the first way of saying it."""
        return self.says(self.taught.get(name) or self._ways(name)[0], "command", name, cost)

    def asked(self, node: Node) -> Asking:
        """What the conversation asks now."""
        met = node.conversation.stranger or node.conversation
        return asking(Step(self.world, met, node.now))

    @property
    def greeting(self) -> Act:
        return self.says(self._fragment("greetings"), "greeting", cost=0)

    # --- What answers the present question: the way through, which costs nothing -----------------

    def _answers(self, node: Node) -> Iterator[Act]:
        met = lock(self.world.service, node.conversation, node.now)
        conversation = node.conversation.stranger or node.conversation
        if conversation.standing == "new":
            yield self.greeting
        now = self.asked(node)
        if is_code(met, SHORT) and not met.code_given:
            yield self.says(SHORT, "words", "code", cost=0)
            yield self.says(WRONG, "words", "wrong code", cost=0)
        yield from self._pressed(node) if self.traits.buttons else ()
        for number, option in enumerate(now.options, start=1):
            yield self.says(str(number), "choice", option.code, int(self.traits.buttons))
        if now.many:
            yield self.says("1, 2", "choice", "", int(self.traits.buttons))
        if conversation.standing == "reviewing" and not conversation.over:
            yield self.says(f"{self._fragment('remove_word')} 1", "number", "remove")
        if conversation.standing == "ended" and not conversation.over:
            yield self.command("carry_on", 0)  # to the questions that are left for later
        if now.yes_no:
            on_the_way = conversation.standing in TALKING or bool(conversation.over)
            yield self.command("yes", int(not on_the_way))
        asking_now = conversation.position.place in ("question", "edit", "choice", "offer")
        if asking_now and conversation.standing == "asking" and not conversation.over:
            yield self.command("skip", 0)
            # A code word is a matter of its own: setting one leaves the way, giving it does not.
            aside = bool(now.options) or self._asks_for_code(conversation)
            yield self.says(SHORT, "words", cost=int(aside))

    def _asks_for_code(self, conversation: Conversation) -> bool:
        question = self.world.flow.question(conversation.position.id)
        set_out = bool(conversation.code or conversation.first_code)
        return question is not None and question.kind == "code" and not set_out

    def _pressed(self, node: Node) -> Iterator[Act]:
        for code, label in node.buttons.items():
            kind, _, name = code.partition(":")
            if kind == "c":
                yield Act(f"> [{label}]", "command", Wrote(choice=code), name)
            else:
                yield Act(f"> [{label}]", "choice", Wrote(choice=code), name, cost=0)
        yield Act("> [of long ago]", "choice", Wrote(choice=STALE), "stale")

    # --- What may happen anywhere --------------------------------------------------------------

    @cached_property
    def _anywhere(self) -> list[Act]:
        found = [*self._words(), *map(self.command, self.world.phrases.words)]
        found += [self.says(TEXTS[name], "cue", name) for name in self.signs]
        for word, does in {"STOP": "stop", "START": "start", "HELP": "help"}.items():
            if word in self.traits.owned:
                found.append(self.says(word, "command", f"carrier.{does}"))
        found += [Act(f"~ {line}", "wait", wait=wait) for line, wait in WAITS.items()]
        return found

    def _words(self) -> Iterator[Act]:
        yield self.says(SHORT, "words")
        yield self.says(LONG.strip(), "words", "long")
        yield self.says(self._fragment("greetings"), "greeting")
        yield self.says(self._fragment("polite"), "polite")
        yield self.says(f"{SHORT}. {self._ways('pause')[1]}.", "words", "ends")
        yield self.says(self._unsure(), "words", "unsure")
        yield self.says("1", "number")
        yield self.says("99", "number")
        yield Act("> (a picture)", "media", Wrote(media=("image",)))

    def _news(self, node: Node) -> Iterator[Act]:
        if node.raw is not None:
            for line, event in FAILURES.items():
                yield Act(f"~ {line}", "news", event)
            yield Act("~ no news of it at all", "news")
        if node.conversation.holder == "worker":
            yield Act("~ the worker writes", "worker", WorkerWrote("w", "w1", "Sam"))
            yield Act("~ the worker gives it back", "worker", WorkerGaveBack("w"))
        else:
            yield Act("~ a worker takes over", "worker", WorkerTook("w"))

    # --- The words for it ----------------------------------------------------------------------

    def _fragment(self, name: str) -> str:
        text = self.world.phrases.fragments[name]
        return listed(self.catalogue.text(text, FRAGMENT))[0]

    def _listed(self, name: str) -> list[str]:
        return listed(self.catalogue.text(self.world.phrases.words[name].says, SAYS))

    def _ways(self, name: str) -> list[str]:
        return [way for way in self._listed(name) if not way.startswith(UNSURE)]

    def _unsure(self) -> str:
        """A way of saying a command that may as well be an answer, so that we ask."""
        ways = (way for name in self.world.phrases.words for way in self._listed(name))
        marked = (way.removeprefix(UNSURE) for way in ways if way.startswith(UNSURE))
        return next((way for way in marked if self._is_unclear(way)), SHORT)

    def _is_unclear(self, text: str) -> bool:
        """Another way of the same list may make it sure."""
        given = (text, self.world.phrases, self.catalogue, self.traits)
        return isinstance(understand(*given), Unclear)
