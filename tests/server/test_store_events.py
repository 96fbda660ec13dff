"""Stored events, on both databases: whom they reach, in which order, and by which index they are found."""

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event, text, update

from kiosk.domain.artworks import Origin
from kiosk.domain.ids import new_id
from kiosk.protocol.events import ART_FAILED, ART_READY, ART_REMOVED
from kiosk.server import store_artworks, store_events, store_people
from kiosk.server.database import Database
from kiosk.server.opening import open_database
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.store_events import BATCH
from kiosk.server.tables import PUBLIC_LANE, REMOVED_LANE, artworks, events

NOW = 1_000_000


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database."""
    opened = open_database(database_url)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def people(database: Database) -> tuple[int, int]:
    """The inner ids of two users."""

    def add(connection: Connection) -> tuple[int, int]:
        mara, noor = (store_people.add_user(connection, name=name, now_ms=NOW) for name in ("mara", "noor"))
        return mara.id, noor.id

    return database.write_now(add)


def fail(database: Database, user: int | None, count: int = 1) -> None:
    """Add `count` events for a user, or for everybody."""

    def add(connection: Connection) -> None:
        for _ in range(count):
            if user is None:
                store_events.add_removed(connection, user=None, artwork=piece(connection), now_ms=NOW)
            else:
                store_events.add_failed(connection, user=user, job_id=new_id(), reason="so", now_ms=NOW)

    database.write_now(add)


def piece(connection: Connection, *, lane: int = PUBLIC_LANE) -> int:
    """Put a piece into a lane; its inner id."""
    new = NewArtwork(new_id(), "0" * 64, 1, 16, 9, "image/png", "t", "a", Origin.IMPORTED)
    row = store_artworks.insert(connection, new, lane=lane, created_by=None, created_at=NOW, fresh_until=None)
    return int(row.id)


def test_a_user_gets_own_and_everybodys_events_in_order(database: Database, people: tuple[int, int]) -> None:
    """What is for others stays away; what is for all comes among one's own, by sequence."""
    mara, noor = people
    for user in (mara, None, noor, mara, None):
        fail(database, user)
    for user, expected in ((mara, [1, 2, 4, 5]), (noor, [2, 3, 5])):
        got = database.read_now(partial(store_events.after, user=user, seq=0))
        assert [found.seq for found in got] == expected
    every = database.read_now(lambda connection: store_events.after_of_all(connection, seq=1))
    assert [(found.seq, found.user_id) for found in every] == [(2, None), (3, noor), (4, mara), (5, None)]
    assert database.read_now(store_events.last_seq) == 5


def test_a_batch_is_the_first_of_what_comes(database: Database, people: tuple[int, int]) -> None:
    """More than a batch comes in batches, whoever the events are for, and none twice."""
    mara, noor = people
    for user in (None, noor, mara):
        fail(database, user, BATCH)
    first = database.read_now(lambda connection: store_events.after(connection, user=mara, seq=0))
    assert [found.seq for found in first] == list(range(1, BATCH + 1))
    second = database.read_now(lambda connection: store_events.after(connection, user=mara, seq=first[-1].seq))
    assert [found.seq for found in second] == list(range(2 * BATCH + 1, 3 * BATCH + 1))
    assert database.read_now(lambda connection: store_events.after(connection, user=mara, seq=second[-1].seq)) == []


def test_what_is_told_of_a_piece(database: Database, people: tuple[int, int]) -> None:
    """A removal names the piece's public id; so does the news of a piece that was taken away before it was read."""
    mara, _ = people

    def add(connection: Connection) -> list[str]:
        keys = [piece(connection), piece(connection, lane=mara), piece(connection)]
        store_events.add_ready(connection, user=mara, artwork=keys[0], job_id=None, now_ms=NOW)
        store_events.add_ready(connection, user=mara, artwork=keys[1], job_id=None, now_ms=NOW)
        store_events.add_removed(connection, user=None, artwork=keys[2], now_ms=NOW)
        moved = update(artworks).where(artworks.c.id == keys[1])
        connection.execute(moved.values(lane=REMOVED_LANE))
        return [store_artworks.by_key(connection, key).public_id for key in keys]

    public_ids = database.write_now(add)
    got = database.read_now(lambda connection: store_events.after(connection, user=mara, seq=0))
    assert [found.kind for found in got] == [ART_READY, ART_REMOVED, ART_REMOVED]
    told = [found.data.model_dump() for found in got]
    assert [told[0]["artwork"]["id"], told[1]["artwork_id"], told[2]["artwork_id"]] == public_ids


def test_events_are_found_by_index(database: Database, people: tuple[int, int]) -> None:
    """Neither database walks past what is for others."""
    mara, noor = people
    rows = [
        {
            "seq": seq,
            "user_id": noor if seq % 1000 else mara,
            "kind": ART_FAILED,
            "job_id": "j",
            "reason": "so",
            "created_at": NOW,
        }
        for seq in range(1, 20_001)
    ]
    database.write_now(lambda connection: connection.execute(events.insert(), rows))
    seen: list[str] = []

    def explain(connection: Connection) -> None:
        connection.execute(text("ANALYZE"))
        said: list[tuple[str, Any]] = []
        event.listen(connection, "before_cursor_execute", lambda *said_so: said.append(said_so[2:4]))
        store_events.after(connection, user=mara, seq=10)
        statement, values = said[0]
        explained = connection.exec_driver_sql(
            f"EXPLAIN {'' if database.is_shared else 'QUERY PLAN '}{statement}", values
        )
        seen.extend(str(row) for row in explained)

    database.write_now(explain)
    plan = "\n".join(seen)
    assert plan.count("ix_events_user_id_seq") == 2, plan
    assert "SCAN events" not in plan, plan
    assert "Seq Scan on events" not in plan, plan


@pytest.mark.anyio
async def test_who_follows_misses_nothing_that_is_added_at_once(database: Database, people: tuple[int, int]) -> None:
    """Numbers appear in the order of commits and without holes: a reader after the last one has them all."""
    each, writers = 25, 4

    def add(connection: Connection) -> None:
        store_events.add_failed(connection, user=people[0], job_id="j", reason="so", now_ms=NOW)

    async def write() -> None:
        for _ in range(each):
            await database.write(add)

    got: list[int] = []
    async with asyncio.TaskGroup() as group:
        for _ in range(writers):
            group.create_task(write())
        while len(got) < each * writers:
            last = got[-1] if got else 0
            news = await database.read(partial(store_events.after_of_all, seq=last))
            got += [found.seq for found in news]
    assert got == list(range(1, each * writers + 1))
