"""`ownpace copy`: what the person gets, noted before a word is opened."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from bot import copying, way_in
from bot.upkeep import Failed
from config import settings
from store import rights
from store import tables as t
from store.sealing import Keys
from store.session import Store
from tests.databases import Kind, fresh
from tests.desk.builder import COMPLETE, THURSDAY, Made, lay_out
from tests.test_cli import ownpace

KEY = "k" * 32
KEYS = Keys(KEY.encode())


def furnish(connection: Connection) -> None:
    for id in ("main", "practice"):
        row = {"id": id, "practice": id == "practice"}
        connection.execute(t.service.insert().values(row))
        row = {"id": f"sms:{id}", "service": id, "channel": "sms"}
        connection.execute(t.account.insert().values(row))


def someone(connection: Connection, reference: str = "KTR-48293", service: str = "main") -> Made:
    about = {"kind": "complete", "service": service, "reference": reference}
    return lay_out(connection, KEYS, COMPLETE, **about)  # type: ignore[arg-type]


@pytest.fixture
def store(kind: Kind, tmp_path: Path) -> Store:
    made = Store.open(fresh(kind, tmp_path), KEYS)
    made.write_sync(furnish)
    return made


def copy(
    store: Store, reference: str = "KTR-48293", lang: str = "", html: bool = False, why: str = ""
) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OWNPACE_SECRET_KEY", KEY)
        known = settings.load()
    return copying.copy(known, reference, lang, html, why, store.write_sync)


def test_it_is_a_look_with_its_reason_that_the_copy_shows(store: Store) -> None:
    made = store.write_sync(someone)
    text = copy(store, " ktr-48293 ", why="Jo asked on the phone")
    assert "Your record at" in text
    assert "> Getting my own front door again." in text
    looked = "whoever looks after our computers\nto make a copy for you\n> Jo asked on the phone\n"
    assert looked in text
    [look] = store.read_sync(lambda c: c.execute(t.look.select()).all())
    assert (look.conversation, look.worker) == (made.id, "the operator")
    [row] = store.read_sync(lambda c: c.execute(t.audit.select()).all())
    assert (row.worker, row.what, row.about) == ("the operator", "copy.one", "KTR-48293")
    assert KEYS.master.open(row.why, "audit.why:1") == "Jo asked on the phone"
    store.close_sync()


def test_it_is_made_beside_the_process_that_serves(tmp_path: Path) -> None:
    url = fresh("sqlite", tmp_path)
    serving = Store.open(url, KEYS)
    serving.write_sync(furnish)
    serving.write_sync(someone)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OWNPACE_SECRET_KEY", KEY)
        known = settings.load()
    text = copying.copy(known, "KTR-48293", "", False, "why", partial(way_in.beside, url))
    assert "> Getting my own front door again." in text
    serving.close_sync()


def test_each_copy_is_noted(store: Store) -> None:
    store.write_sync(someone)
    copy(store)
    copy(store, html=True)
    assert len(store.read_sync(lambda c: c.execute(t.look.select()).all())) == 2
    store.close_sync()


def test_in_the_language_of_the_person_or_another(store: Store) -> None:
    made = store.write_sync(someone)
    of_it = update(t.conversation).where(t.conversation.c.id == made.id)
    store.write_sync(lambda c: c.execute(of_it.values(language="es")))
    assert "Tus palabras\n------------" in copy(store)
    assert "Your words\n----------" in copy(store, lang="en")
    page = copy(store, html=True)
    assert '<html lang="es">' in page
    assert "font: 18pt" in page
    store.write_sync(lambda c: c.execute(of_it.values(language="xx")))
    assert "Your words" in copy(store)
    store.close_sync()


def test_a_rehearsed_one_says_so(store: Store) -> None:
    store.write_sync(partial(someone, reference="PRA-11111", service="practice"))
    assert "Practice: this person does not exist." in copy(store, "PRA-11111")
    store.close_sync()


@pytest.mark.parametrize(
    ("reference", "lang", "says"),
    [
        ("KTR-00000", "", "No intake has that reference."),
        ("", "", "No intake has that reference."),
        ("KTR-48293", "xx", "There are no words in 'xx'; there are: en, es."),
    ],
)
def test_what_is_not_there(store: Store, reference: str, lang: str, says: str) -> None:
    store.write_sync(someone)
    with pytest.raises(Failed, match=says):
        copy(store, reference, lang)
    assert store.read_sync(lambda c: c.execute(t.audit.select()).all()) == []
    store.close_sync()


def test_an_id_is_no_reference(store: Store) -> None:
    made = store.write_sync(someone)
    with pytest.raises(Failed, match="No intake has that reference"):
        copy(store, made.id)
    store.close_sync()


def test_of_what_was_erased_there_is_no_copy(store: Store) -> None:
    made = store.write_sync(someone)
    store.write_sync(lambda c: rights.erase(c, KEYS, made.id, THURSDAY))
    with pytest.raises(Failed, match="the words were erased"):
        copy(store)
    assert store.read_sync(lambda c: c.scalars(select(t.look.c.id)).all()) == []
    store.close_sync()


def test_the_command(tmp_path: Path) -> None:
    data = tmp_path / "data"
    store = Store.open(fresh("sqlite", tmp_path), KEYS)
    store.write_sync(furnish)
    store.write_sync(someone)
    store.close_sync()
    done = ownpace(data, "copy", "KTR-48293", "--lang", "es", OWNPACE_SECRET_KEY=KEY)
    assert done.returncode == 0
    assert "> Getting my own front door again." in done.stdout
    assert done.stderr.startswith("Look first for other people in what workers wrote:")
    done = ownpace(data, "copy", "KTR-00000", OWNPACE_SECRET_KEY=KEY)
    assert (done.returncode, done.stdout) == (2, "")
