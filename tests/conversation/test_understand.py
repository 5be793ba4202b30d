"""What a message means, in English and in the languages that we ship."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import phrases
from bot.conversation.channel import CARRIER_HELP, CARRIER_STOP, SMS, TELEGRAM, Traits
from bot.conversation.folding import fold, one_slip
from bot.conversation.i18n import SOURCE, Catalogue, parse_po
from bot.conversation.model import Option
from bot.conversation.understand import (
    Chose,
    Command,
    Meaning,
    Unclear,
    Words,
    understand,
)

BOT = Path(__file__).parents[2] / "bot"
PHRASES = phrases.parse((BOT / "flows/common.toml").read_text("utf-8"), "common.toml")
SPANISH = parse_po((BOT / "locales/es/LC_MESSAGES/bot.po").read_bytes(), "es")

SAFE_TO_TEXT = (
    Option("yes", "Yes", "safe_to_text"),
    Option("sometimes", "Sometimes", "safe_to_text"),
    Option("no", "No", "safe_to_text"),
    Option("not_sure", "Not sure", "safe_to_text"),
)
HOW_TO_TALK = tuple(
    Option(code, label, "how_to_talk")
    for code, label in [
        ("phone", "Phone"),
        ("video", "Video"),
        ("text", "Text"),
        ("office", "Our office"),
        ("nearby", "Somewhere near you"),
        ("not_sure", "Not sure yet"),
    ]
)


def meaning(
    text: str,
    options: tuple[Option, ...] = (),
    *,
    many: bool = False,
    yes_no: bool = False,
    catalogue: Catalogue = SOURCE,
    traits: Traits = TELEGRAM,
) -> Meaning:
    return understand(text, PHRASES, catalogue, traits, options, many, yes_no)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("skip", "skip"),
        ("SKIP", "skip"),
        ("Skip.", "skip"),
        ("  skip!!  ", "skip"),
        ("skip please", "skip"),
        ("Please skip this question", "skip"),
        ("can we skip this?", "skip"),
        ("skip 🙏🏽", "skip"),
        ("ＳＫＩＰ", "skip"),
        ("ЅКІР", "skip"),  # Cyrillic letters that look Latin
        ("s k i p", "skip"),
        ("skiiiip", "skip"),
        ("I don’t want to answer", "skip"),
        ("can we pause", "pause"),
        ("Could we take a break please?", "pause"),
        ("go back", "back"),
        ("why do you ask?", "why"),
        ("WHY???", "why"),
        ("stop please", "stop"),
        ("please stop texting me", "stop"),
        ("Stop texting me!", "stop"),
        ("leave me alone", "stop"),
        ("can I talk to a person", "person"),
        ("delete my data please", "delete"),
        ("what do you know about me?", "data"),
        ("language", "language"),
        ("tell me more", "more"),
        ("carry on", "carry_on"),
        ("/help", "help"),
        ("safe", "safe"),
    ],
)
def test_commands_are_understood(text: str, name: str) -> None:
    assert meaning(text) == Command(name)


@pytest.mark.parametrize(
    "text",
    [
        "I want to stop feeling like this",
        "my dog helps me when I want to skip a day",
        "help with my rent",
        "I need help to pay the gas",
        "i pause before I go out",
        "why me, I ask myself",
        "back pain",
        "my data was stolen",
        "more time with my son",
        "to be safe",
        "he told me to delete my photos",
        "a person I trust at the library",
        "someone to talk to",
        "stop him",
        "no",
        "yes",
        "nothing",
        "my mum",
        "🐕",
        "",
        "   ",
        "...",
        "thanks",
        "please",
        "skip the small talk, I need a bed tonight, my ex has the keys and will not stop calling",
    ],
)
def test_an_answer_is_an_answer(text: str) -> None:
    assert meaning(text) == Words(text)


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("skpi", "skip"),
        ("skp", "skip"),
        ("puase", "pause"),
        ("delte", "delete"),
        ("Persom", "person"),
    ],
)
def test_a_slip_is_asked_about_and_never_acted_on(text: str, guess: str) -> None:
    assert meaning(text) == Unclear(guess)


@pytest.mark.parametrize("text", ["bank", "shop", "step", "kip", "skip to the end", "whale"])
def test_other_words_are_not_taken_for_slips(text: str) -> None:
    assert meaning(text) == Words(text)


def test_what_may_as_well_be_an_answer_is_asked_about() -> None:
    word = phrases.Word("stop", says="stop, ~i want to stop", teach="STOP")
    words = phrases.Phrases({}, {"stop": word}, {"polite": "please"})
    assert understand("I want to stop, please", words, SOURCE, TELEGRAM) == Unclear("stop")
    assert understand("stop", words, SOURCE, TELEGRAM) == Command("stop")


@pytest.mark.parametrize("word", sorted(CARRIER_STOP | CARRIER_HELP | {"START", "UNSTOP"}))
def test_words_that_the_carrier_owns_are_marked_on_sms_only(word: str) -> None:
    found = meaning(f" {word.lower()} ", SAFE_TO_TEXT, traits=SMS, yes_no=True)
    assert isinstance(found, Command)
    assert found.carrier
    assert found.name == {"stop": "stop", "help": "help", "start": "carry_on"}[SMS.owned[word]]
    assert not getattr(meaning(word), "carrier", False)


def test_yes_is_yes_although_the_carrier_listens_too() -> None:
    assert meaning("YES", traits=SMS, yes_no=True) == Command("yes")
    assert meaning("YES", SAFE_TO_TEXT, traits=SMS) == Chose(("yes",))
    assert meaning("YES", traits=SMS) == Words("YES")


@pytest.mark.parametrize(
    "text", ["yes", "Y", "yeah", "OK", "ok 👍", "👍", "👍🏿", "ок", "Yes please", "yesss"]
)
def test_ways_of_saying_yes(text: str) -> None:
    assert meaning(text, yes_no=True) == Command("yes")
    assert meaning(text, SAFE_TO_TEXT) == Chose(("yes",))
    assert meaning(text) == Words(text)


@pytest.mark.parametrize("text", ["no", "N", "nope", "no thanks", "No thank you!", "👎", "noooo"])
def test_ways_of_saying_no(text: str) -> None:
    assert meaning(text, yes_no=True) == Command("no")
    assert meaning(text, SAFE_TO_TEXT) == Chose(("no",))


@pytest.mark.parametrize(
    "text",
    [
        "2",
        "2.",
        "(2)",
        "２",
        "2️⃣",
        "٢",
        "two",
        "option 2",
        "number two",
        "2 Sometimes",
        "sometimes",
        "Sometimes.",
        "some",
        "somtimes",
        "SOMETIMES please",
    ],
)
def test_ways_of_choosing(text: str) -> None:
    assert meaning(text, SAFE_TO_TEXT) == Chose(("sometimes",))


@pytest.mark.parametrize(
    "text",
    ["0", "5", "22", "2 No", "yes, but only when he is out", "sometimes when I am alone", "1 2"],
)
def test_what_names_no_single_choice_is_kept_as_words(text: str) -> None:
    assert meaning(text, SAFE_TO_TEXT) == Words(text)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("1 and 3", ("phone", "text")),
        ("1,3", ("phone", "text")),
        ("3 & 1", ("phone", "text")),
        ("1 3", ("phone", "text")),
        ("13", ("phone", "text")),
        ("phone and text please", ("phone", "text")),
        ("1. Phone, 4. Our office", ("phone", "office")),
        ("Phone or video", ("phone", "video")),
        ("4", ("office",)),
    ],
)
def test_several_may_be_chosen(text: str, codes: tuple[str, ...]) -> None:
    assert meaning(text, HOW_TO_TALK, many=True) == Chose(codes)


@pytest.mark.parametrize("text", ["1-3", "1 and 9", "phone and smoke signals", "phone after 5"])
def test_a_list_with_something_else_in_it_is_kept_as_words(text: str) -> None:
    assert meaning(text, HOW_TO_TALK, many=True) == Words(text)


def test_a_command_that_is_a_choice_too_is_the_choice() -> None:
    options = (Option("delete", "Delete it", "fragment"), Option("keep", "Keep it", "fragment"))
    assert meaning("DELETE", options) == Chose(("delete",))
    assert meaning("skip", options) == Command("skip")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("saltar", "skip"),
        ("SALTAR por favor", "skip"),
        ("¿Podemos saltar esta pregunta?", "skip"),
        ("atras", "back"),
        ("ATRÁS", "back"),
        ("¿Por qué preguntas eso?", "why"),
        ("por que", "why"),
        ("más", "more"),
        ("adiós", "stop"),
        ("Deja de escribirme, por favor", "stop"),
        ("borra todo", "delete"),
        ("¿Puedo hablar con una persona?", "person"),
        ("¿en español?", "language"),
        ("seguir", "carry_on"),
        ("skip", "skip"),  # English always works too
    ],
)
def test_commands_in_spanish(text: str, name: str) -> None:
    found = meaning(text, catalogue=SPANISH)
    assert found in (Command(name), Unclear(name))
    assert found == Command(name) or name == "language"


@pytest.mark.parametrize(
    "text",
    [
        "quiero parar de sufrir",
        "mi persona favorita es mi hija",
        "más tiempo con mi hijo",
        "personas",
    ],
)
def test_answers_in_spanish(text: str) -> None:
    assert meaning(text, catalogue=SPANISH) == Words(text)


def test_choices_in_spanish_by_both_labels() -> None:
    for text in ("a veces", "Sometimes", "2", "dos"):
        assert meaning(text, SAFE_TO_TEXT, catalogue=SPANISH) == Chose(("sometimes",))
    assert meaning("1 y 3", HOW_TO_TALK, many=True, catalogue=SPANISH) == Chose(("phone", "text"))
    assert meaning("sí", yes_no=True, catalogue=SPANISH) == Command("yes")


@pytest.mark.parametrize("name", sorted(PHRASES.words))
@pytest.mark.parametrize("catalogue", [SOURCE, SPANISH], ids=["en", "es"])
def test_each_word_that_we_teach_is_understood(name: str, catalogue: Catalogue) -> None:
    word = PHRASES.words[name]
    for taught in (word.teach, word.teach_sms):
        if not taught or name == "carry_on":  # its word is that of yes: the place decides
            continue
        found = meaning(catalogue.text(taught, "teach"), yes_no=True, catalogue=catalogue)
        assert found == Command(name)


@given(st.text(max_size=200), st.booleans(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_anything_at_all_has_a_meaning(text: str, many: bool, yes_no: bool) -> None:
    found = meaning(text, HOW_TO_TALK, many=many, yes_no=yes_no, catalogue=SPANISH, traits=SMS)
    assert isinstance(found, Command | Chose | Words | Unclear)
    if isinstance(found, Words):
        assert found.text == text


@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz '"), max_size=40))
@settings(max_examples=100, deadline=None)
def test_how_it_is_typed_does_not_matter(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in text)
    for typed in (text.upper(), wide, f"  {text}?!", text.replace("e", "é"), f"{text}\ufe0f"):
        assert fold(typed) == fold(text)


def test_words_do_not_show_in_a_repr() -> None:
    assert "secret" not in repr(Words("secret"))


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("skip", "skp", True),
        ("skip", "skipp", True),
        ("skip", "ksip", True),
        ("skip", "skin", True),
        ("skip", "skip", False),
        ("skip", "spik", False),
        ("skip", "sip it", False),
    ],
)
def test_one_slip(a: str, b: str, near: bool) -> None:
    assert one_slip(a, b) is near
