"""The revisions make the very tables that the code names."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from store import copying, engines, migrations
from store.columns import metadata
from store.copying import Totals
from store.sealing import Keys
from store.session import Store, Unusable
from tests.houses import KEY, House
from tests.operators import rows


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


def test_the_revisions_and_the_tables_agree(house: House) -> None:
    assert house.store.write_sync(differences) == []


def test_every_table_is_there(house: House) -> None:
    names = house.store.read_sync(lambda c: set(inspect(c).get_table_names()))
    assert names == {*metadata.tables, "alembic_version"}


def test_a_newer_database_is_refused(house: House) -> None:
    house.store.write_sync(lambda c: c.execute(text("UPDATE alembic_version SET version_num='9'")))
    with pytest.raises(Unusable, match="newer version"):
        Store.open(house.url, Keys(KEY))


def test_down_and_up_again(url: str) -> None:
    engine = create_engine(engines.address(url))
    with engine.begin() as connection:
        command.downgrade(migrations.config(connection), "base")
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
        migrations.upgrade(connection)
        assert differences(connection) == []
    engine.dispose()


def steps() -> list[tuple[str, str]]:
    """Every revision with the one before it."""
    scripts = ScriptDirectory(migrations.__path__[0]).walk_revisions()
    return [(str(one.down_revision), one.revision) for one in scripts if one.down_revision]


def standing(connection: Connection) -> Totals:
    return copying.totals(connection, copying.tables(connection))


@pytest.mark.parametrize(("before", "after"), steps())
def test_each_revision_keeps_every_row_up_down_and_up(url: str, before: str, after: str) -> None:
    engine = create_engine(engines.address(url))
    with engine.begin() as connection:
        config = migrations.config(connection)
        command.downgrade(config, before)
        rows.fill(connection)
        at_first = standing(connection)
        assert set(at_first.rows.values()) == {rows.MANY}
        command.upgrade(config, after)
        upgraded = standing(connection)
        assert {name: upgraded.rows[name] for name in at_first.rows} == at_first.rows
        command.downgrade(config, before)
        assert standing(connection) == at_first
        command.upgrade(config, after)
        assert standing(connection) == upgraded
    engine.dispose()


def test_the_whole_road_up_with_rows_of_the_first_version(url: str) -> None:
    engine = create_engine(engines.address(url))
    with engine.begin() as connection:
        command.downgrade(migrations.config(connection), steps()[-1][0])
        rows.fill(connection)
        counts = standing(connection).rows
        migrations.upgrade(connection)
        after = standing(connection).rows
        assert {name: after[name] for name in counts} == counts
        assert differences(connection) == []
    engine.dispose()
