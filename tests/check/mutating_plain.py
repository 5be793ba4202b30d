"""Ways of telling too much where others may read."""

from __future__ import annotations

from collections.abc import Iterator

from tests.check.house import House, house
from tests.check.mutating import KINDS, breaks, each
from tests.check.mutating_messages import asked

__all__ = ["KINDS"]

TELLING = {
    "person_now": ("Our team is there now, until {until}.", "El equipo está, hasta {until}."),
    "ended_note": ("Thank you. Our support workers see it.", "Gracias. Lo ve tu trabajadora."),
    "resume": ("Hello from {service}. Shall we go on?", "Hola de {service}. ¿Seguimos?"),
    "share_back": (
        "That is fine. Nobody at the refuge reads it.",
        "Bien. Nadie del albergue lo lee.",
    ),
}


@breaks("R-C2")
def no_twin() -> Iterator[tuple[str, House]]:
    """What tells has to have one."""
    for key in (
        "notice_1",
        "notice_3",
        "share",
        "person",
        "paused_handed",
        "ended_next",
        "trouble",
    ):
        made = house()
        del made.message(key)["discreet"]
        yield key, made


@breaks("R-C2")
def a_telling_twin() -> Iterator[tuple[str, House]]:
    for key, (english, spanish) in TELLING.items():
        made = house()
        was = made.message(key)["discreet"]
        made.translate(was, english, spanish)
        made.message(key)["discreet"] = english
        yield f"{key} en", made
        made = house()
        made.files = set()
        made.es[made.spanish(house().message(key)["discreet"])] = spanish
        yield f"{key} es", made


@breaks("R-C2")
def a_clean_phrase_tells() -> Iterator[tuple[str, House]]:
    """Without a twin the phrase itself has to be clean."""
    for key in ("thanks_1", "skipped", "resume_go", "review_closed", "code_right"):
        made = house()
        made.message(key)["text"] = "Thank you. You are safe with our team."
        yield key, made


each(
    "a_telling_question",
    "R-C2",
    ("ask", asked("safe_to_text", ask_discreet="")),
    ("why", asked("good_times", why_discreet="")),
    ("core", asked("matters_most", ask="What would make you safe?")),
    ("link", asked("name", ask="What name shall we use? See example.org/names.")),
    ("code", asked("code_word", ask="Would you like a code word for the helpline?")),
    ("a word that tells is offered", lambda made: made.word("safe").pop("tells")),
    (
        "a label",
        lambda made: made.word("plain") and made.common["fragment"].pop("our_team_discreet"),
    ),
)
