"""The database as the server uses it: long reads beside short ones, locks that are waited for, the end."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

from kiosk.server import dialect_copy, store_people
from kiosk.server.database import LONG_READERS, Database, DatabaseClosing
from kiosk.server.opening import open_database
from kiosk.storage import engine
from tests.server.harness import DEADLINE_S

pytestmark = pytest.mark.anyio

_LONG = {
    "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(600)",  # ended after 30 s by the limit of a statement
}


@pytest.fixture
def opened(database_url: str) -> Iterator[Database]:
    """An empty database, on SQLite and on PostgreSQL."""
    database = open_database(database_url)
    yield database
    database.close()


async def test_long_reads_keep_no_short_one_waiting(opened: Database) -> None:
    """However many reports are asked for, who is calling is known at once."""
    gate, begun = threading.Event(), threading.Semaphore(0)

    def long(_connection: Connection) -> bool:
        begun.release()
        return gate.wait(4 * DEADLINE_S)

    async with asyncio.TaskGroup() as group:
        many = [group.create_task(opened.read_long(long)) for _ in range(8)]
        for _ in range(LONG_READERS):
            assert await asyncio.to_thread(begun.acquire, timeout=DEADLINE_S)
        async with asyncio.timeout(DEADLINE_S):
            assert await opened.read(store_people.list_users) == []
        assert not any(one.done() for one in many)
        gate.set()


async def test_closing_breaks_off_long_reads(database_url: str) -> None:
    """A read that would take for ever, or half a minute, ends with the database; no other begins."""
    database = open_database(database_url)
    begun = threading.Event()

    def for_ever(connection: Connection) -> None:
        begun.set()
        connection.execute(text(_LONG[connection.dialect.name]))

    reading = asyncio.create_task(database.read_long(for_ever))  # noqa: TID251
    assert await asyncio.to_thread(begun.wait, DEADLINE_S)
    started = time.perf_counter()
    await asyncio.to_thread(database.close)
    assert time.perf_counter() - started < DEADLINE_S  # neither would have ended by itself
    with pytest.raises(DBAPIError):
        await reading
    with pytest.raises(DatabaseClosing):
        database.read_now(store_people.list_users)


def test_a_copy_in_many_steps_is_of_one_moment(
    opened: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written while the database is copied is not in the copy, and does not make it begin anew."""
    monkeypatch.setattr(dialect_copy, "PAGES", 1)
    opened.write_now(lambda connection: store_people.add_user(connection, name="before", now_ms=0))
    asked = 0

    def write_meanwhile() -> bool:
        nonlocal asked
        asked += 1
        if asked % 10 == 1:
            opened.write_now(lambda connection: store_people.add_user(connection, name=f"user {asked}", now_ms=0))
        return False

    file = tmp_path / "copy.db"
    opened.read_long_now(lambda connection: dialect_copy.snapshot(connection, file, stopping=write_meanwhile))
    assert asked > 10
    copy = open_database(file)
    try:
        found = copy.read_now(store_people.list_users)
    finally:
        copy.close()
    assert [user.name for user in found] in (["before"], ["before", "user 1"])


@pytest.mark.parametrize("waits", [1, 2])
def test_a_lock_is_waited_for_twice_at_most(postgres_url: str, monkeypatch: pytest.MonkeyPatch, waits: int) -> None:
    """Given back within the second wait, nobody notices; else the thread is free again, and the call a 503."""
    assert engine.LOCK_TIMEOUT_MS == 3_000
    monkeypatch.setattr(engine, "LOCK_TIMEOUT_MS", 200)
    database = open_database(postgres_url)
    tries = 0
    try:
        user = database.write_now(lambda connection: store_people.add_user(connection, name="mara", now_ms=0).id)
        with ExitStack() as held:
            other = held.enter_context(database._writer.connect())
            store_people.lock_user(other, user)

            def lock(connection: Connection) -> None:
                nonlocal tries
                tries += 1
                if tries > waits:
                    other.rollback()
                store_people.lock_user(connection, user)

            if waits == 1:
                database.write_now(lock)
            else:
                with pytest.raises(OperationalError, match="lock timeout"):
                    database.write_now(lock)
        assert tries == 2
    finally:
        database.close()
