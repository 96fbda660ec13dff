"""Impressions in: batches of 200 through `store_impressions.record`, beside the driver alone putting in the same rows.

Turn by turn, both with every commit synced, into the same filled database. The driver looks at nothing: no visibility,
no repeats, no spans, no daily sums. `in a row` are neighbouring pieces, `scattered` from all over the lane, `repeats`
what has just been stored, beside the driver's rate for new rows.
"""

import random
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import Connection, select

from kiosk.domain.impressions import ImpressionType
from kiosk.protocol.impressions import BATCH_MAX
from kiosk.server import store_impressions, store_people
from kiosk.server.database import Database
from kiosk.server.intake import Seen
from kiosk.server.store_queue import Viewer
from kiosk.server.tables import PUBLIC_LANE, artworks, plays
from tests.bench.dataset import KINDS, SQLITE, Stock, stocked
from tests.bench.harness import Figure, Options
from tests.bench.postgres_server import driver_url

NAME = "ingest"
IMPRESSION_COLUMNS = ("user_id", "artwork_id", "viewed_at")
PLAY_COLUMNS = tuple(column.name for column in plays.columns)

Batch = list[Seen]
Store = Callable[[int, Batch], object]


def run(options: Options) -> Iterable[Figure]:
    """Yields rows a second for each kind of batch on each database."""
    batches = 10 if options.quick else 100
    for kind in KINDS:
        stock = stocked(options, kind)
        with closing(stock.open()) as database, _driver_alone(stock) as raw:
            yield from _of_stock(stock, database, raw, batches)


def _of_stock(stock: Stock, database: Database, raw: Store, count: int) -> Iterator[Figure]:
    chance = random.Random(3)
    rows = count * BATCH_MAX
    first = (stock.pieces - rows) // 2
    ids = database.read_now(_public_ids)
    in_a_row = _batches(stock, ids, range(first, first + rows))
    scattered = _batches(stock, ids, chance.sample(range(1, stock.pieces + 1), rows))

    def ours(user: int, batch: Batch) -> None:
        database.write_now(lambda at: store_impressions.record(at, Viewer(user), batch, now_ms=stock.now_ms))

    users: dict[str, int] = {}
    for name, whose, batches in (
        ("in a row", "neighbours", in_a_row),
        ("scattered", "wanderer", scattered),
        ("repeats", "neighbours", in_a_row),
    ):
        for user in (whose, f"raw {name}"):
            if user not in users:
                users[user] = database.write_now(partial(_new_user, name=user, stock=stock))
        rate, rival = _rates((ours, users[whose]), (raw, users[f"raw {name}"]), batches, chance)
        yield Figure(
            name=f"{stock.kind}, {stock.pieces:,} pieces, batches of {BATCH_MAX}, {name}",
            value=rate,
            unit="rows/s",
            rival="the driver alone",
            rival_value=rival,
            goal=">= 0.2",
        )


def _rates(
    ours: tuple[Store, int], raw: tuple[Store, int], batches: Sequence[Batch], chance: random.Random
) -> tuple[float, float]:
    """Return the rows a second of both; the first batch is left out, it warms up."""
    spent = {ours: 0.0, raw: 0.0}
    for number, batch in enumerate(batches):
        for contestant in chance.sample([ours, raw], 2):
            store, user = contestant
            begun_s = time.perf_counter()
            store(user, batch)
            if number:
                spent[contestant] += time.perf_counter() - begun_s
    rows = sum(map(len, batches[1:]))
    return rows / spent[ours], rows / spent[raw]


def _new_user(connection: Connection, name: str, stock: Stock) -> int:
    return int(store_people.add_user(connection, name=name, now_ms=stock.now_ms).id)


def _public_ids(connection: Connection) -> dict[int, str]:
    found = connection.execute(select(artworks.c.id, artworks.c.public_id).where(artworks.c.lane == PUBLIC_LANE))
    return dict(tuple(row) for row in found)


def _batches(stock: Stock, ids: dict[int, str], keys: Iterable[int]) -> list[Batch]:
    """Records that name these pieces, as `intake` makes them of a body."""
    seen = [_seen(ids[key], stock.now_ms) for key in keys]
    return [seen[at : at + BATCH_MAX] for at in range(0, len(seen), BATCH_MAX)]


def _seen(artwork_id: str, now_ms: int) -> Seen:
    own_id = str(uuid.uuid4())
    return Seen(
        id=own_id,
        label=own_id,
        artwork_id=artwork_id,
        type=ImpressionType.DISPLAYED,
        viewed_at=now_ms - 1_000,
        visible_ms=12_000,
        planned_ms=12_000,
        frames_painted=700,
        clock_synced=True,
        ended_by="next",
        reason="unseen",
    )


@contextmanager
def _driver_alone(stock: Stock) -> Iterator[Store]:
    connect, mark = (_sqlite, "?") if stock.kind == SQLITE else (_postgresql, "%s")
    statements = [
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))})"
        for table, names in (("plays", PLAY_COLUMNS), ("impressions", IMPRESSION_COLUMNS))
    ]
    with connect(stock) as (begin, cursor, commit):
        keys: dict[str, int] = dict(cursor.execute("SELECT public_id, id FROM artworks WHERE lane = 0").fetchall())

        def store(user: int, batch: Batch) -> None:
            begin()
            cursor.executemany(statements[0], [_play(user, keys[entry.artwork_id], entry) for entry in batch])
            cursor.executemany(statements[1], [(user, keys[entry.artwork_id], entry.viewed_at) for entry in batch])
            commit()

        yield store


def _play(user: int, artwork: int, entry: Seen) -> tuple[Any, ...]:
    values = {
        "id": str(uuid.uuid4()),
        "user_id": user,
        "artwork_id": artwork,
        "painted_at": entry.viewed_at,
        "received_at": entry.viewed_at,
    }
    return tuple(values.get(name, getattr(entry, name, None)) for name in PLAY_COLUMNS)


@contextmanager
def _sqlite(stock: Stock) -> Iterator[tuple[Callable[[], Any], Any, Callable[[], Any]]]:
    with closing(sqlite3.connect(stock.file, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        cursor = connection.cursor()
        yield lambda: cursor.execute("BEGIN IMMEDIATE"), cursor, lambda: cursor.execute("COMMIT")


@contextmanager
def _postgresql(stock: Stock) -> Iterator[tuple[Callable[[], Any], Any, Callable[[], Any]]]:
    with psycopg.connect(driver_url(stock.database_url)) as connection, connection.cursor() as cursor:
        yield lambda: None, cursor, connection.commit
