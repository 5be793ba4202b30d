"""Workers and the links that let them in: nothing stored lets anybody in."""

from datetime import timedelta

import pytest

from store import accounts
from store import tables as t
from store.sealing import token_hash
from tests.houses import NOON, House


def add(house: House, name: str = "Sam", role: str = "caseworker") -> str:
    return house.store.write_sync(lambda c: accounts.add_worker(c, name, role, NOON))


def test_a_worker_is_found_by_name(house: House) -> None:
    worker = add(house)
    assert house.store.read_sync(lambda c: accounts.worker_named(c, "Sam")) == worker
    assert house.store.read_sync(lambda c: accounts.worker_named(c, "Alex")) is None


@pytest.mark.parametrize(("name", "role"), [("Sam", "lead"), ("Alex", "king")])
def test_a_name_taken_or_an_unknown_role_is_refused(house: House, name: str, role: str) -> None:
    add(house)
    with pytest.raises(ValueError, match=r"name already|role is one of"):
        add(house, name, role)
    assert house.count(t.worker) == 1


def test_a_link_is_stored_as_a_hash_and_lasts_half_an_hour(house: House) -> None:
    worker = add(house)
    token = house.store.write_sync(lambda c: accounts.new_link(c, worker, NOON))
    (link,) = house.rows(t.sign_in_link)
    assert link["token_hash"] == token_hash(token)
    assert link["expires_at"] == NOON + timedelta(minutes=30)
    assert len(token) >= 43


def test_closing_an_account_ends_its_sessions_and_links(house: House) -> None:
    worker = add(house)
    session = {"token_hash": b"x", "worker": worker, "csrf": "c"}
    times = {"created_at": NOON, "used_at": NOON}
    house.store.write_sync(lambda c: c.execute(t.session.insert().values(**session, **times)))
    house.store.write_sync(lambda c: accounts.new_link(c, worker, NOON))
    house.store.write_sync(lambda c: accounts.close_worker(c, worker, NOON))
    assert house.rows(t.session)[0]["ended_at"] == NOON
    assert house.rows(t.sign_in_link)[0]["used_at"] == NOON
    assert house.store.read_sync(lambda c: accounts.worker_named(c, "Sam")) is None
