"""A house with people in it, backed up and put back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from store import backup, copying, erased, restore
from store import tables as t
from store.backup import Manifest
from store.erased import Erased
from store.messages import transcript
from store.restore import Restored
from store.sealing import Keys
from store.session import Store
from tests.databases import Kind, fresh
from tests.houses import KEY, NUMBER, House, wrote

OTHER = "+447700900124"


async def hear(house: House, *texts: str, number: str = NUMBER) -> str:
    """Somebody writes these; the id of their conversation."""
    inbox, id = house.inbox(), ""
    for count, text in enumerate(texts):
        receipt = await inbox.receive(wrote(text, f"SM{number[-3:]}{count}{hash(text)}", number))
        id = receipt.conversation
    return id


def back_up(house: House, folder: Path, name: str = "backup.db") -> tuple[Path, Manifest]:
    path = folder / name
    return path, backup.take(house.url, path)


def put_back(path: Path, url: str, gone: Erased | None = None, *, moved: bool = False) -> Restored:
    """Over the empty tables that a new database of the tests has."""
    return restore.put_back(path, url, Keys(KEY), gone or Erased(), moved=moved, over=True)


@contextmanager
def restored(
    path: Path, kind: Kind, folder: Path, gone: Erased | None = None, *, moved: bool = False
) -> Iterator[House]:
    """The house as it is after the backup was put back into a new database."""
    folder.mkdir(exist_ok=True)
    url = fresh(kind, folder)
    put_back(path, url, gone, moved=moved)
    house = House(Store.open(url, Keys(KEY)), url)
    yield house
    house.store.close_sync()


def totals(house: House) -> copying.Totals:
    """What stands in the database now."""
    with create_engine("sqlite://").begin() as pattern:
        t.metadata.create_all(pattern)
        of = copying.tables(pattern)
    return house.store.read_sync(lambda c: copying.totals(c, of))


def texts(house: House, conversation: str) -> list[str]:
    """What the person wrote in it, as far as it can still be read."""
    written = house.store.read_sync(lambda c: transcript(c, house.store.keys, conversation))
    return [message.text for message in written if message.direction == "in"]


def noting(house: House, folder: Path) -> Path:
    """From now on the house notes what it erases; where."""
    path = folder / erased.FILE
    house.store.note_erased_in(path)
    return path
