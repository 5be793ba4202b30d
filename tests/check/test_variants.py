"""What is well made raises nothing: other words, other names, another order of what is harmless."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.check import variants_more as more
from tests.check.house import House, house

# A question said in another way, by its id: English and Spanish.
ASKS = {
    "keeps_going": ("Who or what gets you through a bad day?", "¿Qué te ayuda en un mal día?"),
    "good_at": ("What do you do well? Small is fine.", "¿Qué se te da bien?"),
    "safe_to_text": ("May we write to you here?", "¿Podemos escribirte aquí?"),
    "name": ("What shall we call you?", "¿Cómo te llamamos?"),
    "matters_most": ("What is most important to you now?", "¿Qué te importa más ahora?"),
    "would_help": ("What would help you most this month?", "¿Qué te ayudaría más este mes?"),
    "please_dont": ("What would you like us to leave out?", "¿Qué prefieres que no hagamos?"),
    "access": ("What would make talking easier for you?", "¿Qué te facilitaría hablar?"),
    "how_to_talk": ("How shall we talk with you?", "¿Cómo quieres que hablemos?"),
    "how_soon": ("When would you like to talk to a person?", "¿Cuándo quieres hablar?"),
    "six_months": ("Where would you like to be in a year?", "¿Dónde querrías estar en un año?"),
    "on_my_side": ("Who is there for you?", "¿Quién está a tu lado?"),
    "hardest": ("What is the hardest thing each day?", "¿Qué es lo más difícil cada día?"),
    "worries": ("What worries you most now?", "¿Qué te preocupa más ahora?"),
    "keeps_safe": ("What makes you feel safe?", "¿Qué te ayuda a estar bien?"),
    "others": (
        "Is there a child or someone else you worry about? No names needed.",
        "¿Te preocupa un niño u otra persona? No hacen falta nombres.",
    ),
}  # fmt: skip
WHYS = {
    "keeps_going": ("We build on what is good already.", "Partimos de lo que ya va bien."),
    "matters_most": ("Your plan starts with it.", "Tu plan empieza por ahí."),
    "worries": (
        "Only our team reads it, to plan with you.",
        "Solo lo lee el equipo, para planear.",
    ),
    "access": ("Our team gets it ready for you.", "El equipo lo prepara para ti."),
}
MESSAGES = {
    "thanks_1": ("Thanks.", "Muchas gracias."),
    "thanks_2": ("Thank you. That is kept.", "Gracias. Queda guardado."),
    "skipped": ("That is fine.", "Está bien."),
    "not_now": ("No rush. Write when you like.", "Sin prisa. Escribe cuando quieras."),
    "resume_go": ("Good to have you back.", "Qué bien que estés aquí."),
    "remind": ("Hello. We can go on when you like.", "Hola. Seguimos cuando quieras."),
    "why_nothing": ("There is no question open now.", "No hay ninguna pregunta abierta."),
    "note_kept": ("Thank you. I have it.", "Gracias. Lo tengo."),
    "declined": (
        "All right. I ask nothing, and I delete this. To talk, call {phone}. We are there {hours}.",
        "De acuerdo. No pregunto nada y borro esto. Para hablar: {phone}. Estamos {hours}.",
    ),
    "more_sms": (
        "A text costs your usual rate. Texts cost what they cost elsewhere.",
        "Un SMS cuesta tu tarifa habitual.",
    ),
    "stopped": ("All right. I stop writing.", "De acuerdo. Dejo de escribir."),
    "paused_kept": (
        "No one reads it. On {date} we delete it, unless you come back.",
        "Nadie lo lee. El {date} lo borramos, salvo que vuelvas.",
    ),
}


def variants() -> Iterator[tuple[str, House]]:
    for field, table in (("ask", ASKS | more.ASKS), ("why", WHYS | more.WHYS)):
        for id, (english, spanish) in table.items():
            made = house()
            made.translate(made.question(id)[field], english, spanish)
            made.question(id)[field] = english
            yield f"{field} {id}", made
    for key, (english, spanish) in (MESSAGES | more.MESSAGES).items():
        made = house()
        made.translate(made.message(key)["text"], english, spanish)
        made.message(key)["text"] = english
        yield key, made
    for place, (english, spanish) in more.OFFERS.items():
        made = house()
        made.translate(made.sections[place]["offer"], english, spanish)
        made.sections[place]["offer"] = english
        yield f"offer {place}", made
    yield from _moved()
    yield from _added()
    yield from _chosen()


def _chosen() -> Iterator[tuple[str, House]]:
    """One choice more, of an adopter's own."""
    for id, (english, spanish) in more.CHOICES.items():
        made = house()
        made.question(id)["choice"].insert(1, {"code": "own", "label": english})
        made.es[made.spanish(english, id)] = spanish
        yield f"a choice of {id}", made
    made = house()
    made.question("hardest")["sensitivity"] = 2
    made.question("helped_before")["kind"] = "name"
    yield "a name among the later ones", made
    made = house()
    made.question("would_help")["note"] = "For whoever reads this file."
    yield "a note", made
    made = house()
    made.sections.pop(5)
    yield "no section on who is on your side", made
    made = house()
    made.sections.pop(-1)
    yield "no section on feeling safe", made


def _moved() -> Iterator[tuple[str, House]]:
    """Another order of what may be in any."""
    made = house()
    going_well = made.sections[0]["question"]
    going_well[0], going_well[1] = going_well[1], going_well[0]
    yield "strengths the other way round", made
    made = house()
    made.sections[2:4] = reversed(made.sections[2:4])
    yield "access before what matters", made
    made = house()
    made.es = dict(reversed(made.es.items()))
    made.files.add("es")
    yield "the catalogue backwards", made
    made = house()
    made.word("skip")
    made.common["message"] = dict(reversed(made.common["message"].items()))
    yield "messages backwards", made
    made = house()
    for section in made.sections:
        section["title"] += " (1)"
        for question in section["question"]:
            before = question["shows_as"]
            question["shows_as"] += " (1)"
            made.translate(before, question["shows_as"], context="heading")
    yield "other headings", made
    made = house()
    made.flow["id"] = "another"
    made.flow["title"] = "Asking for help"
    made.files.add("flow")
    yield "another name", made


def _added() -> Iterator[tuple[str, House]]:
    """One thing more that is harmless."""
    for section, tag in ((0, "core"), (2, "later"), (5, "later")):
        made = house()
        question = {
            "id": f"more_{section}",
            "ask": f"What else is good in your week? ({section})",
            "why": "It helps us plan around the good parts of it.",
            "phase": "later" if tag == "later" or section == 0 else "core",
            "sensitivity": 0,
            "shows_as": "Good in the week",
        }
        made.es[made.spanish(str(question["ask"]))] = f"¿Qué más es bueno en tu semana? ({section})"
        made.es[made.spanish(str(question["why"]))] = "Ayuda a planear con lo bueno de ella."
        made.es[made.spanish(str(question["shows_as"]), "heading")] = "Lo bueno de la semana"
        made.sections[section]["question"].append(question)
        yield f"one more in section {section}", made
    made = house()
    del made.sections[5:]
    yield "only the core", made
    made = house()
    made.word("skip")["says"] += ", jump over it"
    made.translate(house().word("skip")["says"], made.word("skip")["says"], context="says")
    yield "one more way to skip", made
    made = house()
    made.question("how_to_talk")["choice"].insert(0, {"code": "walk", "label": "On a walk"})
    made.es[made.spanish("On a walk", "how_to_talk")] = "Dando un paseo"
    yield "one more choice", made


ALL = list(variants())


def test_there_are_enough() -> None:
    assert len(ALL) >= 70


@pytest.mark.parametrize("made", [made for _, made in ALL], ids=[label for label, _ in ALL])
def test_it_raises_nothing(made: House, tmp_path: Path) -> None:
    assert made.checked(tmp_path) == []
