"""A SQLite file as the outbox works on it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.storage.sqlite_file import open_file, transaction


def test_a_writer_syncs_every_commit_and_keeps_a_journal(tmp_path: Path) -> None:
    """WAL, synchronous FULL (2), foreign keys on."""
    with closing(open_file(tmp_path / "a.db")) as file:
        found = [
            file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    """A file opened for reading refuses every change."""
    with closing(open_file(tmp_path / "a.db")) as writer:
        writer.execute("CREATE TABLE t (x)")
    with (
        closing(open_file(tmp_path / "a.db", read_only=True)) as reader,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        reader.execute("INSERT INTO t VALUES (1)")


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    """What raises in the middle leaves nothing behind, of tables neither; what ends well is there for others."""
    with closing(open_file(tmp_path / "a.db")) as file, closing(open_file(tmp_path / "a.db", read_only=True)) as other:
        with pytest.raises(sqlite3.OperationalError, match="nonsense"), transaction(file):
            file.execute("CREATE TABLE lost (x)").execute("nonsense")
        with transaction(file):
            file.execute("CREATE TABLE t (x)")
            file.execute("INSERT INTO t VALUES (1)")
            assert not other.execute("SELECT name FROM sqlite_master").fetchall()
        assert [row["name"] for row in other.execute("SELECT name FROM sqlite_master")] == ["t"]
        assert [row["x"] for row in other.execute("SELECT x FROM t")] == [1]


def test_a_commit_that_fails_is_undone(tmp_path: Path) -> None:
    """After a commit that the file does not take the connection is free for the next transaction."""
    with closing(open_file(tmp_path / "a.db")) as file:
        file.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        file.execute("CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")
        with pytest.raises(sqlite3.IntegrityError), transaction(file):
            file.execute("INSERT INTO child VALUES (1)")
        with transaction(file):
            assert not file.execute("SELECT * FROM child").fetchall()
