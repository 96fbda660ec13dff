"""Whole databases copied: into a SQLite file for a backup, and out of one into PostgreSQL. Between equal schemas only.

`backup` and `restore` call it. SQLite copies its own pages; anything else goes row by row, in the order in which tables
refer to one another, and in batches, so that memory stays bounded. Either way asks after every batch whether to stop.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, func, select, text

from kiosk.server.migrate import upgrade
from kiosk.server.tables import metadata
from kiosk.storage.engine import open_sqlite

BATCH: Final = 2_000
PAGES: Final = 1_000
Stopping = Callable[[], bool]


class Stopped(Exception):
    """The copy was not finished, because `stopping` said so."""


def never() -> bool:
    """Let a copy go on to its end."""
    return False


def snapshot(connection: Connection, file: Path, *, stopping: Stopping = never) -> None:
    """Write what a reading transaction sees into a new SQLite file, which is whole and closed when this returns.

    Raises Stopped soon after `stopping` has become true.
    """
    file.unlink(missing_ok=True)
    if connection.dialect.name == "sqlite":
        _copy_pages(connection, file, stopping)
    else:
        engine = open_sqlite(file)
        try:
            with engine.begin() as target:
                upgrade(target, name=str(file))
                copy_rows(connection, target, stopping=stopping)
        finally:
            engine.dispose()
    _close_up(file)


def copy_rows(source: Connection, target: Connection, *, stopping: Stopping = never) -> None:
    """Make every table of `target` hold the rows of `source` and no others, and its counters go on after them.

    Raises Stopped soon after `stopping` has become true.
    """
    for table in reversed(metadata.sorted_tables):
        target.execute(delete(table))
    for table in metadata.sorted_tables:
        _go_on_unless(stopping)
        with source.execute(select(table), execution_options={"yield_per": BATCH}) as rows:
            for batch in rows.mappings().partitions(BATCH):
                target.execute(table.insert(), [dict(row) for row in batch])
                _go_on_unless(stopping)
    if target.dialect.name == "postgresql":
        for table in metadata.sorted_tables:
            _set_sequence(target, table)


def _copy_pages(connection: Connection, file: Path, stopping: Stopping) -> None:
    connection.execute(text("SELECT 1 FROM sqlite_schema LIMIT 1")).all()  # from here on it sees one state only
    source: Any = connection.connection.driver_connection
    with closing(sqlite3.connect(file)) as target:
        source.backup(target, pages=PAGES, progress=lambda *_: _go_on_unless(stopping))


def _go_on_unless(stopping: Stopping) -> None:
    if stopping():
        raise Stopped


def _close_up(file: Path) -> None:
    """Leave one file that can be copied: what was written goes into it, and it stops asking for a log beside it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _set_sequence(target: Connection, table: Table) -> None:
    """Let PostgreSQL number on after the highest key that was copied."""
    key = table.autoincrement_column
    if key is None:
        return
    highest = target.execute(select(func.max(key))).scalar()
    statement = text("SELECT setval(pg_get_serial_sequence(:table, :key), :value, :was_used)")
    values = {"table": table.name, "key": key.name, "value": highest or 1, "was_used": highest is not None}
    target.execute(statement, values)
