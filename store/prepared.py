"""Statements of the message path, compiled once and given to the driver.

SQLAlchemy's own way costs about 0.1 ms a statement and more for a list to look in: with nine
statements a message, most of the time of a small batch. Tables and columns are named in
`store.tables` all the same; only the work of each call is saved. Errors are the driver's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
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
        binds = [compiled.binds[name] for name in compiled.positiontup or ()]
        stored = [(bind, _stored(bind, dialect)) for bind in binds]
        self.sql = str(compiled)
        # What stands in the statement itself is the same for every row.
        self._fixed = {b.key: s(b.value) if s else b.value for b, s in stored if not b.required}
        # The first once more: of a single name, `itemgetter` would give no tuple.
        self._pick = itemgetter(*(bind.key for bind in binds), binds[0].key)
        self._changed = [(i, s) for i, (b, s) in enumerate(stored) if s and b.required]

    def values(self, row: Row) -> Sequence[Any]:
        values = list(self._pick({**row, **self._fixed} if self._fixed else row))[:-1]
        for index, stored in self._changed:
            values[index] = stored(values[index])
        return values


class Find:
    """A select with lists to look in. Rows come as the driver gives them: no times, no JSON."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._forms: dict[tuple[int, ...], tuple[str, list[str]]] = {}

    def rows(self, connection: Connection, **lists: Iterable[Any]) -> Sequence[Any]:
        """What it finds, as tuples; nothing where a list is empty."""
        padded = {name: _padded(list(values)) for name, values in lists.items()}
        if not all(padded.values()):
            return ()
        sizes = tuple(len(values) for values in padded.values())
        form = self._forms.get(sizes)
        if form is None:
            form = self._forms[sizes] = self._form(connection.dialect, padded)
        sql, names = form
        values = {f"{name}_{i}": v for name, all in padded.items() for i, v in enumerate(all, 1)}
        cursor = _cursor(connection)
        cursor.execute(sql, [values[name] for name in names])
        return cast(Sequence[Any], cursor.fetchall())

    def _form(self, dialect: Dialect, lists: Mapping[str, list[Any]]) -> tuple[str, list[str]]:
        statement = self._statement.params(**lists)
        how = {"render_postcompile": True}
        compiled = _compile(statement, dialect, compile_kwargs=how)
        return str(compiled), list(compiled.positiontup or ())


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
