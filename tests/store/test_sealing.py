"""Sealed means: this key, this place, this blob, or nothing."""

import pytest

from store.sealing import Keys, Unreadable

KEYS = Keys(b"a master key of thirty-two bytes")
PLACE = "message.text:1"


def test_what_is_sealed_opens_in_its_place() -> None:
    person = KEYS.person(KEYS.new_person_key())
    assert person.open(person.seal("mi hermana Zoë 🕊", PLACE), PLACE) == "mi hermana Zoë 🕊"


def test_the_same_words_never_look_the_same() -> None:
    assert KEYS.master.seal("yes", PLACE) != KEYS.master.seal("yes", PLACE)


def test_a_blob_moved_to_another_row_does_not_open() -> None:
    blob = KEYS.master.seal("words", PLACE)
    with pytest.raises(Unreadable):
        KEYS.master.open(blob, "message.text:2")


@pytest.mark.parametrize("cut", [0, 1, 5, 13, 20, -1])
def test_a_damaged_blob_does_not_open(cut: int) -> None:
    with pytest.raises(Unreadable):
        KEYS.master.open(KEYS.master.seal("some words", PLACE)[:cut], PLACE)


@pytest.mark.parametrize("at", [0, 1, 13, -1])
def test_a_changed_byte_does_not_open(at: int) -> None:
    blob = bytearray(KEYS.master.seal("some words", PLACE))
    blob[at] ^= 1
    with pytest.raises(Unreadable):
        KEYS.master.open(bytes(blob), PLACE)


def test_people_have_keys_of_their_own() -> None:
    one, other = KEYS.new_person_key(), KEYS.new_person_key()
    blob = KEYS.person(one).seal("words", PLACE)
    with pytest.raises(Unreadable):
        KEYS.person(other).open(blob, PLACE)


def test_another_master_key_opens_no_person() -> None:
    with pytest.raises(Unreadable):
        Keys(b"another master key, just as long").person(KEYS.new_person_key())


def test_an_address_is_found_again_only_with_the_key_and_the_account() -> None:
    mine = KEYS.lookup("sms:1", "+447700900123")
    assert mine == Keys(b"a master key of thirty-two bytes").lookup("sms:1", "+447700900123")
    assert mine != KEYS.lookup("sms:2", "+447700900123")
    assert mine != Keys(b"another master key, just as long").lookup("sms:1", "+447700900123")


def test_a_lone_surrogate_is_no_reason_to_fail() -> None:
    assert KEYS.master.open(KEYS.master.seal("a\ud800b", PLACE), PLACE) == "a?b"


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keys(b"short")


def test_nothing_of_a_key_shows() -> None:
    assert "thirty" not in repr(KEYS) + repr(KEYS.master) + repr(vars(KEYS).keys())
