"""Opening the server's database: SQLite in a file, or PostgreSQL under a URL; made and migrated as needed.

sqlite:///FILE                                one server process, the wall's own
postgresql[+psycopg]://USER@HOST/DATABASE     any number of them
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from kiosk.domain.errors import DataFolderError, KioskError, UsageError
from kiosk.server.database import LONG_READERS, READERS, Database
from kiosk.server.migrate import require_current, upgrade
from kiosk.storage.engine import open_postgresql, open_sqlite

Prepare = Callable[[Connection, str], None]

WRITERS_POSTGRESQL = 4
_LONG = LONG_READERS + 1  # and a backup, on a thread of its own
_MIGRATION_LOCK = 0x6B696F736B  # "kiosk": one process migrates, the others wait


class CorruptDatabase(DataFolderError):
    """The file is no database, or a damaged one."""

    code = "corrupt_database"


class DatabaseUnreachable(KioskError):
    """The database server does not answer, or does not let us in."""

    code = "database_unreachable"


def open_database(address: Path | str) -> Database:
    """Open the SQLite file at a path, or what a URL names. Raises KioskError with one clear line.

    CorruptDatabase: the file is damaged; DataFolderError: it cannot be made;
    DatabaseUnreachable: no server answers, or it does not let us in.
    """
    file = address if isinstance(address, Path) else sqlite_file(address)
    return _open_postgresql(str(address), prepare=_upgrade) if file is None else _open_sqlite(file)


def open_current(url: str) -> Database:
    """Open a PostgreSQL database that has this program's schema already. Raises KioskError with one clear line."""
    return _open_postgresql(url, prepare=_require_current)


def change_schema(address: Path | str, change: Prepare) -> None:
    """Have `change` move a database's schema, in a transaction and while no other process does; same errors."""

    def alone(connection: Connection, name: str) -> None:
        _hold_schema(connection)
        change(connection, name)

    file = address if isinstance(address, Path) else sqlite_file(address)
    if file is not None:
        engine = open_sqlite(file)
        _take_over_transactions(engine, "BEGIN IMMEDIATE")
        prepare_it = partial(_prepare_file, engine, file, alone)
    else:
        url = _postgresql(str(address))
        engine = open_postgresql(url, pool_size=1)
        prepare_it = partial(_prepare_shared, engine, _shown(url), alone)
    try:
        prepare_it()
    finally:
        engine.dispose()


def sqlite_file(url: str) -> Path | None:
    """Return the SQLite file a URL names, None for a PostgreSQL database; KioskError for anything else."""
    try:
        parts = make_url(url)
    except ArgumentError as error:
        raise _unknown("what has no scheme such as postgresql://") from error
    except ValueError as error:
        raise _unknown("an address whose port is no number") from error
    if parts.drivername in {"postgresql", "postgresql+psycopg"}:
        if "@" in (parts.host or ""):
            raise _unknown("an address with two @ in it; in a password, write %40")
        return None
    if parts.drivername == "sqlite" and parts.database:
        return Path(parts.database)
    raise _unknown(parts.drivername)


def _open_sqlite(path: Path) -> Database:
    writer = open_sqlite(path)
    _take_over_transactions(writer, "BEGIN IMMEDIATE")
    _or_dispose(writer, lambda: _prepare_file(writer, path, _upgrade))
    reader, long_reader = (open_sqlite(path, read_only=True, pool_size=size) for size in (READERS, _LONG))
    for engine in (reader, long_reader):
        _take_over_transactions(engine, "BEGIN")
    return Database(writer, reader, long_reader)


def _open_postgresql(url: str, *, prepare: Prepare) -> Database:
    address = _postgresql(url)
    writer = open_postgresql(address, pool_size=WRITERS_POSTGRESQL)
    name = _shown(address)
    _or_dispose(writer, lambda: _prepare_shared(writer, name, prepare))
    reader = open_postgresql(address, read_only=True, pool_size=READERS, keep_plans=True)
    long_reader = open_postgresql(address, read_only=True, pool_size=_LONG)
    url = address.render_as_string(hide_password=False)
    return Database(writer, reader, long_reader, writers=WRITERS_POSTGRESQL, url=url)


def _postgresql(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+psycopg")


def _shown(address: URL) -> str:
    """Return an address as messages may show it: without user, password and options."""
    return URL.create("postgresql", host=address.host, port=address.port, database=address.database).render_as_string()


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


def _or_dispose(engine: Engine, act: Callable[[], None]) -> None:
    try:
        act()
    except BaseException:
        engine.dispose()
        raise


def _prepare_file(engine: Engine, path: Path, prepare: Prepare) -> None:
    try:
        with engine.begin() as connection:
            prepare(connection, str(path))
    except DBAPIError as error:
        raise _unusable(path, error) from error


def _prepare_shared(engine: Engine, name: str, prepare: Prepare) -> None:
    try:
        with engine.begin() as connection:
            prepare(connection, name)
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
        raise DatabaseUnreachable(
            f"The database {name} cannot be used: {reason}.",
            hint="See that it runs, that it exists (createdb), and that its user may sign in from this machine.",
        ) from error


def _upgrade(connection: Connection, name: str) -> None:
    _hold_schema(connection)
    upgrade(connection, name=name)


def _hold_schema(connection: Connection) -> None:
    """Of two processes that migrate, the second waits; a SQLite file has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})


def _require_current(connection: Connection, name: str) -> None:
    require_current(connection, name=name)


def _unusable(path: Path, error: DBAPIError) -> DataFolderError:
    message = f"The database {path} cannot be used: {error.orig}."
    if isinstance(error.orig, sqlite3.DatabaseError) and not isinstance(error.orig, sqlite3.OperationalError):
        return CorruptDatabase(message, hint="Move the file aside and put a backup in its place, or start without one.")
    return DataFolderError(
        message, hint="Free some space, mend its permissions, or name another folder with --data-dir."
    )


def _unknown(what: str) -> KioskError:
    return UsageError(
        f"The server cannot keep its database in {what}.",
        hint="Leave server.database_url empty, or write sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE.",
        code="database_url",
    )


def _take_over_transactions(engine: Engine, begin: str) -> None:
    """Start transactions ourselves: the driver's own way begins late, and then may fail to get the write lock."""

    @event.listens_for(engine, "connect")
    def _no_driver_transactions(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
