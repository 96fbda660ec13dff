"""SQLite as this product opens it."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from kiosk.storage.engine import open_sqlite


def test_a_writer_syncs_every_commit_and_keeps_a_journal(tmp_path: Path) -> None:
    """WAL, synchronous FULL (2), foreign keys on."""
    engine = open_sqlite(tmp_path / "a.db")
    with engine.connect() as connection:
        found = [connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")]
    engine.dispose()
    assert found == ["wal", 2, 1]


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    """A reading engine is query_only."""
    writer = open_sqlite(tmp_path / "a.db")
    with writer.begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
    reader = open_sqlite(tmp_path / "a.db", read_only=True, pool_size=2)
    with pytest.raises(OperationalError, match="readonly"), reader.begin() as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))
    reader.dispose()
    writer.dispose()
