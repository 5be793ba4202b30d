"""Ways of breaking what ships: each mutator yields houses with one promise broken."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.check.house import House, Table, house

Mutator = Callable[[], Iterator[tuple[str, House]]]


@dataclass(frozen=True)
class Broken:
    """A kind of mutant, and the rule that catches it."""

    kind: str
    rule: str
    mutants: Mutator
    others: tuple[str, ...] = ()  # rules that fit as well


KINDS: list[Broken] = []
SENTENCES = Path(__file__).parent / "mutants.toml"


def breaks(rule: str) -> Callable[[Mutator], Mutator]:
    """The mutants of the decorated function break this rule."""

    def register(mutants: Mutator) -> Mutator:
        KINDS.append(Broken(mutants.__name__, rule, mutants))
        return mutants

    return register


def ids(least: int = 0) -> list[str]:
    """The ids of the questions that are at least so sensitive."""
    return [q["id"] for q in house().questions if q.get("sensitivity", 0) >= least]


def phrased(kind: Table) -> Broken:
    """Sentences that break a promise, as mutants.toml lists them."""

    def mutants() -> Iterator[tuple[str, House]]:
        for text in kind["say"]:
            made = house()
            table = made.message if kind["to"] == "message" else made.question
            table(kind["into"])["text" if kind["to"] == "message" else kind["to"]] = text
            yield text, made
        for text in kind["spanish"]:
            made = house()
            table = made.message if kind["to"] == "message" else made.question
            whole = table(kind["into"])["text" if kind["to"] == "message" else kind["to"]]
            made.files = set()
            made.es[made.spanish(whole)] = text
            yield text, made

    return Broken(kind["name"], kind["rule"], mutants)


KINDS.extend(map(phrased, tomllib.loads(SENTENCES.read_text("utf-8"))["kind"]))


def each(name: str, rule: str, *changes: tuple[str, Callable[[House], object]]) -> None:
    """A kind of mutants made by small changes, each with a label."""

    def mutants() -> Iterator[tuple[str, House]]:
        for label, change in changes:
            made = house()
            change(made)
            yield label, made

    KINDS.append(Broken(name, rule, mutants))


# --- Reasons --------------------------------------------------------------------------------------


@breaks("R-S4")
def no_reason() -> Iterator[tuple[str, House]]:
    for id in ids():
        made = house()
        del made.question(id)["why"]
        yield id, made


@breaks("R-S4")
def the_same_reason() -> Iterator[tuple[str, House]]:
    for one, other in (
        ("good_at", "keeps_going"),
        ("matters_most", "would_help"),
        ("groups", "name"),
    ):
        made = house()
        made.question(one)["why"] = made.question(other)["why"]
        yield one, made


@breaks("R-S4")
def a_long_reason() -> Iterator[tuple[str, House]]:
    for id in ids()[::6]:
        made = house()
        made.question(id)["why"] = "So that our team can help. " * 7
        yield id, made


@breaks("R-S4")
def hides_who_sees() -> Iterator[tuple[str, House]]:
    for id in ids(1):
        made = house()
        made.question(id)["why"] = f"It helps to plan the help. ({id})"
        yield id, made


# --- Order and pace -------------------------------------------------------------------------------


@breaks("R-O1")
def strengths_not_first() -> Iterator[tuple[str, House]]:
    for other in (1, 2, 3, 4):
        made = house()
        sections = made.sections
        sections[0], sections[other] = sections[other], sections[0]
        drop_backward(made)
        yield sections[0]["id"], made


@breaks("R-O1")
def a_sensitive_beginning() -> Iterator[tuple[str, House]]:
    for id in ("keeps_going", "good_at"):
        for sensitivity in (1, 2):
            made = house()
            made.question(id)["sensitivity"] = sensitivity
            yield f"{id} {sensitivity}", made


@breaks("R-O2")
def safe_contact_late() -> Iterator[tuple[str, House]]:
    for other in (2, 3, 4, 5):
        made = house()
        sections = made.sections
        sections.insert(other, sections.pop(1))
        drop_backward(made)
        yield str(other), made


def drop_backward(made: House) -> None:
    """Conditions on what comes later now would make the file unreadable."""
    seen: set[str] = set()
    for question in made.questions:
        if any(condition["question"] not in seen for condition in question.get("when", ())):
            del question["when"]
        seen.add(question["id"])


@breaks("R-O3")
def a_long_core() -> Iterator[tuple[str, House]]:
    for question in house().questions:
        if question.get("phase") == "later" and question["sensitivity"] < 2:
            made = house()
            made.question(question["id"])["phase"] = "core"
            yield question["id"], made


@breaks("R-O4")
def hard_in_the_core() -> Iterator[tuple[str, House]]:
    for id in ids(2):
        made = house()
        made.question(id)["phase"] = "core"
        yield id, made
    for id in ("matters_most", "would_help", "access", "how_soon"):
        made = house()
        made.question(id)["sensitivity"] = 2
        yield id, made


@breaks("R-O5")
def a_jump() -> Iterator[tuple[str, House]]:
    for id in ("matters_most", "would_help", "helped_before", "groups"):
        made = house()
        made.question(id)["sensitivity"] = 2
        yield id, made
    made = house()
    made.question("keeps_safe")["sensitivity"] = 0
    yield "after what helps", made


@breaks("R-O8")
def asked_twice() -> Iterator[tuple[str, House]]:
    for one, other in (
        ("good_at", "keeps_going"),
        ("would_help", "matters_most"),
        ("hardest", "worries"),
    ):
        for field in ("ask", "shows_as", "id"):
            made = house()
            made.question(one)[field] = made.question(other)[field]
            yield f"{one} {field}", made


@breaks("R-O9")
def worries_first() -> Iterator[tuple[str, House]]:
    for take in (1, 2):
        made = house()
        questions = made.sections[-1]["question"]
        questions.insert(0, questions.pop(take))
        yield str(take), made


# --- Sensitive matters ----------------------------------------------------------------------------


@breaks("R-X1")
def no_offer() -> Iterator[tuple[str, House]]:
    for section in (-1, -2):
        for offer in ("", "Ready?", "Three more."):
            made = house()
            made.sections[section]["offer"] = offer
            yield f"{section} {offer}", made
    for piece in ("ready", "skip_these", "later"):
        made = house()
        made.word("skip")
        made.common["fragment"][piece] = ""
        yield piece, made


@breaks("R-X3")
def details_seem_needed() -> Iterator[tuple[str, House]]:
    made = house()
    made.sections[-2]["offer"] = "The next 2 are about what feels hard. Would you like them now?"
    yield "en", made
    made = house()
    text = made.sections[-2]["offer"]
    made.files = set()
    made.es[made.spanish(text)] = "Las 2 siguientes son sobre lo difícil. ¿Las quieres ahora?"
    yield "es", made
