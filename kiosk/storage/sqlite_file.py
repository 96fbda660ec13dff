"""A SQLite file as this product wants it, with nothing but the standard library: the journal, the syncs, the waits.

The outbox works on such a connection itself; `engine` gives SQLAlchemy the same for the server.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

BUSY_TIMEOUT_MS = 5_000


def open_file(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Return a connection to the SQLite file at `path`; rows have names. Raises sqlite3.Error.

    Transactions are begun by `transaction` alone. One thread at a time may use it, whichever that is.
    """
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False, cached_statements=32
    )
    try:
        set_up(connection, read_only=read_only)
    except BaseException:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


def set_up(connection: sqlite3.Connection, *, read_only: bool) -> None:
    """Journal in WAL mode, sync every commit: with NORMAL a power cut loses acknowledged ones. Readers cannot write."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
    cursor.close()


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all that the block does or, when it or the commit raises, nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise
