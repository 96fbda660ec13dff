"""The bundled pieces: there once, however many servers start at once, and never what keeps one from starting."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from kiosk.server.database import Database
from kiosk.server.demo import seed_demo
from kiosk.server.images_folder import ImageFolder
from kiosk.server.opening import open_database
from kiosk.server.tables import artworks


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database, on SQLite and on PostgreSQL."""
    opened = open_database(database_url)
    yield opened
    opened.close()


class Overtaken(ImageFolder):
    """A store whose first put takes so long that another server starts meanwhile."""

    def __init__(self, root: Path, database: Database) -> None:
        super().__init__(root)
        self._root_of_all = root
        self._database = database
        self.seeded_by_the_other = 0

    def put(self, data: bytes, media_type: str) -> str:
        """Let the other seed first."""
        if not self.seeded_by_the_other:
            self.seeded_by_the_other = seed_demo(self._database, ImageFolder(self._root_of_all))
        return super().put(data, media_type)


def test_two_servers_that_start_at_once_add_them_once(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The one that was overtaken finds that nothing is left to add, which is no fault."""
    images = Overtaken(tmp_path / "images", database)
    assert seed_demo(database, images) == 0
    count = select(func.count()).select_from(artworks)
    assert database.read_now(lambda connection: connection.scalar(count)) == images.seeded_by_the_other > 0
    assert caplog.text == ""


def test_a_fault_of_the_database_stops_no_start(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and no piece was added."""
    database.write_now(lambda connection: connection.execute(text("ALTER TABLE artworks RENAME TO elsewhere")))
    assert seed_demo(database, ImageFolder(tmp_path / "images")) == 0
    assert "the bundled pieces cannot be used" in caplog.text
