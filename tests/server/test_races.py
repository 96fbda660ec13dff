"""Several at once on PostgreSQL: what they leave behind is what one after another would have left."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import count
from random import Random
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, Select, func, select

from kiosk.domain.artworks import Origin
from kiosk.domain.ids import new_id
from kiosk.domain.impressions import ImpressionType
from kiosk.server import (
    store_artworks,
    store_events,
    store_impressions,
    store_people,
    store_pieces,
    store_sessions,
    store_spans,
)
from kiosk.server.database import Database
from kiosk.server.intake import Seen
from kiosk.server.opening import open_database
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.store_queue import Viewer
from kiosk.server.tables import PUBLIC_LANE, artworks, events, lanes, plays

WORKERS = 6
ROUNDS = 60


@pytest.fixture
def databases(postgres_url: str) -> Iterator[list[Database]]:
    """Two server processes' views of one PostgreSQL."""
    opened = [open_database(postgres_url) for _ in range(2)]
    yield opened
    for database in opened:
        database.close()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Start all acts at the same moment, each on a thread of its own; return what they return."""
    barrier = Barrier(len(acts))

    def start(act: Callable[[], Any]) -> Any:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return [future.result(timeout=60) for future in [threads.submit(start, act) for act in acts]]


def test_calls_at_once_open_one_session(databases: list[Database]) -> None:
    """Of calls that arrive together without a session, all get the same one."""
    user = databases[0].write_now(partial(store_people.add_user, name="anna", now_ms=0)).id
    for round_ in range(5):
        whose = {"wanted": None, "user_id": user, "device_id": None, "ttl_ms": 1_000}
        calls = [
            partial(database.write_now, partial(store_sessions.open_or_renew, **whose, now_ms=round_ * 10_000))
            for database in databases * 2
        ]
        assert len(set(at_once(*calls))) == 1


def test_whatever_happens_at_once_the_queue_stays_true(databases: list[Database]) -> None:
    """Pieces come, move, go and are seen, and users join, all from two processes at once: nothing fails, every user's
    spans follow from what they saw, lanes have no holes, and events lie in one row without a gap.
    """
    names, played = count(), []
    users = [
        databases[0].write_now(partial(store_people.add_user, name=f"user {next(names)}", now_ms=0)).id
        for _ in range(3)
    ]
    keys = [databases[0].write_now(partial(_add, maker=users[0], lane=PUBLIC_LANE)).id for _ in range(30)]

    def work(number: int) -> None:
        random, database = Random(number), databases[number % 2]
        for _ in range(ROUNDS):
            user, key = random.choice(users), random.choice(keys)
            match random.randrange(8):
                case 0:
                    lane = random.choice([PUBLIC_LANE, user])
                    keys.append(database.write_now(partial(_add, maker=user, lane=lane)).id)
                case 1:
                    database.write_now(partial(_move, key=key, private=random.random() < 0.5))
                case 2:
                    database.write_now(partial(store_pieces.remove, artwork_id=key, now_ms=1))
                case 3:
                    users.append(database.write_now(partial(_join, name=f"user {next(names)}")))
                case _:
                    batch = [(new_id(), random.choice(keys)) for _ in range(10)]
                    played.extend(database.write_now(partial(_see, user=user, batch=batch)))

    at_once(*(partial(work, number) for number in range(WORKERS)))
    database = databases[0]
    for user in users:
        assert database.read_now(partial(store_spans.differences, user=user)) == {}
    assert database.read_now(_holes) == []
    assert sorted(database.read_now(lambda c: list(c.scalars(select(plays.c.id))))) == sorted(played)
    numbers = database.read_now(lambda c: list(c.scalars(select(events.c.seq).order_by(events.c.seq))))
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(users) > 3


def _add(connection: Connection, *, maker: int, lane: int) -> Any:
    new = NewArtwork(new_id(), "0" * 64, 1, 1, 1, "image/jpeg", "", "", Origin.IMPORTED)
    row = store_artworks.insert(connection, new, lane=lane, created_by=maker, created_at=1, fresh_until=2)
    store_events.add_ready(connection, user=maker, artwork=row.id, job_id=None, now_ms=1)
    return row


def _join(connection: Connection, *, name: str) -> int:
    return int(store_people.add_user(connection, name=name, now_ms=0).id)


def _move(connection: Connection, *, key: int, private: bool) -> None:
    with suppress(store_people.NotFound):  # another worker has removed it
        store_pieces.change_visibility(connection, artwork_id=key, private=private, now_ms=2)


def _see(connection: Connection, *, user: int, batch: list[tuple[str, int]]) -> list[str]:
    public = _pairs(connection, select(artworks.c.id, artworks.c.public_id))
    seen = [Seen(id_, id_, public[key], ImpressionType.DISPLAYED, 1) for id_, key in batch]
    results = store_impressions.record(connection, Viewer(user), seen, now_ms=2)
    return [result.id for result in results if result.status == "stored"]


def _holes(connection: Connection) -> list[int]:
    """The lanes in which a position of an extent holds no piece."""
    heads = _pairs(connection, select(lanes.c.lane, lanes.c.head))
    pieces = _pairs(connection, select(artworks.c.lane, func.count()).group_by(artworks.c.lane))
    extents = store_spans.extents_of(connection, [lane for lane in heads if lane != -2])
    due = {
        lane: sum(max(min(span.hi, heads[lane]) - span.lo + 1, 0) for span in here) for lane, here in extents.items()
    }
    return [lane for lane, number in due.items() if pieces.get(lane, 0) != number]


def _pairs(connection: Connection, query: Select[Any]) -> dict[int, Any]:
    return {row[0]: row[1] for row in connection.execute(query)}
