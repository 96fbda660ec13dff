"""The outbox's tables and their version. `store` is the only user.

    impressions(seq, id, ... , state)      state: open -> closed -> delivered, or -> aside (refused)
    books(name, value)                     painted, delivered, dropped: totals over the data folder's life

The books outlive the rows: delivered rows are pruned, totals never. Both change in the same transaction.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    insert,
    select,
    text,
)

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


metadata = MetaData()

impressions = Table(
    "impressions",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("artwork_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("painted_at", Text, nullable=False),
    Column("painted_mono_s", Float, nullable=False),
    Column("boot_id", Text, nullable=False),
    Column("clock_synced", Boolean, nullable=False),
    Column("planned_ms", Integer, nullable=False),
    Column("coverage", Float, nullable=False),
    Column("visible_ms", Integer, nullable=False, default=0),
    Column("frames_painted", Integer, nullable=False, default=0),
    Column("ended_by", Text),
    Column("state", Text, nullable=False, default=State.OPEN.value),
    Column("changed_at", Text, nullable=False),
    Column("refused_because", Text),
    sqlite_autoincrement=True,
)
Index("impressions_by_state", impressions.c.state, impressions.c.seq)

books = Table("books", metadata, Column("name", Text, primary_key=True), Column("value", Integer, nullable=False))


def prepare(connection: Connection) -> None:
    """Create the tables in a new file; raise DataFolderError for a file made by a newer version of the program."""
    version = connection.execute(text("PRAGMA user_version")).scalar_one()
    if version > SCHEMA_VERSION:
        raise DataFolderError(
            f"The outbox was written by a newer version of this program (format {version}).",
            hint="Install that version again, or move outbox.db away.",
        )
    if version < SCHEMA_VERSION:
        metadata.create_all(connection)
        connection.execute(insert(books).prefix_with("OR IGNORE"), [{"name": n, "value": 0} for n in BOOK_NAMES])
        connection.execute(text(f"PRAGMA user_version = {SCHEMA_VERSION}"))


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
        "changed_at": record.painted_at.isoformat(),
    }


def closed_of(row: Row[Any]) -> ClosedImpression:
    """Return a row of state closed as the record to be sent."""
    return ClosedImpression(
        opened=OpenImpression(
            id=row.id,
            artwork_id=row.artwork_id,
            sha256=row.sha256,
            title=row.title,
            reason=Reason(row.reason),
            painted_at=datetime.fromisoformat(row.painted_at),
            painted_mono_s=row.painted_mono_s,
            boot_id=row.boot_id,
            clock_synced=row.clock_synced,
            planned_ms=row.planned_ms,
            coverage=row.coverage,
        ),
        showing=Showing(visible_ms=row.visible_ms, frames_painted=row.frames_painted),
        ended_by=EndedBy(row.ended_by),
    )


def read_books(connection: Connection) -> dict[str, int]:
    """Return the totals."""
    return {row.name: row.value for row in connection.execute(select(books))}
