"""Ways of breaking lists of choices and languages."""

from __future__ import annotations

from collections.abc import Iterator

from tests.check.house import House, house
from tests.check.mutating import KINDS, breaks

__all__ = ["KINDS"]

# --- Wording --------------------------------------------------------------------------------------


@breaks("R-W13")
def no_way_out() -> Iterator[tuple[str, House]]:
    for question in house().questions:
        if question.get("choice"):
            made = house()
            choices = made.question(question["id"])["choice"]
            choices[:] = [c for c in choices if c["code"] != "not_sure"]
            yield question["id"], made
    made = house()
    made.question("groups")["choice"] = []
    yield "nothing to choose", made
    for id in ("safe_to_text", "groups"):
        made = house()
        made.files = set()
        made.es[made.spanish("Not sure", id)] = "Azul"
        yield f"es {id}", made


@breaks("R-W12")
def other_as_a_choice() -> Iterator[tuple[str, House]]:
    for id in ("how_to_talk", "affects", "groups"):
        for label in ("Other", "other.", "Others"):
            made = house()
            made.question(id)["choice"].append({"code": "x", "label": label})
            yield f"{id} {label}", made
    made = house()
    made.question("get_right")["kind"] = "one"
    made.question("get_right")["choice"] = [{"code": "not_sure", "label": "Not sure"}]
    yield "a list of identities", made


# --- Languages ------------------------------------------------------------------------------------


@breaks("R-C11")
def a_translation_is_gone() -> Iterator[tuple[str, House]]:
    for key in list(house().es)[::24]:
        made = house()
        made.files.add("es")
        del made.es[key]
        yield key[1][:30], made


@breaks("R-C11")
def a_broken_placeholder() -> Iterator[tuple[str, House]]:
    for key, text in list(house().es.items())[::2]:
        if "{" in text and key[0] == "":
            made = house()
            made.files.add("es")
            made.es[key] = text.replace("{", "{x", 1)
            yield key[1][:30], made
    for name in ("data_copy", "declined"):
        made = house()
        message = made.message(name)
        message["text"] = message["text"].replace("{phone}", "{fone}")
        yield f"en {name}", made


@breaks("R-C11")
def mixed_languages() -> Iterator[tuple[str, House]]:
    for text in ("Gracias. You can write when you are ready.", "We have kept that.",
                 "Thank you and welcome to your team, amigo."):  # fmt: skip
        made = house()
        made.es[made.spanish("Thank you. I have kept that.")] = text
        yield text, made


@breaks("R-C11")
def a_message_is_gone() -> Iterator[tuple[str, House]]:
    for key in ("trouble", "paused", "thanks_1", "help", "review_end", "young"):
        made = house()
        made.message(key)
        del made.common["message"][key]
        yield key, made
