"""The database as the server uses it: functions on a connection, run in transactions on threads of their own.

One writer connection on one thread, so writes come one after another and never wait for a lock; readers on a few
threads, each read one consistent snapshot. The stores know nothing of threads; the event loop knows nothing of SQL.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from kiosk.domain.errors import DataFolderError
from kiosk.server.migrate import upgrade
from kiosk.storage.engine import open_sqlite

T = TypeVar("T")
Work = Callable[[Connection], T]

READERS = 4


class CorruptDatabase(DataFolderError):
    """The file is no database, or a damaged one."""

    code = "corrupt_database"


class Database:
    """An open, migrated database. `write` and `read` may be awaited from any task; `close` ends the threads."""

    def __init__(self, writer: Engine, reader: Engine) -> None:
        self._writer = writer
        self._reader = reader
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="database-writer")
        self._reading = ThreadPoolExecutor(READERS, thread_name_prefix="database-reader")

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a writing transaction: committed and synced when this returns, undone when it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._writing, self.write_now, work)

    async def read(self, work: Work[T]) -> T:
        """Run `work` on one snapshot; it cannot write."""
        return await asyncio.get_running_loop().run_in_executor(self._reading, self.read_now, work)

    def write_now(self, work: Work[T]) -> T:
        """Do `write` on the calling thread; only for start-up, before anything else writes."""
        with self._writer.begin() as connection:
            return work(connection)

    def read_now(self, work: Work[T]) -> T:
        """Do `read` on the calling thread."""
        with self._reader.begin() as connection:
            return work(connection)

    def close(self) -> None:
        """Let what runs end, then close every connection."""
        self._reading.shutdown()
        self._writing.shutdown()
        self._reader.dispose()
        self._writer.dispose()


def open_database(path: Path) -> Database:
    """Open the SQLite file at `path`, made and migrated as needed; DataFolderError or KioskError when that fails."""
    writer = open_sqlite(path)
    _take_over_transactions(writer, "BEGIN IMMEDIATE")
    try:
        with writer.begin() as connection:
            upgrade(connection, name=str(path))
    except DBAPIError as error:
        writer.dispose()
        raise _unusable(path, error) from error
    except BaseException:
        writer.dispose()
        raise
    reader = open_sqlite(path, read_only=True, pool_size=READERS)
    _take_over_transactions(reader, "BEGIN")
    return Database(writer, reader)


def move_aside(path: Path) -> Path:
    """Rename the file at `path`, with what SQLite keeps beside it, to a free name; return that name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.corrupt-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(f"{path.name}{suffix}")
        if part.exists():
            part.rename(aside.with_name(f"{aside.name}{suffix}"))
    return aside


def _unusable(path: Path, error: DBAPIError) -> DataFolderError:
    message = f"The database {path} cannot be used: {error.orig}."
    if isinstance(error.orig, sqlite3.DatabaseError) and not isinstance(error.orig, sqlite3.OperationalError):
        return CorruptDatabase(message, hint="Move the file aside and put a backup in its place, or start without one.")
    return DataFolderError(
        message, hint="Free some space, mend its permissions, or name another folder with --data-dir."
    )


def _take_over_transactions(engine: Engine, begin: str) -> None:
    """Start transactions ourselves: the driver's own way begins late, and then may fail to get the write lock."""

    @event.listens_for(engine, "connect")
    def _no_driver_transactions(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
