"""Catalogues, placeholders, and the catalogue files that we ship."""

import tomllib
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.channel import TRAITS
from bot.conversation.i18n import (
    SAYS,
    SOURCE,
    TEACH,
    Catalogue,
    Entry,
    common_entries,
    fill,
    flow_entries,
    listed,
    parse_po,
    placeholders,
)
from bot.conversation.render import taught
from bot.conversation.segments import count
from tests.worlds import BOT, catalogues, world
from tools import messages

COMMON = """
[message.hello]
text = "Hello, {service} here."
offers = [{ word = "person", lead = "Want a person?" }, { word = "more", lead = "" }]
note = "The first thing anyone reads."

[word.help]
says = "help, info"
teach = "HELP"
teach_sms = "OPTIONS"
button = "Help"

[fragment]
choice = "{number} {label}"
"""
FLOW = """
[[section]]
id = "safe"
title = "Safety"
offer = "The last 3 are about feeling safe."

[[section.question]]
id = "keeps_safe"
ask = "What helps keep you safe?"
why = "We want to protect it."
kind = "one"
sensitivity = 2
shows_as = "What keeps me safe"
note = "About strength, not about danger."
choice = [{ code = "pet", label = "A pet" }]
"""


def po(*entries: tuple[str, str, str]) -> bytes:
    catalog = Catalog(locale="es")
    for context, msgid, text in entries:
        catalog.add(msgid, text, context=context or None)
    out = BytesIO()
    write_po(out, catalog)
    return out.getvalue()


# --- Catalogues ----------------------------------------------------------------------------------


def test_a_text_is_found_by_its_context_and_falls_back_to_english() -> None:
    catalogue = parse_po(po(("", "No", "No."), ("voicemail", "No", "Sin mensaje")), "es")
    assert catalogue.language == "es"
    assert catalogue.text("No") == "No."
    assert catalogue.text("No", "voicemail") == "Sin mensaje"
    assert catalogue.text("No", "button") == "No"
    assert catalogue.text("Maybe") == "Maybe"
    assert SOURCE.text("No") == "No"


def test_unsure_and_empty_translations_are_left_out() -> None:
    unsure = b'#, fuzzy\nmsgid "Stop"\nmsgstr "Sigue"\n\n' + b'msgid "Go"\nmsgstr ""\n'
    assert parse_po(unsure, "es").entries == {}
    assert parse_po(po(("", "Stop", "Para")).decode(), "es").text("Stop") == "Para"


def test_a_broken_catalogue_is_refused() -> None:
    with pytest.raises(PoFileError):
        parse_po('msgid "a"\nmsgstr "b"\nnonsense\n', "es")


def test_lists_are_cut_at_the_commas_of_any_script() -> None:
    assert listed("yes, y , ok,") == ["yes", "y", "ok"]
    assert listed("نعم، أجل") == ["نعم", "أجل"]


# --- Placeholders --------------------------------------------------------------------------------


def test_placeholders_are_filled_once_and_only_by_name() -> None:
    assert fill("Hi {name}, {name}.", {"name": "{phone}"}) == "Hi {phone}, {phone}."
    assert fill("{a.__class__} {0!r} {}", {"0": "x"}) == "{a.__class__} {0!r} {}"
    assert placeholders("{a} and {b}, {a}") == {"a", "b"}
    with pytest.raises(KeyError):
        fill("{missing}", {})


@given(st.text(), st.text())
def test_what_a_value_holds_is_never_read_again(before: str, value: str) -> None:
    text = before.replace("{", "").replace("}", "")
    assert fill(text + "{name}", {"name": value}) == text + value


# --- What there is to translate ------------------------------------------------------------------


def found(entries: list[Entry]) -> set[tuple[str, str]]:
    return {(entry.context, entry.msgid) for entry in entries}


def test_the_texts_of_common_are_found_with_their_contexts() -> None:
    entries = list(common_entries(tomllib.loads(COMMON)))
    assert found(entries) == {
        ("", "Hello, {service} here."),
        ("", "Want a person?"),
        ("says", "help, info"),
        ("teach", "HELP"),
        ("teach", "OPTIONS"),
        ("button", "Help"),
        ("fragment", "{number} {label}"),
    }
    assert "The first thing anyone reads." in entries[0].note


def test_the_texts_of_a_flow_and_the_headings_of_their_answers_are_found() -> None:
    entries = list(flow_entries(tomllib.loads(FLOW)))
    assert found(entries) == {
        ("", "The last 3 are about feeling safe."),
        ("", "What helps keep you safe?"),
        ("", "We want to protect it."),
        ("keeps_safe", "A pet"),
        ("heading", "What keeps me safe"),
    }
    assert "sensitivity 2 of 2" in entries[1].note
    assert "About strength, not about danger." in entries[1].note


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    """A `bot` folder with two flow files and an empty Spanish catalogue."""
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows/common.toml").write_text(COMMON, "utf-8")
    (tmp_path / "flows/safety.toml").write_text(FLOW, "utf-8")
    spanish = tmp_path / "locales/es/LC_MESSAGES/bot.po"
    spanish.parent.mkdir(parents=True)
    spanish.write_bytes(po(("", "Want a person?", "¿Prefieres una persona?")))
    return tmp_path


def test_catalogues_follow_the_flows(bot: Path) -> None:
    pot, spanish = bot / "locales/bot.pot", bot / "locales/es/LC_MESSAGES/bot.po"
    assert messages.stale(bot) == [pot, spanish]
    for path, content in messages.up_to_date(bot).items():
        path.write_bytes(content)
    assert messages.stale(bot) == []
    assert b'msgctxt "keeps_safe"' in pot.read_bytes()
    assert b"sensitivity 2 of 2" in pot.read_bytes()
    assert parse_po(spanish.read_bytes(), "es").text("Want a person?") == "¿Prefieres una persona?"
    (bot / "flows/safety.toml").write_text(FLOW.replace("A pet", "An animal"), "utf-8")
    assert messages.stale(bot) == [pot, spanish]


# --- The files that we ship ----------------------------------------------------------------------

SHIPPED = [catalogue for language, catalogue in catalogues().items() if language != "en"]
by_language = pytest.mark.parametrize("catalogue", SHIPPED, ids=lambda c: c.language)
ENTRIES = [entry for _, entry in messages.entries(BOT / "flows")]


def test_the_catalogue_files_are_fresh() -> None:
    stale = [path.name for path in messages.stale(BOT)]
    assert stale == [], "run `make messages`, and translate what is new"


@by_language
def test_every_text_of_a_shipped_language_is_translated(catalogue: Catalogue) -> None:
    wanted = {(entry.context, entry.msgid) for entry in ENTRIES}
    assert wanted - set(catalogue.entries) == set()


@by_language
def test_placeholders_agree(catalogue: Catalogue) -> None:
    wrong = [
        msgid
        for (_, msgid), text in catalogue.entries.items()
        if placeholders(msgid) != placeholders(text)
    ]
    assert wrong == []


@by_language
def test_no_translation_is_unsure(catalogue: Catalogue) -> None:
    path = BOT / "locales" / catalogue.language / "LC_MESSAGES/bot.po"
    assert [m.id for m in read_po(BytesIO(path.read_bytes())) if m.id and m.fuzzy] == []


@pytest.mark.parametrize("channel", TRAITS.values(), ids=lambda traits: traits.name)
@pytest.mark.parametrize("language", catalogues())
def test_no_word_that_we_teach_is_owned_by_the_carrier(language: str, channel: object) -> None:
    traits = next(traits for traits in TRAITS.values() if traits is channel)
    words = taught(world(), language, traits)
    assert len(words) >= 12
    assert not {word.upper() for word in words.values()} & set(traits.owned)


@pytest.mark.parametrize("catalogue", catalogues().values(), ids=lambda c: c.language)
def test_words_to_text_can_be_typed_on_any_phone(catalogue: Catalogue) -> None:
    """In capitals, with no accent that would turn the whole text to UCS-2."""
    for entry in ENTRIES:
        word = catalogue.text(entry.msgid, TEACH)
        if entry.context == TEACH:
            assert word == word.upper()
            assert word.isascii()


def test_english_is_plain_gsm() -> None:
    odd = [e.msgid for e in ENTRIES if e.context != SAYS and count(e.msgid).encoding != "GSM-7"]
    assert odd == []
