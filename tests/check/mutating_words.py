"""Ways of breaking what is said to who leaves, comes back, sends a picture or tells a lot."""

from __future__ import annotations

from tests.check.house import House
from tests.check.mutating import KINDS, each
from tests.check.mutating_messages import Change, asked, drop, longer, tell, unoffered

__all__ = ["KINDS"]


def swapped(key: str, old: str, new: str) -> Change:
    """Other words in the place of some of a message's."""

    def change(made: House) -> None:
        message = made.message(key)
        assert old in message["text"], (key, old)
        message["text"] = message["text"].replace(old, new)

    return change


def in_spanish(key: str, spanish: str) -> Change:
    """Another translation of a message; the English stays."""

    def change(made: House) -> None:
        english = made.message(key)["text"]
        made.files = set()
        made.es[made.spanish(english)] = spanish

    return change


def offered(section: int, offer: str) -> Change:
    """Another offer of a section."""
    return lambda made: made.sections[section].update(offer=offer)


def also_says(name: str, ways: str) -> Change:
    """More ways of saying a command."""
    return lambda made: made.word(name).update(says=f"{made.word(name)['says']}, {ways}")


def choices(id: str, *labels: str) -> Change:
    """Other choices of a question."""
    listed = [{"code": f"c{place}", "label": label} for place, label in enumerate(labels)]
    return asked(id, choice=listed)


def hardest_elsewhere(made: House) -> None:
    """The hardest question in a section that has no offer."""
    moved = made.sections[-2]["question"].pop(0)
    made.sections[2]["question"].append(moved)


def hardest_first(made: House) -> None:
    """What worries before what helps."""
    questions = made.sections[-1]["question"]
    questions.insert(0, questions.pop(1))


def unsafe(made: House) -> None:
    """Nobody asks whether it is safe to write."""
    for section in made.sections:
        section["question"] = [q for q in section["question"] if q["id"] != "safe_to_text"]
        for question in section["question"]:
            looks_back = question.pop("when", ())
            if when := [w for w in looks_back if w["question"] != "safe_to_text"]:
                question["when"] = when


def one_label_twice(made: House) -> None:
    """Two choices that a reader of Spanish can't tell apart."""
    made.files.add("es")
    made.es[made.spanish("No", "safe_to_text")] = "Sí"


READS = "Alguien de {service} lo lee antes del {when}. Después del"
CALL = "The last 3 are about feeling safe. A worker may have to tell others. Call 07700 900123."
NO_TOPIC = "Some more now. You do not need to say what happened. Would you like that?"

each(
    "a_yes_is_assumed",
    "R-P1",
    ("by writing", swapped("notice_3", "Shall we begin?", "If you write back, you agree.")),
    ("told, not asked", swapped("notice_3", "Shall we begin?", "We begin now.")),
    ("no no", unoffered("notice_3", "no")),
    ("no yes", unoffered("notice_3", "yes")),
    ("unless", longer("notice_2", " We take that as a yes unless you say no.")),
    ("es", in_spanish("aside_kept", "Gracias. Si respondes, aceptas.")),
)
each(
    "no_is_not_free",
    "R-P9",
    ("pity", swapped("declined", "That is fine.", "That is a pity.")),
    ("sure?", swapped("declined", "That is fine.", "Are you sure?")),
    ("without", longer("declined", " We can't help you then.")),
    ("unoffered", unoffered("notice_3", "no")),
    ("es", in_spanish("declined", "¿Seguro que no? Llama al {phone}. Estamos {hours}.")),
)
each(
    "stop_is_not_free",
    "R-S8",
    ("sure?", tell("stopped", "OK. I will not write again. Are you sure?")),
    ("sad", tell("stopped", "Sorry to see you go. I will not write again.")),
    ("help?", tell("stopped_back", "Was this helpful?")),
    ("change", longer("stopped_back", " You may change your mind.")),
    ("es", in_spanish("stopped", "Vale. ¿Por qué?")),
)
each(
    "a_pause_runs_out",
    "R-S6",
    ("2 days", tell("paused", "That is fine. Write again within 2 days, or we close this.")),
    ("24 hours", longer("paused", " You have 24 hours.")),
    ("expires", longer("resume", " It expires.")),
    ("lost", longer("not_now", " Later it will be lost.")),
    ("limit", longer("break_offer", " There is a time limit.")),
    ("es", in_spanish("paused", "Está bien. Tienes 24 horas para volver.")),
)
each(
    "silence_is_judged",
    "R-E10",
    ("answer", tell("remind", "Hello. You did not answer yet.")),
    ("reply", tell("remind", "Hello. We have heard nothing from you.")),
    ("closed", longer("partial_handed", " It is closed because you went quiet.")),
    ("heading", asked("name", shows_as="Incomplete")),
    ("es", in_spanish("remind", "Hola. No has respondido.")),
)
each(
    "a_skip_is_sighed_at",
    "R-S3",
    ("pity", tell("skipped", "Oh. That is a pity.")),
    ("but", tell("skipped", "OK, but it would help us.")),
    ("later", tell("skipped", "We come back to it later.")),
    ("sorry", tell("skip_kept", "Sorry that you skip it.")),
    ("es", in_spanish("skipped", "Qué lástima.")),
)
each(
    "nothing_if_nobody_comes",
    "R-E4",
    ("en", swapped("ended_next", "If you hear nothing by {later}, call", "Or call")),
    ("es", in_spanish("ended_next", f"{READS} {{later}}, llama al {{phone}}. Escribe aquí.")),
)
each(
    "pictures_are_seen",
    "R-C13",
    ("looks", tell("media", "Thank you. Our team looks at it.")),
    ("photo", tell("media", "Thank you for the photo.")),
    ("nothing", tell("media", "Please use words.")),
    ("again", tell("media_again", "Please use words, or call {phone}.")),
    ("es", in_spanish("media", "Gracias por la foto.")),
)
each(
    "gives_away_who_it_is",
    "R-C5",
    ("name", tell("resume", "Hello {name}. Shall we go on from where we were?")),
    ("place", tell("resume", "Hello. Are you the person who lives at 3 High Street?")),
    ("words", tell("remind", "Hello. You wrote {words}.")),
    ("prove", tell("resume", "Hello. Please confirm that you are Ann.")),
    ("es", in_spanish("resume", "Hola. ¿Hablo con Ana?")),
)
each(
    "answers_are_commands",
    "R-S10",
    ("sister", also_says("skip", "my sister")),
    ("kids", also_says("back", "my kids")),
    ("home", also_says("stop", "a home of my own")),
)
each(
    "choices_that_are_not_understood",
    "R-C12",
    ("one label twice", one_label_twice),
    ("two rushes", choices("how_soon", "Today", "Today", "Not sure")),
    ("a word of ours", choices("how_soon", "Stop", "Today", "Not sure")),
    ("numbers", choices("how_soon", "2", "1", "Not sure")),
)
each(
    "other_words_at_review",
    "R-E1",
    ("line", tell("review_line", "{number}. A summary")),
    ("unnumbered", tell("review_line", "{words}")),
    ("own", drop("review_both", ": {own}")),
    ("long", tell("review_words", "It is long.")),
)
each(
    "a_line_typed_in",
    "R-K5",
    ("child", tell("young", "You can call a line for children on +44 7700 900456.")),
    ("phone", swapped("person", "{phone}", "07700 900123")),
    ("offer", offered(-1, CALL)),
    ("es", in_spanish("young", "Gracias. Llama al 07700 900123.")),
)
each(
    "risk_is_graded",
    "R-K11",
    ("colours", asked("worries", shows_as="Risk: red, amber or green")),
    ("score", asked("hardest", shows_as="Risk score")),
    ("tier", asked("how_soon", shows_as="Tier 1 or tier 2")),
    ("section", lambda made: made.sections[-1].update(title="High risk or low risk")),
)
each(
    "peers_are_given_out",
    "R-O13",
    ("put", tell("thanks_3", "We put you in a group of people like you.")),
    ("matched", tell("thanks_3", "You are matched with another.")),
    ("no choice", asked("groups", kind="text", choice=[])),
    ("hard", asked("groups", sensitivity=2)),
    ("es", in_spanish("thanks_3", "Te ponemos en un grupo.")),
)
each(
    "always_somebody_there",
    "R-P6",
    ("always", swapped("notice_3", "Our team is there {hours}", "We are always there. {hours}")),
    ("live", longer("aside_kept", " A worker is reading.")),
    ("in words", swapped("notice_3", "{hours}", "from Monday to Friday")),
    ("112", swapped("notice_1", "{emergency}", "112")),
    ("999", swapped("trouble", "{emergency}", "999")),
    ("es", in_spanish("aside_kept", "Gracias. A todas horas hay alguien.")),
)
each(
    "texts_are_said_to_be_gone",
    "R-C7",
    ("remove", longer("safe_sms", " We can remove them.")),
    ("trace", tell("delete_done", "It is deleted, with no trace.")),
    ("clear", tell("delete_done", "It is deleted. I can clear this chat.")),
    ("bill", tell("more_sms", "Texts cost your normal rate. They are not on your bill.")),
    ("es", in_spanish("delete_done", "Está borrado, sin rastro. Llama al {phone}.")),
)
each(
    "hard_and_not_marked",
    "R-X1",
    ("worries", asked("worries", sensitivity=1)),
    ("hardest", asked("hardest", sensitivity=0)),
    ("others", asked("others", sensitivity=1)),
    ("no offer", hardest_elsewhere),
    ("no topic", offered(-2, NO_TOPIC)),
    ("another topic", offered(-1, "A worker may have to tell others. Would you like them now?")),
)
each(
    "hard_in_the_core_by_its_words",
    "R-O4",
    ("danger", asked("matters_most", ask="Are you in danger at home?")),
    ("afraid", asked("would_help", ask="What are you afraid of?")),
    ("worries", asked("good_at", ask="What are your worries?")),
    ("drugs", asked("access", ask="Do you use drugs?")),
)
each(
    "reasons_that_are_none",
    "R-S4",
    ("the ask", asked("matters_most", why="What matters most to you right now?")),
    ("a question", asked("name", why="Why not?")),
    ("us", asked("access", why="It helps us.")),
    ("we", asked("how_soon", why="We need it to plan.")),
)
each(
    "two_told_to_say",
    "R-O7",
    ("then", asked("matters_most", ask="Tell me what matters. Then tell me who helps.")),
    ("also", asked("would_help", ask="Say what would help. Also say what is new.")),
    ("and do", asked("six_months", ask="Do you like your home, and do you rest in it?")),
)
each(
    "nearly_the_same_again",
    "R-O8",
    ("order", asked("would_help", ask="What right now matters most to you?")),
    ("a word more", asked("six_months", ask="What matters the most to you right now?")),
)
each("nobody_asks_if_it_is_safe", "R-O2", ("gone", unsafe))
each("worries_before_help", "R-O9", ("first", hardest_first))
each(
    "left_in_english",
    "R-C11",
    ("pause", in_spanish("mean_pause", "Did you want to pause?")),
    ("skipped", in_spanish("skipped", "No problem.")),
    ("thanks", in_spanish("thanks_1", "Thank you.")),
)
