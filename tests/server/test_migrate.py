"""Migrations: they give the tables of the code, go both ways, and leave a newer database alone."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from kiosk.domain.errors import DataFolderError, KioskError
from kiosk.server.database import open_database
from kiosk.server.migrate import _config
from kiosk.server.tables import metadata
from kiosk.storage.engine import open_sqlite


def test_migrations_give_the_tables_of_the_code(tmp_path: Path) -> None:
    """A migrated database differs in nothing from the metadata."""
    database = open_database(tmp_path / "kiosk.db")
    try:
        differences = database.read_now(
            lambda connection: compare_metadata(MigrationContext.configure(connection), metadata)
        )
        assert differences == []
        rowless = database.read_now(
            lambda connection: connection.scalars(
                text("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%' ORDER BY name")
            ).all()
        )
        assert rowless == ["extents", "impressions", "play_days", "spans"]
    finally:
        database.close()


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    """A second start finds the schema as it left it, and the lanes once."""
    for _ in range(2):
        database = open_database(tmp_path / "kiosk.db")
        try:
            found = database.read_now(
                lambda connection: connection.execute(text("SELECT lane, head FROM lanes ORDER BY lane")).all()
            )
            assert found == [(-2, 0), (-1, 0), (0, 0)]
        finally:
            database.close()


def test_down_again_leaves_nothing(tmp_path: Path) -> None:
    """The first step undone leaves an empty database, which can be brought up again."""
    engine = open_sqlite(tmp_path / "kiosk.db")
    try:
        for _ in range(2):
            with engine.begin() as connection:
                command.upgrade(_config(connection), "head")
            with engine.begin() as connection:
                command.downgrade(_config(connection), "base")
                assert inspect(connection).get_table_names() == ["alembic_version"]
    finally:
        engine.dispose()


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    """A database of a newer program gets one clear line, and is not touched."""
    path = tmp_path / "kiosk.db"
    open_database(path).close()
    engine = open_sqlite(path)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(KioskError, match=r"newer version of kiosk \(its schema is 9999\)"):
        open_database(path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Something else under the database's name is named, and left as it is."""
    path = tmp_path / "kiosk.db"
    path.write_bytes(b"these are no tables " * 500)
    with pytest.raises(DataFolderError, match="cannot be used"):
        open_database(path)
    assert path.read_bytes().startswith(b"these are no tables")


def test_an_unknown_folder_is_refused(tmp_path: Path) -> None:
    """A database in a folder that is not there gets one clear line."""
    with pytest.raises(DataFolderError, match="cannot be used"):
        open_database(tmp_path / "nowhere" / "kiosk.db")
