"""`migrate_database`: up and down by hand, what goes over and what is lost, a copy before the way down."""

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, text, update

from kiosk.domain.errors import KioskError, UsageError
from kiosk.server import store_people, store_reports
from kiosk.server.database import Database
from kiosk.server.migrating import InUse, Migrated, migrate_database
from kiosk.server.moments import DAY_MS
from kiosk.server.opening import open_database, sqlite_file
from kiosk.server.store_impressions import record
from kiosk.server.store_queue import Viewer
from kiosk.server.tables import REMOVED_LANE, artworks, events, lanes, play_days, play_months
from tests.server.records import seen, stored_piece

FIRST_MS = 20_000 * DAY_MS


def fill(connection: Connection) -> None:
    """Seventy plays of five pieces on as many days, and a piece that was removed."""
    user, device = store_people.ensure_default_people(connection, now_ms=0)
    pieces = [stored_piece(connection, number) for number in range(5)]
    for number in range(70):
        showing = seen(pieces[number % 5].public_id, number, FIRST_MS + number * DAY_MS, visible_ms=3)
        record(connection, Viewer(user, device), [showing], now_ms=FIRST_MS + 100 * DAY_MS)
    gone = stored_piece(connection, 70)
    connection.execute(update(artworks).where(artworks.c.id == gone.id).values(lane=REMOVED_LANE, pos=1, removed_at=5))
    connection.execute(update(lanes).where(lanes.c.lane == REMOVED_LANE).values(head=1))
    connection.execute(
        events.insert().values(seq=1, user_id=None, kind="art-removed", artwork_id=gone.id, created_at=5)
    )


def sums(database: Database) -> list[list[tuple[object, ...]]]:
    """All sums of plays, and what the wall has used."""

    def read(connection: Connection) -> list[list[tuple[object, ...]]]:
        tables = [
            [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in (play_days, play_months)
        ]
        return [*tables, [(store_reports.usage(connection, user=1).impressions,)]]

    return database.read_now(read)


def test_down_and_up_again_keeps_what_the_first_schema_can_hold(
    new_database_url: Callable[[Path], str], tmp_path: Path
) -> None:
    """Sums are made again from the plays; a removed piece stays where nobody sees it; a file was copied before."""
    url = new_database_url(tmp_path)
    with closing(open_database(url)) as database:
        database.write_now(fill)
        before = sums(database)
    assert [len(rows) for rows in before] == [70, 15, 1]

    down = migrate_database(url, "0001")
    file = sqlite_file(url)
    copy = None if file is None else file.with_name("kiosk.db.schema-0003-1")
    assert down == Migrated("0003", "0001", copy)
    assert migrate_database(url, None) == Migrated("0001", "0003", None)
    assert migrate_database(url, None) == Migrated("0003", "0003", None)

    with closing(open_database(url)) as database:
        assert sums(database) == before
        query = select(func.count()).where(artworks.c.lane == REMOVED_LANE, artworks.c.removed_at.is_not(None))
        assert database.read_now(lambda connection: connection.execute(query).scalar_one()) == 1
        head = select(lanes.c.head).where(lanes.c.lane == REMOVED_LANE)
        assert database.read_now(lambda connection: connection.execute(head).scalar_one()) == 1
    if copy is not None:
        with closing(open_database(copy)) as kept:
            assert sums(kept) == before


def test_an_unknown_revision_is_wrong_usage(tmp_path: Path) -> None:
    """The revisions this program knows are named, and no file is made."""
    with pytest.raises(UsageError, match="no schema 0009") as refused:
        migrate_database(tmp_path / "kiosk.db", "0009")
    assert "0001, 0002, 0003" in refused.value.hint
    assert not (tmp_path / "kiosk.db").exists()


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    """What a newer program made goes neither up nor down."""
    path = tmp_path / "kiosk.db"
    database = open_database(path)
    database.write_now(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    database.close()
    for revision in (None, "0001"):
        with pytest.raises(KioskError, match="newer version"):
            migrate_database(path, revision)
    assert [found.name for found in tmp_path.glob("kiosk.db.schema*")] == []


def test_processes_migrate_one_after_the_other(postgres_url: str) -> None:
    """Several that open an empty PostgreSQL database at once: all find it ready, none fails."""
    faults: list[BaseException] = []
    gate = threading.Barrier(4)

    def come() -> None:
        gate.wait()
        try:
            migrate_database(postgres_url, None)
        except BaseException as error:  # noqa: BLE001 - told to the test
            faults.append(error)

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    open_database(postgres_url).close()


def test_nobody_loses_their_schema_while_at_work(postgres_url: str) -> None:
    """On PostgreSQL the way down waits until every server is stopped; the way up, which each start takes, does not."""
    with closing(open_database(postgres_url)) as database:
        database.read_now(lambda connection: connection.scalar(select(func.count()).select_from(lanes)))
        with pytest.raises(InUse, match="at work"):
            migrate_database(postgres_url, "0001")
        assert migrate_database(postgres_url, None).after == "0003"
    assert migrate_database(postgres_url, "0001").after == "0001"
