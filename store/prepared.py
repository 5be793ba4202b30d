"""Statements of the message path, compiled once and given to the driver.

SQLAlchemy's own way costs about 0.1 ms a statement and more for a list to look in: with nine
statements a message, most of the time of a small batch. Tables and columns are named in
`store.tables` all the same; only the work of each call is saved. Errors are the driver's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import BindParameter, ClauseElement, Connection, Dialect, LargeBinary
from sqlalchemy.sql.compiler import SQLCompiler

Row = Mapping[str, Any]
Stored = Callable[[Any], Any]
Column = Callable[[Sequence[Row]], Iterable[Any]]


class Many:
    """An insert, update or delete, run for many rows at once. All rows have the same names."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._forms: dict[tuple[str, ...], _Form] = {}  # by the database and the rows' names

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Run it for these rows, if there are any."""
        if not rows:
            return
        dialect = connection.dialect
        key = (dialect.name, *rows[0])
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = _Form(self._statement, key[1:], dialect)
        _cursor(connection).executemany(form.sql, form.values(rows))


class _Form:
    """A statement for rows of these names: its text, and what fills each of its places.

    Places, not names: the sqlite3 driver takes twice as long where it has to look names up.
    """

    def __init__(self, statement: ClauseElement, names: tuple[str, ...], dialect: Dialect) -> None:
        compiled = _compile(statement, _by_place(dialect), column_keys=list(names))
        self.sql = str(compiled)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._columns = [_column(binds[name], name, dialect) for name in compiled.positiontup or ()]

    def values(self, rows: Sequence[Row]) -> Sequence[Sequence[Any]]:
        """A column at a time: all of the work is then the interpreter's own."""
        return list(zip(*(column(rows) for column in self._columns), strict=False))


def _column(bind: BindParameter[Any], name: str, dialect: Dialect) -> Column:
    """What fills one place, for all rows."""
    stored = _stored(bind, dialect)
    if not bind.required:  # it stands in the statement itself, the same for every row
        value = stored(bind.value) if stored else bind.value
        return lambda rows: repeat(value, len(rows))
    named = itemgetter(name)
    return lambda rows: map(stored, map(named, rows)) if stored else map(named, rows)


class Find:
    """A select with lists to look in. Rows come as the driver gives them: no times, no JSON."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        # By the kind of database and the lists' sizes.
        self._forms: dict[tuple[str, tuple[int, ...]], tuple[str, Row]] = {}

    def rows(self, connection: Connection, **lists: Iterable[Any]) -> Sequence[Any]:
        """What it finds, as tuples; nothing where a list is empty."""
        padded = {name: _padded(list(values)) for name, values in lists.items()}
        if not all(padded.values()):
            return ()
        key = (connection.dialect.name, tuple(len(values) for values in padded.values()))
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = self._form(connection.dialect, padded)
        values = {f"{name}_{i}": v for name, all in padded.items() for i, v in enumerate(all, 1)}
        cursor = _cursor(connection)
        cursor.execute(form[0], {**form[1], **values})
        return cast(Sequence[Any], cursor.fetchall())

    def _form(self, dialect: Dialect, lists: Mapping[str, list[Any]]) -> tuple[str, Row]:
        """Its text, and what stands in the statement itself."""
        statement = self._statement.params(**lists)
        named = _by_name(dialect)
        compiled = _compile(statement, named, compile_kwargs={"render_postcompile": True})
        fixed = {
            name: stored(bind.value) if (stored := _stored(bind, dialect)) else bind.value
            for bind, name in compiled.bind_names.items()
            if not bind.expanding
        }
        return str(compiled), fixed


def _cursor(connection: Connection) -> Any:
    return connection.connection.cursor()


def _compile(statement: ClauseElement, dialect: Dialect, **how: Any) -> SQLCompiler:
    return cast(SQLCompiler, statement.compile(dialect=dialect, **how))


def _by_place(dialect: Dialect) -> Dialect:
    """The same dialect, for statements that are filled by place."""
    paramstyle = "qmark" if dialect.name == "sqlite" else "format"
    return type(dialect)(paramstyle=paramstyle)  # type: ignore[call-arg]


def _by_name(dialect: Dialect) -> Dialect:
    """The same dialect, for statements that are filled by name, whatever its engine is set to: a
    command that works beside the one that serves has an engine of its own."""
    paramstyle = "named" if dialect.name == "sqlite" else "pyformat"
    return type(dialect)(paramstyle=paramstyle)  # type: ignore[call-arg]


def _stored(bind: BindParameter[Any], dialect: Dialect) -> Stored | None:
    if isinstance(bind.type, LargeBinary):
        return None  # both drivers take bytes as they are
    return bind.type.dialect_impl(dialect).bind_processor(dialect)


def _padded(values: list[Any]) -> list[Any]:
    """Up to the next power of two, so that few sizes are compiled: a value twice finds no more."""
    size = 1 << (len(values) - 1).bit_length() if values else 0
    return values + values[:1] * (size - len(values))
