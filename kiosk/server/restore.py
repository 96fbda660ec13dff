"""A backup put in place of a database: checked to its end before anything is touched, images first, database last.

Whatever ends this early leaves the old database as it was; images that have come already lie in the store unused. A
backup of SQLite fills PostgreSQL as well, and the other way round. The counterpart is `backup`.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, exists, select
from sqlalchemy.exc import DBAPIError

from kiosk.domain.errors import DataFolderError, KioskError
from kiosk.server import store_pieces
from kiosk.server.backup import DATABASE, SCRATCH, counts_of
from kiosk.server.backup_check import OnBytes, check, images_in
from kiosk.server.database import Database
from kiosk.server.dialect_copy import copy_rows
from kiosk.server.image_stores import open_store
from kiosk.server.images import ImageStore
from kiosk.server.migrate import upgrade
from kiosk.server.opening import open_database, sqlite_file
from kiosk.server.options import ServerOptions
from kiosk.server.store_people import DEFAULT_USER
from kiosk.server.tables import DEMO_LANE, artworks, plays, tokens, users
from kiosk.storage.engine import open_sqlite
from kiosk.storage.folder import DataFolder, exclusive_lock

_LOGS = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """What is there now, as rows by table, and when the backup was made.

    `left_out` counts pieces that had no image; `kept` is where the database before it lies (None: it held nothing).
    """

    counts: dict[str, int]
    made: datetime
    left_out: int
    kept: Path | None


class NotEmpty(KioskError):
    """There is a database already, with something in it."""

    code = "not_empty"


def restore(file: Path, options: ServerOptions, *, replace: bool, now_ms: int, on_bytes: OnBytes) -> Restored:
    """Make the data folder's server what it was when a backup was made, and return what is there.

    Raises AlreadyRunning while a server runs on the folder, NotEmpty unless there is nothing to lose or `replace`
    (SQLite only: the old file is kept beside the new one), BadBackup, or another KioskError with one clear line.
    """
    folder = DataFolder(options.data_dir)
    folder.ensure_writable()
    folder.server_dir.mkdir(mode=0o700, exist_ok=True)
    with exclusive_lock(folder.server_dir / "server.lock", held_by="a server"):
        target = sqlite_file(options.database_url) if options.database_url else folder.server_dir / DATABASE
        if target is None and replace:
            raise NotEmpty("Only a SQLite database is replaced.", hint="Make an empty PostgreSQL database: createdb.")
        is_free = target is None or _has_nothing_to_lose(target)
        if not is_free and not replace:
            raise NotEmpty(
                f"There is a database at {target} already.",
                hint="Name another folder with --data-dir, or use --replace: the old one is kept beside the new one.",
            )
        with _room(folder.server_dir if target is None else target.parent) as scratch:
            source = scratch / DATABASE
            manifest = check(file, database_to=source, on_bytes=on_bytes)
            _bring_up_to_date(source, f"in {file.name}")
            with ExitStack() as stack:
                shared = None if target is not None else stack.enter_context(_empty_postgresql(options.database_url))
                images = open_store(options.images_url, folder.server_dir / "images")
                left_out = _put_images(file, images, source, now_ms=now_ms, on_bytes=on_bytes)
                with closing(sqlite3.connect(source)) as connection:
                    counts = counts_of(connection)
                if shared is not None:
                    _fill(shared, source)
            kept = None if target is None else _put_in_place(source, target, keep_old=not is_free)
    return Restored(counts, manifest.created, left_out, kept)


@contextmanager
def _room(parent: Path) -> Iterator[Path]:
    """Yield an empty folder on the database's own disk; a full one becomes one clear line."""
    try:
        with tempfile.TemporaryDirectory(dir=parent, prefix=SCRATCH) as scratch:
            yield Path(scratch)
    except OSError as error:
        raise DataFolderError(
            f"The backup cannot be restored to {parent}: {error.strerror or error}.",
            hint="Free some space and try again; what was there is untouched.",
        ) from error


def _bring_up_to_date(source: Path, name: str) -> None:
    engine = open_sqlite(source)
    try:
        with engine.begin() as connection:
            upgrade(connection, name=name)
    finally:
        engine.dispose()


def _put_images(file: Path, images: ImageStore, source: Path, *, now_ms: int, on_bytes: OnBytes) -> int:
    """Store every image of a backup; take pieces without one out of the copied database, and return how many."""
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("CREATE TEMP TABLE there (sha256 TEXT PRIMARY KEY) WITHOUT ROWID")
        for image in images_in(file, on_bytes=on_bytes):
            images.put(image.data, image.media_type)
            connection.execute("INSERT OR IGNORE INTO there VALUES (?)", (image.sha256,))
        lost = connection.execute(
            "SELECT id FROM artworks WHERE removed_at IS NULL AND lane != ?"
            " AND sha256 NOT IN (SELECT sha256 FROM there)",
            (DEMO_LANE,),
        ).fetchall()
    engine = open_sqlite(source)
    try:
        with engine.begin() as writing:
            for (artwork_id,) in lost:
                store_pieces.remove(writing, artwork_id=artwork_id, now_ms=now_ms)
    finally:
        engine.dispose()
    return len(lost)


@contextmanager
def _empty_postgresql(url: str) -> Iterator[Database]:
    """Yield the database at `url`; NotEmpty unless it is, and one clear line for what goes wrong in the block."""
    database = open_database(url)
    try:
        database.read_now(_refuse_unless_fresh)
        yield database
    except DBAPIError as error:
        raise KioskError(
            f"PostgreSQL did not take the backup: {str(error.orig).strip().partition(chr(10))[0]}.",
            hint="Nothing was changed in it. Is another server at work on it?",
        ) from error
    finally:
        database.close()


def _fill(database: Database, source: Path) -> None:
    """Copy everything into an empty PostgreSQL database, in one transaction."""
    engine = open_sqlite(source, read_only=True)

    def fill(target: Connection) -> None:
        _refuse_unless_fresh(target)  # again: others may use it
        with engine.begin() as reading:
            copy_rows(reading, target)

    try:
        database.write_now(fill)
    finally:
        engine.dispose()


def _refuse_unless_fresh(connection: Connection) -> None:
    if not _is_fresh(connection):
        raise NotEmpty("There is something in the PostgreSQL database already.", hint="Make an empty one: createdb.")


def _put_in_place(source: Path, target: Path, *, keep_old: bool) -> Path | None:
    """Let a new database file take the place of the old one at one moment; return where the old one is kept."""
    kept = _free_name(target) if keep_old else None
    _take_off_logs(target, kept)
    if kept is not None:
        try:
            os.link(target, kept)
        except OSError:  # a file system without links
            shutil.copy2(target, kept)
    source.chmod(0o600)
    _sync(source)
    source.replace(target)
    _sync(target.parent)
    return kept


def _take_off_logs(target: Path, kept: Path | None) -> None:
    """Leave no log beside the old file: SQLite would take it for the new one's."""
    if not target.exists():
        for suffix in _LOGS:
            target.with_name(f"{target.name}{suffix}").unlink(missing_ok=True)
        return
    try:
        with closing(sqlite3.connect(target)) as connection:
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        if mode != "delete":
            raise DataFolderError(f"Another program uses {target}.", hint="Close it, then try again.")
    except sqlite3.OperationalError as error:
        raise DataFolderError(f"{target} cannot be replaced: {error}.", hint="Does another program use it?") from error
    except sqlite3.DatabaseError:  # damaged: its logs are kept beside it
        for suffix in _LOGS:
            log = target.with_name(f"{target.name}{suffix}")
            if kept is not None and log.exists():
                log.rename(kept.with_name(f"{kept.name}{suffix}"))


def _has_nothing_to_lose(target: Path) -> bool:
    if not target.exists():
        return True
    engine = open_sqlite(target, read_only=True)
    try:
        with engine.begin() as connection:
            return _is_fresh(connection)
    except DBAPIError:
        return False
    finally:
        engine.dispose()


def _is_fresh(connection: Connection) -> bool:
    """Tell whether a database holds nothing but what a first start puts there."""
    marks = (
        select(artworks.c.id).where(artworks.c.lane != DEMO_LANE),
        select(users.c.id).where(users.c.name != DEFAULT_USER),
        select(plays.c.id),
        select(tokens.c.sha256),
    )
    return not any(connection.execute(select(exists(mark))).scalar() for mark in marks)


def _free_name(target: Path) -> Path:
    number = 1
    while (name := target.with_name(f"{target.name}.before-restore-{number}")).exists():
        number += 1
    return name


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
