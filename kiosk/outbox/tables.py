"""The outbox's tables and their version. `store` is the only user.

    impressions(seq, id, ... , state)      state: open -> closed -> delivered, or -> aside (refused)
    books(name, value)                     painted, delivered, dropped: totals over the data folder's life

The books outlive the rows: delivered rows are pruned, totals never. Both change in the same transaction.
"""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from kiosk.domain.artworks import Reason
from kiosk.domain.errors import DataFolderError
from kiosk.domain.impressions import EndedBy, OpenImpression, Showing
from kiosk.outbox.records import ClosedImpression

SCHEMA_VERSION: Final = 1
BOOK_NAMES: Final = ("painted", "delivered", "dropped")


class State(StrEnum):
    """How far a record has come."""

    OPEN = "open"
    CLOSED = "closed"
    DELIVERED = "delivered"
    ASIDE = "aside"


SCHEMA: Final = (
    """
    CREATE TABLE IF NOT EXISTS impressions (
        seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        artwork_id TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        title TEXT NOT NULL,
        reason TEXT NOT NULL,
        painted_at TEXT NOT NULL,
        painted_mono_s FLOAT NOT NULL,
        boot_id TEXT NOT NULL,
        clock_synced BOOLEAN NOT NULL,
        planned_ms INTEGER NOT NULL,
        coverage FLOAT NOT NULL,
        visible_ms INTEGER NOT NULL,
        frames_painted INTEGER NOT NULL,
        ended_by TEXT,
        state TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        refused_because TEXT
    )
    """,
    "CREATE INDEX IF NOT EXISTS impressions_by_state ON impressions (state, seq)",
    "CREATE TABLE IF NOT EXISTS books (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL)",
)
COLUMNS: Final = (
    *("id", "artwork_id", "sha256", "title", "reason", "painted_at", "painted_mono_s", "boot_id", "clock_synced"),
    *("planned_ms", "coverage", "visible_ms", "frames_painted", "ended_by", "state", "changed_at", "refused_because"),
)
INSERT: Final = (
    f"INSERT OR IGNORE INTO impressions ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})"  # noqa: S608 - our own words
)


def prepare(connection: sqlite3.Connection) -> None:
    """Create the tables in a new file; raise DataFolderError for a file made by a newer version of the program."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise DataFolderError(
            f"The outbox was written by a newer version of this program (format {version}).",
            hint="Install that version again, or move outbox.db away.",
        )
    if version < SCHEMA_VERSION:
        for statement in SCHEMA:
            connection.execute(statement)
        connection.executemany("INSERT OR IGNORE INTO books VALUES (?, 0)", [(name,) for name in BOOK_NAMES])
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def put(connection: sqlite3.Connection, row: Mapping[str, Any]) -> int:
    """Insert a row of column values, one for each of COLUMNS; return how many rows that made: none for a known id."""
    return connection.execute(INSERT, row).rowcount


def row_of(record: OpenImpression) -> dict[str, Any]:
    """Return the column values of a record just opened."""
    return {
        "id": record.id,
        "artwork_id": record.artwork_id,
        "sha256": record.sha256,
        "title": record.title,
        "reason": record.reason.value,
        "painted_at": record.painted_at.isoformat(),
        "painted_mono_s": record.painted_mono_s,
        "boot_id": record.boot_id,
        "clock_synced": record.clock_synced,
        "planned_ms": record.planned_ms,
        "coverage": record.coverage,
        "visible_ms": 0,
        "frames_painted": 0,
        "ended_by": None,
        "state": State.OPEN,
        "changed_at": record.painted_at.isoformat(),
        "refused_because": None,
    }


def closed_of(row: sqlite3.Row) -> ClosedImpression:
    """Return a row of state closed as the record to be sent."""
    return ClosedImpression(
        opened=OpenImpression(
            id=row["id"],
            artwork_id=row["artwork_id"],
            sha256=row["sha256"],
            title=row["title"],
            reason=Reason(row["reason"]),
            painted_at=datetime.fromisoformat(row["painted_at"]),
            painted_mono_s=row["painted_mono_s"],
            boot_id=row["boot_id"],
            clock_synced=bool(row["clock_synced"]),
            planned_ms=row["planned_ms"],
            coverage=row["coverage"],
        ),
        showing=Showing(visible_ms=row["visible_ms"], frames_painted=row["frames_painted"]),
        ended_by=EndedBy(row["ended_by"]),
    )


def read_books(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the totals."""
    return dict(connection.execute("SELECT name, value FROM books").fetchall())
