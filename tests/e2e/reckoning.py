"""What became of every word of a crowd, once they have all come to the same question."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bot.conversation.model import Position
from store.session import Store
from tests.e2e.crowd import OWN_WORDS, Someone, own_words
from tests.e2e.kept import Kept, kept
from tests.e2e.records import Records


def reckon(records: Records, people: Sequence[Someone]) -> dict[str, int]:
    """Nothing that was taken is lost, nothing was done twice. By address, how many of our messages
    came twice."""
    records.sound()
    seen = sorted(str(id) for (id,) in records.look("SELECT provider_id FROM seen"))
    assert seen == sorted(records.keys.seen(p.account, id) for p in people for id in p.said)
    assert records.count("FROM conversation") == len(people)
    assert records.count("FROM answer") == 2 * len(people)
    assert records.count("FROM agreement") == 2 * len(people)
    assert records.count("FROM parked") == 0
    with records.open() as store:
        twice = {person.address: told_twice(store, person) for person in people}
    return {address: count for address, count in twice.items() if count}


def told_twice(store: Store, person: Someone) -> int:
    """Every word of theirs is there once, in order, and had its effect once. How many of our
    messages came to them twice."""
    found = kept(store, person.account, person.address)
    assert found.wrote == list(person.said.values()), (found, person.said)
    for question in OWN_WORDS:
        assert found.words[question] == own_words(person, question), (found, person.heard)
    assert found.conversation.share is True
    assert found.conversation.position == Position("question", "safe_to_text")
    return _twice(person, found)


def _twice(person: Someone, found: Kept) -> int:
    came, told = ([text for text, _ in groupby(texts)] for texts in (person.arrived, found.told))
    assert came == told, f"{person.address} got {came}, and was told {told}"
    return len(person.arrived) - len(found.told)
