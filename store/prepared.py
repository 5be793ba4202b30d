"""Statements of the message path, compiled once and given to the driver.

SQLAlchemy's own way costs about 0.1 ms a statement and more for a list to look in: with nine
statements a message, most of the time of a small batch. Tables and columns are named in
`store.tables` all the same; only the work of each call is saved. Errors are the driver's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import BindParameter, ClauseElement, Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

Row = Mapping[str, Any]
Stored = Callable[[Any], Any]


class Many:
    """An insert, update or delete, run for many rows at once. All rows have the same names."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._forms: dict[tuple[str, ...], _Form] = {}

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Run it for these rows, if there are any."""
        if not rows:
            return
        names = tuple(rows[0])
        form = self._forms.get(names)
        if form is None:
            form = self._forms[names] = _Form(self._statement, names, connection.dialect)
        _cursor(connection).executemany(form.sql, [form.values(row) for row in rows])


class _Form:
    """A statement for rows of these names: its text, and how a row's values are stored."""

    def __init__(self, statement: ClauseElement, names: tuple[str, ...], dialect: Dialect) -> None:
        compiled = _compile(statement, dialect, column_keys=list(names))
        self.sql = str(compiled)
        # What stands in the statement itself is the same for every row.
        self._fixed: dict[str, Any] = {}
        self._changed: list[tuple[str, Stored]] = []
        for name, bind in compiled.binds.items():
            stored = _stored(bind, dialect)
            if not bind.required:
                self._fixed[name] = stored(bind.value) if stored else bind.value
            elif stored:
                self._changed.append((name, stored))

    def values(self, row: Row) -> Row:
        values = {**row, **self._fixed}
        for name, stored in self._changed:
            values[name] = stored(values[name])
        return values


class Find:
    """A select with lists to look in. Rows come as the driver gives them: no times, no JSON."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._forms: dict[tuple[int, ...], str] = {}

    def rows(self, connection: Connection, **lists: Iterable[Any]) -> Sequence[Any]:
        """What it finds, as tuples; nothing where a list is empty."""
        padded = {name: _padded(list(values)) for name, values in lists.items()}
        if not all(padded.values()):
            return ()
        sizes = tuple(len(values) for values in padded.values())
        sql = self._forms.get(sizes)
        if sql is None:
            sql = self._forms[sizes] = self._form(connection.dialect, padded)
        values = {f"{name}_{i}": v for name, all in padded.items() for i, v in enumerate(all, 1)}
        cursor = _cursor(connection)
        cursor.execute(sql, values)
        return cast(Sequence[Any], cursor.fetchall())

    def _form(self, dialect: Dialect, lists: Mapping[str, list[Any]]) -> str:
        statement = self._statement.params(**lists)
        return str(_compile(statement, dialect, compile_kwargs={"render_postcompile": True}))


def _cursor(connection: Connection) -> Any:
    return connection.connection.cursor()


def _compile(statement: ClauseElement, dialect: Dialect, **how: Any) -> SQLCompiler:
    return cast(SQLCompiler, statement.compile(dialect=dialect, **how))


def _stored(bind: BindParameter[Any], dialect: Dialect) -> Stored | None:
    return bind.type.dialect_impl(dialect).bind_processor(dialect)


def _padded(values: list[Any]) -> list[Any]:
    """Up to the next power of two, so that few sizes are compiled: a value twice finds no more."""
    size = 1 << (len(values) - 1).bit_length() if values else 0
    return values + values[:1] * (size - len(values))
