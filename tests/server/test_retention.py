"""Retention: what is old goes in small steps and by an index; what was counted stays counted."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, FromClause, TextClause, event, func, select, text

from kiosk.server import retention, store_people, store_reports
from kiosk.server.database import Database
from kiosk.server.moments import DAY_MS, HOUR_MS
from kiosk.server.opening import open_database
from kiosk.server.retention import Limits, purge
from kiosk.server.store_impressions import record
from kiosk.server.store_jobs import JobStatus
from kiosk.server.store_play_days import add_usage
from kiosk.server.store_queue import Viewer
from kiosk.server.store_reports import PlaysPurged, UsageCounts, plays_between, usage
from kiosk.server.tables import events, fresh_shown, idempotency_keys, jobs, loads, now_playing, plays, sessions
from tests.server.records import seen, stored_piece, uuid_of

pytestmark = pytest.mark.anyio

NOW = 1_000 * DAY_MS
LIMITS = Limits.at(NOW, plays_kept_d=400)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database, on SQLite and on PostgreSQL."""
    opened = open_database(database_url)
    yield opened
    opened.close()


def count(database: Database, table: FromClause) -> int:
    """How many rows a table has."""
    return database.read_now(lambda connection: connection.scalar(select(func.count()).select_from(table)) or 0)


def used(database: Database) -> UsageCounts:
    """What the wall's user has used."""
    return database.read_now(lambda connection: usage(connection, user=1))


def play(connection: Connection, number: int, at_ms: int, *, received_ms: int | None = None) -> None:
    """The wall shows a piece of its own for each number."""
    user, device = store_people.ensure_default_people(connection, now_ms=0)
    piece = stored_piece(connection, number)
    showing = seen(piece.public_id, number, at_ms, visible_ms=5)
    record(connection, Viewer(user, device), [showing], now_ms=at_ms if received_ms is None else received_ms)


async def test_plays_go_and_their_sums_stay(database: Database) -> None:
    """Single plays older than the limit are gone; reports by midnights and the usage are as before."""
    old_day, young_day = 500 * DAY_MS, 700 * DAY_MS

    def fill(connection: Connection) -> None:
        for number in range(6):
            play(connection, number, (old_day, young_day)[number % 2] + number)

    database.write_now(fill)
    before = used(database)
    await purge(database, LIMITS)
    assert count(database, plays) == 3
    assert used(database) == before
    assert before.impressions == 6
    rows = database.read_now(lambda connection: plays_between(connection, "day", start_ms=0, end_ms=NOW, user=None))
    assert [(row.day, row.plays, row.visible_ms) for row in rows] == [(500, 3, 15), (700, 3, 15)]
    cut = (young_day + 1, young_day + 4)
    rows = database.read_now(
        lambda connection: plays_between(connection, "day", start_ms=cut[0], end_ms=cut[1], user=None)
    )
    assert [row.plays for row in rows] == [2]
    with pytest.raises(PlaysPurged, match="1971-08-24"):
        database.read_now(
            lambda connection: plays_between(connection, "day", start_ms=old_day + 1, end_ms=NOW, user=None)
        )


async def test_nothing_purged_leaves_every_time_answered(database: Database) -> None:
    """Until a play has really been purged, and for ever with a limit of 0, a report may begin at any time."""
    database.write_now(lambda connection: play(connection, 1, 990 * DAY_MS))
    await purge(database, LIMITS)
    database.write_now(lambda connection: play(connection, 2, 100 * DAY_MS))
    await purge(database, Limits.at(NOW, plays_kept_d=0))
    rows = database.read_now(lambda connection: plays_between(connection, "day", start_ms=7, end_ms=NOW - 7, user=None))
    assert [row.plays for row in rows] == [1, 1]


async def test_a_play_that_came_late_is_kept_in_case_it_comes_again(database: Database) -> None:
    """A play from before the limit, received just now, stays: sent again it is a duplicate, not a second play."""

    def late(connection: Connection) -> None:
        play(connection, 1, 100 * DAY_MS, received_ms=NOW - 1)

    database.write_now(late)
    await purge(database, LIMITS)
    user, device = 1, 1
    again = [seen(uuid_of(1), 1, 100 * DAY_MS, visible_ms=5)]
    results = database.write_now(lambda connection: record(connection, Viewer(user, device), again, now_ms=NOW))
    assert [result.status for result in results] == ["duplicate"]
    assert used(database).impressions == 1


async def test_many_rows_go_in_small_steps(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction deletes more than a step, and a round ends after its steps; the next round goes on."""
    monkeypatch.setattr(retention, "ROWS_A_STEP", 3)
    monkeypatch.setattr(retention, "STEPS_A_ROUND", 2)

    def fill(connection: Connection) -> None:
        for number in range(8):
            play(connection, number, number)

    database.write_now(fill)
    left = []
    for _ in range(3):
        await purge(database, LIMITS)
        left.append(count(database, plays))
    assert left == [2, 0, 0]
    assert used(database).impressions == 8


async def test_sessions_jobs_and_keys_go_and_stay_counted(database: Database) -> None:
    """Ended jobs, their keys and expired sessions are gone after their time; usage tells the same before and after."""

    def fill(connection: Connection) -> None:
        user, device = store_people.ensure_default_people(connection, now_ms=0)
        piece = stored_piece(connection, 1)
        old, young = NOW - 8 * DAY_MS, NOW - 6 * DAY_MS
        states = [
            (JobStatus.DONE, old), (JobStatus.DONE, young), (JobStatus.FAILED, old), (JobStatus.QUEUED, old),
            (JobStatus.DONE, old),
        ]  # fmt: skip
        for number, (state, at_ms) in enumerate(states):
            job: dict[str, Any] = {
                "id": uuid_of(number),
                "user_id": user,
                "prompt_sha256": "",
                "music": "",
                "bucket": number,
            }
            values: dict[str, Any] = {
                "genome": "{}",
                "state": state.value,
                "attempts": 1,
                "repeats": 2,
                "created_at": at_ms,
            }
            values |= {"artwork_id": piece.id if state is JobStatus.DONE else None}
            connection.execute(jobs.insert().values(**job, **values))
        for number, at_ms in ((0, old), (1, young), (4, young)):  # the last job's key is younger than the job
            key = {"user_id": user, "key": str(number), "body_sha256": "", "job_id": uuid_of(number)}
            connection.execute(idempotency_keys.insert().values(**key, created_at=at_ms))
        for number, expires_at in enumerate((NOW - 1, NOW, NOW + 1)):
            session = {"id": uuid_of(number, 2), "user_id": user, "device_id": device, "created_at": 0}
            connection.execute(sessions.insert().values(**session, expires_at=expires_at))
        add_usage(connection, user, sessions=4)

    database.write_now(fill)
    before = used(database)
    assert (before.generated, before.deduplicated, before.sessions) == (3, 10, 7)
    for _ in range(2):
        await purge(database, LIMITS)
        assert used(database) == before
        left = database.read_now(lambda connection: connection.scalars(select(jobs.c.id).order_by(jobs.c.id)).all())
        assert left == [uuid_of(1), uuid_of(3), uuid_of(4)]
        assert count(database, idempotency_keys) == 2
        assert count(database, sessions) == 1


async def test_events_loads_and_freshness_go(database: Database) -> None:
    """Old events, old loads and what is no longer fresh leave; the young stay."""

    def fill(connection: Connection) -> None:
        user, _ = store_people.ensure_default_people(connection, now_ms=0)
        for number, at_ms in enumerate((NOW - 500 * DAY_MS, NOW - 8 * DAY_MS, NOW - HOUR_MS)):
            piece = stored_piece(connection, number)
            happened = {"user_id": user, "kind": "art-ready", "artwork_id": piece.id, "created_at": at_ms}
            connection.execute(events.insert().values(seq=number + 1, **happened))
            load = {"id": uuid_of(number), "user_id": user, "artwork_id": piece.id, "loaded_at": at_ms}
            connection.execute(loads.insert().values(**load))
            fresh = {"user_id": user, "artwork_id": piece.id, "inserted_at": at_ms}
            connection.execute(now_playing.insert().values(**fresh, fresh_until=at_ms + 2 * HOUR_MS))

    database.write_now(fill)
    await purge(database, LIMITS)
    assert [count(database, table) for table in (events, loads, now_playing)] == [1, 2, 1]


async def test_what_was_shown_goes_however_freshness_ended(database: Database) -> None:
    """When it ran out, and when a backfill, say, took it away before; what is still fresh stays noted as shown."""

    def fill(connection: Connection) -> int:
        user, device = store_people.ensure_default_people(connection, now_ms=0)
        pieces = [stored_piece(connection, number).id for number in range(3)]
        for piece, fresh_until in ((pieces[0], NOW - 1), (pieces[1], NOW + 1), (pieces[2], NOW + 1)):
            fresh = {"user_id": user, "artwork_id": piece, "inserted_at": 0, "fresh_until": fresh_until}
            connection.execute(now_playing.insert().values(**fresh))
            connection.execute(fresh_shown.insert().values(device_id=device, artwork_id=piece))
        connection.execute(now_playing.delete().where(now_playing.c.artwork_id == pieces[1]))
        return int(pieces[2])

    fresh = database.write_now(fill)
    await purge(database, LIMITS)
    left = select(fresh_shown.c.artwork_id)
    assert database.read_now(lambda connection: connection.scalars(left).all()) == [fresh]


async def test_every_purge_walks_an_index(tmp_path: Path) -> None:
    """On SQLite, no statement of a round looks at all rows of a table that grows: what was shown fresh does not."""
    database = open_database(tmp_path / "kiosk.db")
    statements: list[str] = []
    try:
        database.write_now(lambda connection: store_people.ensure_default_people(connection, now_ms=0))

        def note(connection: Connection) -> None:
            event.listen(connection.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

        database.write_now(note)
        await purge(database, LIMITS)
        deletes = [statement for statement in dict.fromkeys(statements) if statement.startswith("DELETE")]
        touched = {re.match(r"DELETE FROM (\w+)", statement)[1] for statement in deletes}  # type: ignore[index]
        assert touched == {
            "plays", "loads", "events", "sessions", "idempotency_keys", "jobs", "fresh_shown", "now_playing",
        }  # fmt: skip
        for statement in (statement for statement in deletes if "DELETE FROM fresh_shown" not in statement):
            explain = text("EXPLAIN QUERY PLAN " + re.sub(r"\?", "1", statement))
            plan = [row[3] for row in database.read_now(partial(_all, statement=explain))]
            assert not [line for line in plan if line.startswith("SCAN")], (statement, plan)
    finally:
        database.close()


def _all(connection: Connection, statement: TextClause) -> Sequence[Any]:
    return connection.execute(statement).all()


def test_usage_of_somebody_unknown_is_nothing(database: Database) -> None:
    """A user who did nothing has used nothing."""
    assert database.read_now(lambda connection: store_reports.usage(connection, user=5)) == UsageCounts(0, 0, 0, 0, 0)


def test_single_plays_are_kept_for_a_month_at_least() -> None:
    """However few days are asked for, what a display sends again after a while is known; 0 keeps all."""
    for days in (0.001, 1, 29.9, 30):
        assert Limits.at(NOW, plays_kept_d=days).plays_before == NOW - 30 * DAY_MS
    assert Limits.at(NOW, plays_kept_d=31).plays_before == NOW - 31 * DAY_MS
    assert Limits.at(NOW, plays_kept_d=0).plays_before is None
