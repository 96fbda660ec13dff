"""Backfill: asked for, and once by itself at the first session after an upgrade."""

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, select, text, update

from kiosk.server import backfilling, store_people, store_sessions, store_spans
from kiosk.server.backfilling import Cause
from kiosk.server.database import Database
from kiosk.server.migrate import _config
from kiosk.server.opening import open_database
from kiosk.server.tables import backfills, impressions, users
from kiosk.storage import engine
from kiosk.storage.engine import open_sqlite
from tests.server.harness import kiosk_on, queue_of
from tests.server.records import stored_piece

NOW = 1_800_000_000_000
HOUR = 3_600_000


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database, on SQLite and on PostgreSQL."""
    opened = open_database(database_url)
    yield opened
    opened.close()


def people(connection: Connection) -> tuple[int, int]:
    """Two users."""
    ours, _ = store_people.ensure_default_people(connection, now_ms=0)
    return ours, int(store_people.add_user(connection, name="mara", now_ms=0).id)


def audit(database: Database) -> list[tuple[int, int | None, int, str]]:
    """The rows about backfills: user, as of, updated, cause."""
    columns = (backfills.c.user_id, backfills.c.as_of, backfills.c.updated, backfills.c.cause)
    rows = database.read_now(lambda connection: connection.execute(select(*columns).order_by(backfills.c.id)).all())
    return [(user, as_of, updated, cause) for user, as_of, updated, cause in rows]


def open_session(connection: Connection, user: int, now_ms: int = NOW) -> str:
    """A session of a user, by their next call."""
    return store_sessions.open_or_renew(
        connection, wanted=None, user_id=user, device_id=None, now_ms=now_ms, ttl_ms=HOUR
    )


def test_only_what_the_user_may_see_and_has_not_seen_is_marked(database: Database) -> None:
    """Others' private pieces, younger ones and what has an impression stay as they are; a row says what was done."""

    def fill(connection: Connection) -> tuple[int, int]:
        ours, theirs = people(connection)
        old, seen, private, young = (
            stored_piece(connection, number, at_ms=at_ms, lane=theirs if number == 2 else 0)
            for number, at_ms in enumerate((10, 20, 30, 100))
        )
        del old, private, young
        connection.execute(impressions.insert().values(user_id=ours, artwork_id=seen.id, viewed_at=5))
        store_spans.rebuild(connection, user=ours)
        return ours, theirs

    ours, theirs = database.write_now(fill)
    for expected in (1, 0):
        marked = database.write_now(
            lambda connection: backfilling.backfill(connection, user=ours, as_of_ms=100, now_ms=NOW)
        )
        assert marked == expected
    seen = database.read_now(
        lambda connection: connection.execute(
            select(impressions.c.artwork_id, impressions.c.viewed_at).order_by(impressions.c.artwork_id)
        ).all()
    )
    assert [tuple(row) for row in seen] == [(1, NOW), (2, 5)]
    assert database.read_now(lambda connection: store_spans.differences(connection, user=ours)) == {}
    assert audit(database) == [(ours, 100, 1, "asked"), (ours, 100, 0, "asked")]
    marked = database.write_now(
        lambda connection: backfilling.backfill(connection, user=theirs, as_of_ms=None, now_ms=NOW)
    )
    assert marked == 4


def test_the_first_session_after_an_upgrade_marks_once(database: Database) -> None:
    """Only users with something to be marked, only at their first session, and never again."""

    def fill(connection: Connection) -> tuple[int, int]:
        ours, theirs = people(connection)
        for number, at_ms in enumerate((10, 20, 100)):
            stored_piece(connection, number, at_ms=at_ms)
        connection.execute(update(users).where(users.c.id == ours).values(legacy_before=21))
        return ours, theirs

    ours, theirs = database.write_now(fill)
    for now_ms in (NOW, NOW + 2 * HOUR):  # the second one is a new session, after the first has expired
        for user in (ours, theirs):
            database.write_now(partial(open_session, user=user, now_ms=now_ms))
    assert audit(database) == [(ours, 21, 2, Cause.UPGRADE.value)]
    done = database.read_now(
        lambda connection: connection.execute(
            select(users.c.impressions_backfilled).order_by(users.c.id)
        ).scalars().all()
    )  # fmt: skip
    assert done == [True, False]


def test_first_sessions_at_once_mark_once(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Displays that come at the same moment, on PostgreSQL: one audit row. SQLite has one writer."""
    monkeypatch.setattr(engine, "LOCK_TIMEOUT_MS", 20_000)
    database = open_database(postgres_url)

    def fill(connection: Connection) -> int:
        ours, _ = people(connection)
        for number in range(50):
            stored_piece(connection, number)
        connection.execute(update(users).values(legacy_before=21))
        return ours

    ours = database.write_now(fill)
    gate = threading.Barrier(4)

    def come() -> None:
        gate.wait()
        database.write_now(lambda connection: open_session(connection, ours))

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = audit(database)
    database.close()
    assert found == [(ours, 21, 50, "upgrade")]


@pytest.mark.anyio
async def test_a_wall_upgraded_from_the_first_schema_shows_nothing_old_again(tmp_path: Path) -> None:
    """A database of schema 0001 with displays but no impressions: the first page after the upgrade is already right."""
    path = tmp_path / "server" / "kiosk.db"
    path.parent.mkdir()
    old = open_sqlite(path)
    with old.begin() as connection:
        command.upgrade(_config(connection), "0001")
        for statement in OLD_WALL.split(";"):
            connection.execute(text(statement))
    old.dispose()
    async with kiosk_on(tmp_path, database_url=f"sqlite:///{path}") as kiosk, kiosk.client() as display:
        assert await queue_of(display) == []
        stats = (await display.get("/api/artworks/stats")).json()
        assert stats == {"fresh": 0, "storage": 1, "legacy_untracked": 0}
        assert audit(kiosk.services.database) == [(1, 1_001, 1, "upgrade")]


OLD_WALL = """
INSERT INTO users (id, public_id, name, created_at) VALUES (1, 'u', 'wall', 0);
INSERT INTO devices (id, public_id, user_id, name, created_at) VALUES (1, 'd', 1, 'display', 0);
INSERT INTO lanes (lane, head) VALUES (1, 0);
UPDATE lanes SET head = 1 WHERE lane = 0;
INSERT INTO spans (user_id, lane, lo, hi)
VALUES (1, 0, 1, 1152921504606846976), (1, 1, 1, 1152921504606846976), (1, -1, 1, 1152921504606846976);
INSERT INTO sessions (id, user_id, device_id, created_at, expires_at) VALUES ('s', 1, 1, 0, 9999999999999);
INSERT INTO artworks (id, public_id, created_by, lane, pos, created_at, origin, sha256, byte_count, width, height,
                      media_type, title, artist, prompt, style, provenance)
VALUES (1, 'a', 1, 0, 1, 1000, 'imported', 'x', 1, 1, 1, 'image/jpeg', 'Old', '', '', '', '{}')
"""
