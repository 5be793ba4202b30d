"""The revisions make the very tables that `store/tables.py` names."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text

from store import migrations
from store.sealing import Keys
from store.session import Store, Unusable
from store.tables import metadata
from tests.houses import KEY, House


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


def test_the_revisions_and_the_tables_agree(house: House) -> None:
    assert house.store.write_sync(differences) == []


def test_every_table_is_there(house: House) -> None:
    names = house.store.read_sync(lambda c: set(inspect(c).get_table_names()))
    assert names == {*metadata.tables, "alembic_version"}


def test_a_newer_database_is_refused(house: House, tmp_path: Path) -> None:
    house.store.write_sync(lambda c: c.execute(text("UPDATE alembic_version SET version_num='9'")))
    with pytest.raises(Unusable, match="newer version"):
        Store.open(f"sqlite:///{tmp_path}/data/ownpace.db", Keys(KEY))


def test_down_and_up_again() -> None:
    with create_engine("sqlite://").begin() as connection:
        migrations.upgrade(connection)
        command.downgrade(migrations.config(connection), "base")
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
        migrations.upgrade(connection)
        assert differences(connection) == []
