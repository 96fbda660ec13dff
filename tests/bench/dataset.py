"""The data the server's benches ask: a million pieces, ten million impressions, on SQLite or PostgreSQL.

Lane 0 holds every piece at the position that is its key. `WALL` has seen the newest tenth, `GAPPED` the same but every
500th, `SCATTERED` as many all over the lane, `NEWCOMER` nothing; a crowd shares the other impressions. Filled by the
databases themselves, faster than the stores could; tests/bench/test_dataset.py holds the result against theirs.
"""

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from sqlalchemy import Connection, select

from kiosk.server import store_people
from kiosk.server.database import Database
from kiosk.server.opening import open_database
from kiosk.server.spans import LAST_POS
from kiosk.server.tables import users
from kiosk.storage.folder import DataFolder
from tests.bench.harness import Options
from tests.bench.postgres_server import driver_url, new_database

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
KINDS = (SQLITE, POSTGRESQL)
WALL, GAPPED, SCATTERED, NEWCOMER = "wall", "gapped", "scattered", "newcomer"
ARTWORKS = 1_000_000
HISTORY = 5_000  # impressions of each of the crowd, one piece in 50 left out
GAP_EVERY = 500
WEEK_MS = 7 * 86_400_000
BYTES_EACH = 9_000  # on disk: a piece and its ten impressions, in the server's tables and in plain ones, the journal
PROVENANCE = (
    '{"genome": {"version": 1, "style": "silk", "seed": 5, "palette": {"hue": 40.79, "scheme": "analogous", "ground":'
    ' "tint", "chroma": 0.1708, "contrast": 0.3752, "lightness": 0.5492, "spread": 0.1361}, "genes": {"frequency":'
    ' 0.4584, "folds": 0.1513, "warp": 0.381, "relief": 0.3504, "detail": 0.6491, "stretch": 0.8489, "shot": 0.1709,'
    ' "sheen": 0.5503, "rim": 0.16, "mix": 0.4229, "pool": 0.7677, "angle": 0.8972, "light": 0.0398, "focus_x": 0.2951,'
    ' "focus_y": 0.0684}, "structure": {"surface": "swirl"}, "parents": []}, "explanation": "No music was heard: a calm'
    ' piece, left to chance, in apricot and rose.", "engineVersion": 1, "seconds": 0.3}'
)


@dataclass(frozen=True, slots=True)
class Stock:
    """A filled database: what a server opens it by, what a driver does, and when "now" was for its data."""

    kind: str
    data_dir: Path
    database_url: str
    pieces: int
    now_ms: int

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return DataFolder(self.data_dir).server_dir / "kiosk.db"

    @property
    def images(self) -> Path:
        """Where its servers keep the images they share."""
        return self.data_dir / "images"

    def open(self) -> Database:
        """Open it the way the server does."""
        return open_database(self.database_url or f"sqlite:///{self.file}")

    def user(self, name: str) -> int:
        """Return a user's inner id."""
        with closing(self.open()) as database:
            return int(
                database.read_now(lambda found: found.execute(select(users.c.id).filter_by(name=name)).scalar_one())
            )


def stocked(options: Options, kind: str, pieces: int | None = None) -> Stock:
    """Return the data set of that many pieces (default: what the options ask for), filled once in a run."""
    wanted = pieces or ARTWORKS // options.part
    name = f"{kind} {wanted}".lower()
    found = options.kept.get(name)
    if not isinstance(found, Stock):
        folder = Path(options.keeper.enter_context(TemporaryDirectory(prefix="kiosk-bench-")))
        free = shutil.disk_usage(folder).free
        if free < wanted * BYTES_EACH:
            raise OSError(
                f"{wanted:,} pieces need {wanted * BYTES_EACH / 1e9:.1f} GB in {folder}, free are {free / 1e9:.1f}."
            )
        found = options.kept[name] = fill(empty(options, kind, folder, wanted))
    return found


def empty(options: Options, kind: str, folder: Path, pieces: int = 0) -> Stock:
    """Return a new database of that kind without any data in it."""
    url = ""
    if kind == POSTGRESQL:
        url = new_database(options)
    DataFolder(folder).server_dir.mkdir(parents=True, exist_ok=True)
    return Stock(kind, folder, url, pieces, round(time.time() * 1000))


def fill(stock: Stock) -> Stock:
    """Fill an empty database, with everything its server has: indexes, spans, statistics."""
    with closing(stock.open()) as database:
        crowd = (stock.pieces * 10 - 3 * seen_by_wall(stock)) // HISTORY
        database.write_now(lambda connection: _add_people(connection, crowd, stock.now_ms))
    if stock.kind == SQLITE:
        _fill_sqlite(stock)
    else:
        _fill_postgresql(stock)
    return stock


def seen_by_wall(stock: Stock) -> int:
    """Return how many pieces the wall has seen: the newest tenth."""
    return stock.pieces // 10


def _add_people(connection: Connection, crowd: int, now_ms: int) -> None:
    for name in (WALL, GAPPED, SCATTERED, NEWCOMER, *(f"crowd {number}" for number in range(crowd))):
        store_people.add_user(connection, name=name, now_ms=now_ms)


def _statements(stock: Stock, *, numbers: str, hexes: Callable[[int], str], uuid: str) -> Iterable[str]:
    """The filling in the SQL both understand; `numbers` is a table of n = 1, 2, 3 …, as long as there are pieces."""
    pieces, seen, now = stock.pieces, seen_by_wall(stock), stock.now_ms
    yield (
        "INSERT INTO artworks (id, public_id, lane, pos, created_at, placed_at, origin, sha256, byte_count, width,"
        " height, media_type, title, artist, prompt, style, provenance)"
        f" SELECT n, {uuid}, 0, n, {now} - ({pieces} - n) * 20000, {now} - ({pieces} - n) * 20000,"
        f" 'generated', {hexes(32)}, 350000 + n % 1000, 1920, 1080, 'image/jpeg', 'Storm Eye No. ' || n,"
        " 'Gallery Kiosk', 'Lit swirl folds of silk, in apricot and rose; no music.', 'silk',"
        f" '{PROVENANCE}' FROM {numbers}"
    )
    yield f"UPDATE lanes SET head = {pieces} WHERE lane = 0"
    viewed = f"{now} - {WEEK_MS} / 2 + n % {WEEK_MS // 2 - 1000}"
    older = f"n > {pieces - seen}"
    for name, condition in (
        (WALL, older),
        (GAPPED, f"{older} AND n % {GAP_EVERY} <> 0"),
        (SCATTERED, f"(n * 7919) % {pieces} < {seen}"),
    ):
        yield (
            f"INSERT INTO impressions (user_id, artwork_id, viewed_at) SELECT u.id, n, {viewed}"
            f" FROM users u CROSS JOIN {numbers} WHERE u.name = '{name}' AND {condition} ORDER BY n"
        )
    start = f"(u.id * 7919) % {max(pieces - HISTORY * 51 // 50, 1)}"
    yield (
        f"INSERT INTO impressions (user_id, artwork_id, viewed_at) SELECT u.id, {start} + n,"
        f" {now} - (u.id * 31 + n) * 13 % 20000000 * 1000 FROM users u CROSS JOIN {numbers}"
        f" WHERE u.name LIKE 'crowd %' AND n <= {HISTORY * 51 // 50} AND ({start} + n) % 50 <> u.id % 50"
        f" AND {start} + n <= {pieces} ORDER BY u.id, n"
    )
    yield "DELETE FROM spans WHERE lane = 0 AND user_id IN (SELECT user_id FROM impressions)"
    yield (
        "INSERT INTO spans (user_id, lane, lo, hi) SELECT user_id, 0, lo, hi FROM (SELECT user_id,"
        " coalesce(lag(artwork_id) OVER of_user, 0) + 1 AS lo, artwork_id - 1 AS hi FROM impressions"
        " WINDOW of_user AS (PARTITION BY user_id ORDER BY artwork_id)) gaps WHERE lo <= hi"
        f" UNION ALL SELECT user_id, 0, max(artwork_id) + 1, {LAST_POS} FROM impressions GROUP BY user_id"
    )


def _fill_sqlite(stock: Stock) -> None:
    with closing(sqlite3.connect(stock.file, isolation_level=None)) as connection:
        for pragma in ("synchronous=OFF", "journal_mode=MEMORY", "cache_size=-1000000", "foreign_keys=OFF"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('artworks', 'impressions')"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.execute("CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY)")
        connection.execute(
            "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up LIMIT ?)"
            " INSERT INTO numbers SELECT n FROM up",
            (stock.pieces,),
        )
        uuid = "printf('%08x-%04x-4000-8000-%012x', n * 2654435761 % 4294967296, n * 40503 % 65536, n)"
        for statement in _statements(
            stock, numbers="numbers", hexes=lambda count: f"lower(hex(randomblob({count})))", uuid=uuid
        ):
            connection.execute(statement)
        for _, statement in indexes:
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")


def _fill_postgresql(stock: Stock) -> None:
    with psycopg.connect(driver_url(stock.database_url), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # no look-up of every foreign key
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '1GB'")
        indexes = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('artworks', 'impressions')"
            " AND indexname LIKE 'ix\\_%'"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        uuid = (
            "lpad(to_hex(n * 2654435761 % 4294967296), 8, '0') || '-' || lpad(to_hex(n * 40503 % 65536), 4, '0')"
            " || '-4000-8000-' || lpad(to_hex(n), 12, '0')"
        )
        for statement in _statements(
            stock,
            numbers=f"generate_series(1::bigint, {stock.pieces}) n",
            hexes=lambda count: "encode(sha256(n::text::bytea), 'hex')",
            uuid=uuid,
        ):
            connection.execute(statement)
        connection.execute(f"SELECT setval(pg_get_serial_sequence('artworks', 'id'), {stock.pieces})")
        for _, statement in indexes:
            connection.execute(statement)
        connection.execute("VACUUM (FREEZE, ANALYZE)")
        connection.execute("CHECKPOINT")
