"""What differs from one database to another, called by what it means; `dialect_sql` holds the statements themselves.

Lists travel as one parameter, so that every statement is one cached text whatever the length of the list: as JSON to
SQLite's `json_each`, as arrays to PostgreSQL's `unnest` and `ANY`. The stores are the only callers.
SQLAlchemy's own module for PostgreSQL is loaded where there is one: a wall has none.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    Table,
    Text,
    bindparam,
    func,
    select,
)
from sqlalchemy import Insert as AnyInsert
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import ARRAY, TypeDecorator, TypeEngine

from kiosk.server.dialect_sql import PLAYED, POSTGRESQL, SQLITE, Statements
from kiosk.server.spans import Span
from kiosk.server.tables import AnyRow, artworks

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

SpanOfUser = tuple[int, int, int]  # user, lo, hi
Played = tuple[int, int, int, int, int, int]  # day or month, artwork, plays, visible_ms, first_at, last_at
Insert: TypeAlias = "sqlite.Insert | postgresql.Insert"


class _List(TypeDecorator[list[Any]]):
    """A list of values as one parameter."""

    impl = Text
    cache_ok = True
    item: TypeEngine[Any] = Text()

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return ARRAY(self.item) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return list(value) if dialect.name == "postgresql" else json.dumps(list(value))


class Texts(_List):
    """A list of texts as one parameter."""

    cache_ok = True


class Numbers(_List):
    """A list of whole numbers as one parameter."""

    cache_ok = True
    item = BigInteger()


class least(FunctionElement[int]):  # noqa: N801 - named as in SQL
    """The smallest of its arguments."""

    name = "least"
    type = BigInteger()
    inherit_cache = True


class greatest(FunctionElement[int]):  # noqa: N801 - named as in SQL
    """The largest of its arguments."""

    name = "greatest"
    type = BigInteger()
    inherit_cache = True


@compiles(least, "sqlite")
def _least_sqlite(element: least, compiler: SQLCompiler, **options: Any) -> str:
    return f"min({compiler.process(element.clauses, **options)})"


@compiles(greatest, "sqlite")
def _greatest_sqlite(element: greatest, compiler: SQLCompiler, **options: Any) -> str:
    return f"max({compiler.process(element.clauses, **options)})"


@compiles(least)
def _least(element: least, compiler: SQLCompiler, **options: Any) -> str:
    return f"least({compiler.process(element.clauses, **options)})"


@compiles(greatest)
def _greatest(element: greatest, compiler: SQLCompiler, **options: Any) -> str:
    return f"greatest({compiler.process(element.clauses, **options)})"


class _OneOf(FunctionElement[bool]):
    name = "one_of"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> "_OneOf":
        """Stay a bare predicate: compared with `= 1`, as SQLite's booleans are, it would find no index."""
        del against
        return self


@compiles(_OneOf, "sqlite")
def _one_of_sqlite(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = element.clauses
    values_sql = f"SELECT value FROM json_each({compiler.process(values)})"  # noqa: S608 - a bound parameter's name
    return f"{compiler.process(column, **options)} IN ({values_sql})"


@compiles(_OneOf, "postgresql")
def _one_of_postgresql(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **options)} = ANY({compiler.process(values)})"


def one_of_texts(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that `column` is one of the texts bound as `texts`, a list."""
    return _OneOf(column, bindparam("texts", type_=Texts()))


def in_lanes(lanes: Sequence[Any] | BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition that a piece lies in one of `lanes` (numbers or parameters, or an expanding one).

    It checks rows that something narrower has found: the sum keeps planners from walking whole lanes by their index.
    """
    return (artworks.c.lane + 0).in_(lanes)


def insert(connection: Connection, table: Table) -> Insert:
    """Return an insert that knows ON CONFLICT, which both databases have and standard SQL has not."""
    if not _is_postgresql(connection):
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table)


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns; one statement with an array a column where the database can."""
    if not rows:
        return
    if not _is_postgresql(connection):
        connection.execute(table.insert(), rows)
        return
    names = tuple(rows[0])
    connection.execute(_insert_arrays(table, names), {name: [row[name] for row in rows] for name in names})


@cache
def _insert_arrays(table: Table, names: tuple[str, ...]) -> AnyInsert:
    arrays = [bindparam(name, type_=ARRAY(table.c[name].type)) for name in names]
    values = func.unnest(*arrays).table_valued(*names, name="r").render_derived()
    return table.insert().from_select(names, select(*(values.c[name] for name in names)))


def unseen(connection: Connection, *, user: int, lane: int, floor: int, since: int, limit: int) -> Sequence[AnyRow]:
    """Return at most `limit` pieces of a lane the user has not seen, newest first.

    None lies below position `floor` or was made before `since` (ms).
    """
    values = {"user": user, "lane": lane, "floor": floor, "since": since, "limit": limit}
    return connection.execute(_sql(connection).unseen, values).all()


def count_stored(connection: Connection, *, lanes: Sequence[int]) -> int:
    """Return how many pieces lie in `lanes`."""
    return int(connection.execute(_sql(connection).count_stored, _list(connection, "lanes", lanes)).scalar_one())


def upsert_impressions(connection: Connection, *, user: int, rows: Sequence[tuple[int, int]]) -> None:
    """Store (artwork, viewed_at) pairs of a user; a pair that is there keeps the later time."""
    if rows:
        values = {"user": user, **_rows(connection, ("artworks", "times"), rows)}
        connection.execute(_sql(connection).upsert_impressions, values)


def spans_touched(connection: Connection, *, user: int, lane: int, runs: Sequence[Span]) -> list[Span]:
    """Return the spans of a user and lane that overlap any of `runs`, lowest first."""
    values = {"user": user, "lane": lane, **_rows(connection, ("los", "his"), runs)}
    return [Span(lo, hi) for lo, hi in connection.execute(_sql(connection).spans_touched, values)]


def spans_touched_of_all(connection: Connection, *, lane: int, runs: Sequence[Span]) -> list[SpanOfUser]:
    """Return every user's spans of a lane that overlap any of `runs`, by user and lowest first."""
    values = {"lane": lane, **_rows(connection, ("los", "his"), runs)}
    return [(user, lo, hi) for user, lo, hi in connection.execute(_sql(connection).spans_touched_of_all, values)]


def delete_spans(connection: Connection, *, lane: int, rows: Sequence[tuple[int, int]]) -> None:
    """Delete the spans of a lane named by (user, lo)."""
    if rows:
        values = {"lane": lane, **_rows(connection, ("users", "los"), rows)}
        connection.execute(_sql(connection).delete_spans, values)


def put_spans(connection: Connection, *, lane: int, rows: Sequence[SpanOfUser]) -> None:
    """Store spans of a lane; one that starts where another of that user does replaces it."""
    if rows:
        values = {"lane": lane, **_rows(connection, ("users", "los", "his"), rows)}
        connection.execute(_sql(connection).put_spans, values)


def backfill(connection: Connection, *, user: int, lanes: Sequence[int], as_of: int, now: int) -> int:
    """Mark every piece of `lanes` made before `as_of` as seen now by the user; return how many were not yet."""
    values = {"user": user, "as_of": as_of, "now": now, **_list(connection, "lanes", lanes)}
    return connection.execute(_sql(connection).backfill, values).rowcount


def mark_fresh_shown(connection: Connection, *, user: int, device: int, artworks_shown: Sequence[int]) -> None:
    """Note that a display has shown those of the pieces that are fresh for its user."""
    values = {"user": user, "device": device, **_list(connection, "ids", artworks_shown)}
    connection.execute(_sql(connection).mark_fresh_shown, values)


def sum_plays(
    connection: Connection, *, user: int, device: int, days: Sequence[Played], months: Sequence[Played]
) -> None:
    """Add to a user's daily and monthly sums on a display."""
    statements = _sql(connection)
    for statement, rows in ((statements.sum_days, days), (statements.sum_months, months)):
        connection.execute(statement, {"user": user, "device": device, **_rows(connection, PLAYED, rows)})


def database_bytes(connection: Connection) -> int:
    """Return what the database takes on disk."""
    return int(connection.execute(_sql(connection).database_bytes).scalar_one())


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _sql(connection: Connection) -> Statements:
    return POSTGRESQL if _is_postgresql(connection) else SQLITE


def _list(connection: Connection, name: str, values: Sequence[int]) -> Mapping[str, Any]:
    return {name: list(values) if _is_postgresql(connection) else json.dumps(list(values))}


def _rows(connection: Connection, names: Sequence[str], rows: Sequence[Sequence[int]]) -> Mapping[str, Any]:
    """Return rows as one array a column, or all of them as the JSON text `rows`."""
    if _is_postgresql(connection):
        return {name: [row[index] for row in rows] for index, name in enumerate(names)}
    return {"rows": json.dumps(rows)}
