"""Words stand once: quoting puts them in, and nothing that they contain is read as a quote."""

from bot.conversation.model import QUOTE_CLOSE, QUOTE_OPEN
from store import messages
from store import tables as t
from store.ids import new_id, new_reference
from tests.houses import House, wrote


def quote(*ids: str) -> str:
    return f"{QUOTE_OPEN}{','.join(ids)}{QUOTE_CLOSE}"


def test_quotes_are_put_in_a_line_each() -> None:
    text = f"You wrote:\n{quote('a', 'b')}\nand {quote('c')}."
    assert (
        messages.put_in(text, {"a": "one", "b": "two", "c": "3"}) == "You wrote:\none\ntwo\nand 3."
    )


def test_an_erased_message_leaves_nothing() -> None:
    assert messages.put_in(f"<{quote('a', 'gone')}><{quote('gone')}>", {"a": "one"}) == "<one><>"


def test_marks_in_their_own_words_are_only_words() -> None:
    words = {"a": quote("b"), "b": "secret", "c": r"\1 {0} %s"}
    assert messages.put_in(quote("a"), words) == quote("b")
    assert messages.put_in(quote("c"), words) == r"\1 {0} %s"


async def test_quotes_are_resolved_from_the_database(house: House) -> None:
    receipt = await house.inbox().receive(wrote("in my own words"))
    sealer = house.store.keys.person(house.rows(t.person)[0]["wrapped_key"])  # type: ignore[arg-type]
    text = f"{quote(receipt.message)}|{quote('unknown')}"
    resolved = house.store.read_sync(lambda c: messages.resolve(c, sealer, text))
    assert resolved == "in my own words|"


async def test_a_transcript_is_in_order_and_survives_a_lost_key(house: House) -> None:
    for text in ("heron", "wren"):
        receipt = await house.inbox().receive(wrote(text))
    keys = house.store.keys
    script = house.store.read_sync(lambda c: messages.transcript(c, keys, receipt.conversation))
    assert [(line.direction, line.text) for line in script] == [
        ("in", "heron"),
        ("out", "1"),
        ("in", "wren"),
        ("out", "2"),
    ]
    assert "heron" not in repr(script)
    house.store.write_sync(lambda c: c.execute(t.person.update().values(wrapped_key=None)))
    script = house.store.read_sync(lambda c: messages.transcript(c, keys, receipt.conversation))
    assert [line.text for line in script] == ["", "", "", ""]


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = [new_id() for _ in range(5000)]
    assert ids == sorted(set(ids))
    assert {len(id) for id in ids} == {32}


def test_references_can_be_read_out() -> None:
    references = {new_reference() for _ in range(200)}
    assert len(references) == 200
    assert not set("".join(references)) & set("AEIOUY01")
