"""Migrations: they give the tables of the code, keep what was stored, and leave a newer database alone."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.engine import make_url

from kiosk.domain.errors import DataFolderError, KioskError
from kiosk.server import store_events, store_people, store_pieces, store_spans
from kiosk.server.database import Database
from kiosk.server.migrate import _config
from kiosk.server.moments import DAY_MS
from kiosk.server.opening import open_database, sqlite_file
from kiosk.server.tables import metadata
from kiosk.storage.engine import open_postgresql, open_sqlite
from tests.server.records import stored_piece, uuid_of

ALEMBICS = "alembic_version"
OPEN_END = 2**60
DAY = 20_000  # 2024-10-04
AT = DAY * DAY_MS


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any tables, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kiosk.db'}"
    return str(request.getfixturevalue("postgres_url"))


@contextmanager
def connection_to(url: str) -> Iterator[Connection]:
    """A transaction on a database, whatever its schema."""
    file = sqlite_file(url)
    engine = open_postgresql(make_url(url)) if file is None else open_sqlite(file)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def to_revision(url: str, revision: str) -> None:
    """Bring a database up or down to a revision ("base": to nothing)."""
    with connection_to(url) as connection:
        order = ["base", "0001", "0002", "0003"]
        before = MigrationContext.configure(connection).get_current_revision() or "base"
        move = command.upgrade if order.index(revision) > order.index(before) else command.downgrade
        move(_config(connection), revision)


def opened(url: str) -> closing[Database]:
    """The database as the server opens it: migrated."""
    return closing(open_database(url))


def test_migrations_give_the_tables_of_the_code(new_url: str) -> None:
    """A migrated database differs in nothing from the metadata; what only the job engine knows is its own."""
    to_revision(new_url, "0003")
    with opened(new_url) as database:
        differences = database.read_now(
            lambda connection: compare_metadata(MigrationContext.configure(connection), metadata)
        )
        assert [difference for difference in differences if "procrastinate_" not in repr(difference)] == []
        if database.is_shared:
            options = "SELECT reloptions FROM pg_class WHERE relname = 'spans'"
            assert database.read_now(lambda connection: connection.scalar(text(options))) == ["fillfactor=70"]
        else:
            names = "SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%' ORDER BY name"
            rowless = database.read_now(lambda connection: connection.scalars(text(names)).all())
            assert rowless == ["extents", "impressions", "play_days", "play_months", "spans"]


def test_a_new_file_is_what_the_steps_make_of_it(tmp_path: Path) -> None:
    """A SQLite file made at once has the columns, keys, indexes and first rows of one that went through every step."""
    at_once, by_steps = tmp_path / "at_once.db", tmp_path / "by_steps.db"
    open_database(at_once).close()
    to_revision(f"sqlite:///{by_steps}", "0003")
    assert len(anatomy(at_once)) > 20
    assert anatomy(at_once) == anatomy(by_steps)


def anatomy(file: Path) -> dict[str, Any]:
    """What a SQLite file holds, by table, whatever the order in which it came there."""
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: (
                sorted(row[1:] for row in connection.execute(f"PRAGMA table_xinfo({name})")),
                sorted(row[2:] for row in connection.execute(f"PRAGMA foreign_key_list({name})")),
                sorted(
                    (
                        index if origin == "c" else "",
                        unique,
                        is_partial,
                        [row[2:5] for row in connection.execute(f"PRAGMA index_xinfo({index})")],
                    )
                    for _, index, unique, origin, is_partial in connection.execute(f"PRAGMA index_list({name})")
                ),
                "WITHOUT ROWID" in sql,
                sorted(connection.execute(f"SELECT * FROM {name}")),
            )
            for name, sql in found
            if name != "sqlite_sequence"
        }


def test_opening_again_changes_nothing(new_url: str) -> None:
    """A second start finds the schema as it left it, and the lanes once."""
    for _ in range(2):
        with opened(new_url) as database:
            found = database.read_now(
                lambda connection: connection.execute(text("SELECT lane, head FROM lanes ORDER BY lane")).all()
            )
            assert found == [(-2, 0), (-1, 0), (0, 0)]


def test_down_again_leaves_nothing(new_url: str) -> None:
    """All steps undone leave an empty database, which can be brought up again."""
    for _ in range(2):
        to_revision(new_url, "0003")
        to_revision(new_url, "base")
        with connection_to(new_url) as connection:
            assert inspect(connection).get_table_names() == [ALEMBICS]
            if connection.dialect.name == "postgresql":
                left = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
                assert connection.scalars(text(left)).all() == []


# What a first version may have stored: anna's wall with its plays, ben's, which kept none, and cleo, who never came.
ANNA, BEN, CLEO = 1, 2, 3
FIRST_ROWS: dict[str, list[dict[str, Any]]] = {
    "users": [
        {"id": number, "public_id": uuid_of(number), "name": name, "created_at": AT}
        for number, name in ((ANNA, "anna"), (BEN, "ben"), (CLEO, "cleo"))
    ],
    "devices": [
        {"id": 7, "public_id": uuid_of(7), "user_id": ANNA, "name": "hall", "created_at": AT}
        | {"last_seen_at": AT, "revoked_at": None}
    ],
    "tokens": [{"sha256": "5" * 64, "user_id": ANNA, "device_id": 7, "is_admin": False, "created_at": AT}],
    "lanes": [{"lane": ANNA, "head": 1}, {"lane": BEN, "head": 0}, {"lane": CLEO, "head": 0}],
    "artworks": [
        {"id": number, "public_id": uuid_of(number), "created_by": ANNA, "lane": lane, "pos": pos}
        | {"created_at": AT + number, "fresh_until": None, "origin": "imported", "sha256": f"{number:064}"}
        | dict.fromkeys(("byte_count", "width", "height"), 1)
        | dict.fromkeys(("media_type", "title", "artist", "prompt", "style"), "x")
        | {"provenance": '{"a": 1}'}
        for number, lane, pos in ((11, 0, 1), (12, 0, 2), (13, ANNA, 1))
    ],
    "spans": [
        {"user_id": user, "lane": lane, "lo": lo, "hi": OPEN_END}
        for user in (ANNA, BEN, CLEO)
        for lane, lo in ((0, 3 if user == ANNA else 1), (user, 1), (-1, 1))
    ],
    "impressions": [{"user_id": ANNA, "artwork_id": number, "viewed_at": AT + number} for number in (11, 12)],
    "now_playing": [{"user_id": ANNA, "artwork_id": 13, "inserted_at": AT, "fresh_until": AT + 900_000}],
    "fresh_shown": [{"device_id": 7, "artwork_id": 13}],
    "plays": [
        {"id": uuid_of(number, 1), "user_id": ANNA, "device_id": device, "artwork_id": artwork, "painted_at": at}
        | {"received_at": at, "visible_ms": 1_000, "planned_ms": 12_000, "frames_painted": 9, "coverage": 0.5}
        | {"clock_synced": True, "ended_by": "next", "reason": "unseen"}
        for number, device, artwork, at in (
            (21, 7, 11, AT),
            (22, 7, 11, AT + DAY_MS - 1),
            (23, 7, 11, AT + DAY_MS),
            (24, None, 12, AT),
        )
    ],
    "loads": [{"id": uuid_of(31, 1), "user_id": ANNA, "device_id": 7, "artwork_id": 11, "loaded_at": AT}],
    "votes": [{"user_id": BEN, "artwork_id": 11, "value": -1, "voted_at": AT}],
    "sessions": [
        {"id": uuid_of(user, 2), "user_id": user, "device_id": None, "created_at": AT, "expires_at": AT + DAY_MS}
        for user in (ANNA, BEN)
    ],
    "jobs": [
        {"id": uuid_of(41, 3), "user_id": ANNA, "prompt_sha256": "3" * 64, "music": "", "bucket": 5, "genome": "{}"}
        | {"state": "done", "attempts": 1, "lease_until": None, "artwork_id": 13, "reason": None}
        | {"repeats": 2, "created_at": AT}
    ],
    "idempotency_keys": [
        {"user_id": ANNA, "key": "k", "body_sha256": "4" * 64, "job_id": uuid_of(41, 3), "created_at": AT}
    ],
    "events": [
        {"seq": seq, "user_id": ANNA, "kind": "art-ready", "artwork_id": 13, "job_id": None, "reason": None}
        | {"created_at": AT}
        for seq in (5, 9)
    ],
    "backfills": [{"id": 1, "user_id": ANNA, "as_of": None, "updated": 2, "done_at": AT}],
}


def put_first_rows(connection: Connection) -> None:
    """Fill a database of the first schema."""
    tables = reflected(connection)
    for name, rows in FIRST_ROWS.items():
        connection.execute(tables.tables[name].insert(), rows)
    connection.execute(text("UPDATE lanes SET head = 2 WHERE lane = 0"))


def reflected(connection: Connection) -> MetaData:
    """The tables that are there."""
    tables = MetaData()
    tables.reflect(connection)
    return tables


def rows_of(connection: Connection, names: MetaData) -> dict[str, list[str]]:
    """What is stored in the columns of those tables, in no order."""
    return {
        table.name: sorted(repr(dict(row)) for row in connection.execute(table.select()).mappings())
        for table in names.sorted_tables
        if table.name != ALEMBICS
    }


def test_everything_of_the_first_schema_is_kept(new_url: str) -> None:
    """A filled database of the first version keeps every row, but for the sessions of those whose past was not kept."""
    to_revision(new_url, "0001")
    with connection_to(new_url) as connection:
        put_first_rows(connection)
        first = reflected(connection)
        before = rows_of(connection, first)
    assert all(before.values())
    to_revision(new_url, "0002")
    with connection_to(new_url) as connection:
        after = rows_of(connection, first)
    for name, rows in before.items():
        new_rows = ["{'lane': -2, 'head': 0}"] if name == "lanes" else []
        if name != "sessions":
            assert after[name] == sorted([*rows, *new_rows]), name
    to_revision(new_url, "0001")
    with connection_to(new_url) as connection:
        assert rows_of(connection, first) == before | {"sessions": after["sessions"]}


def test_what_the_second_schema_adds_follows_from_what_was_there(new_url: str) -> None:
    """Extents, sums and the counter of events are filled, and who needs a backfill is known."""
    to_revision(new_url, "0001")
    with connection_to(new_url) as connection:
        put_first_rows(connection)

    with opened(new_url) as database:

        def ask(query: str) -> list[Any]:
            return database.read_now(lambda connection: [tuple(row) for row in connection.execute(text(query))])

        assert ask("SELECT lane, lo, hi FROM extents ORDER BY lane") == [(lane, 1, OPEN_END) for lane in range(-1, 4)]
        assert ask("SELECT day, device_id, artwork_id, plays, visible_ms, first_at, last_at FROM play_days") == [
            (DAY, 0, 12, 1, 1_000, AT, AT),
            (DAY, 7, 11, 2, 2_000, AT, AT + DAY_MS - 1),
            (DAY + 1, 7, 11, 1, 1_000, AT + DAY_MS, AT + DAY_MS),
        ]
        assert ask("SELECT user_id, impressions FROM usage_sums") == [(ANNA, 4)]
        legacy = [(ANNA, None), (BEN, AT + 14), (CLEO, None)]
        assert ask("SELECT id, legacy_before FROM users ORDER BY id") == legacy
        assert not any(done for (done,) in ask("SELECT impressions_backfilled FROM users"))
        assert ask("SELECT user_id, expires_at FROM sessions ORDER BY 1") == [(ANNA, AT + DAY_MS), (BEN, AT)]
        database.write_now(lambda c: store_events.add_ready(c, user=ANNA, artwork=13, job_id=None, now_ms=AT))
        assert ask("SELECT seq FROM events ORDER BY seq") == [(5,), (9,), (10,)]
        for user in (ANNA, BEN, CLEO):
            assert database.read_now(partial(store_spans.differences, user=user)) == {}


def test_positions_without_a_piece_are_known_again_after_the_way_down_and_up(new_url: str) -> None:
    """Removed and moved pieces leave no hole in anybody's spans, although the older program knew nothing of holes."""

    def leave_holes(connection: Connection) -> None:
        user = store_people.add_user(connection, name="anna", now_ms=0).id
        pieces = [stored_piece(connection, number, created_by=user).id for number in range(6)]
        store_pieces.change_visibility(connection, artwork_id=pieces[1], private=True, now_ms=1)
        for piece in (pieces[3], pieces[5]):
            store_pieces.remove(connection, artwork_id=piece, now_ms=1)

    def extents(connection: Connection) -> Any:
        return store_spans.extents_of(connection, [0, 1])

    with opened(new_url) as database:
        database.write_now(leave_holes)
        before = database.read_now(extents)
    to_revision(new_url, "0001")
    with opened(new_url) as database:
        assert database.read_now(extents) == before
        assert database.read_now(partial(store_spans.differences, user=1)) == {}


def test_signatures_have_a_column_of_their_own(new_url: str) -> None:
    """What a piece is known again by leaves its provenance, and is back there after the way down; all else stays."""
    told: list[dict[str, Any]] = [{"signature": "s1", "a": "\u0000é"}, {"a": 1}, {"signature": 7}, {"b": "signature"}]
    to_revision(new_url, "0002")
    with connection_to(new_url) as connection:
        put_first_rows(connection)
        tables = reflected(connection)
        piece = FIRST_ROWS["artworks"][0]
        for number, provenance in enumerate(told, 20):
            own = {"id": number, "public_id": uuid_of(number), "pos": number, "provenance": json.dumps(provenance)}
            connection.execute(tables.tables["artworks"].insert(), piece | own)
    query = "SELECT provenance, {} FROM artworks WHERE id >= 20 ORDER BY id"
    to_revision(new_url, "0003")
    with connection_to(new_url) as connection:
        found = [(json.loads(row[0]), row[1]) for row in connection.execute(text(query.format("signature")))]
    assert found == [({"a": "\u0000é"}, "s1"), ({"a": 1}, None), ({}, None), ({"b": "signature"}, None)]
    to_revision(new_url, "0002")
    with connection_to(new_url) as connection:
        back = [json.loads(row[0]) for row in connection.execute(text(query.format("id")))]
    assert back == [told[0], told[1], {}, told[3]]


def test_a_newer_schema_is_refused(new_url: str) -> None:
    """A database of a newer program gets one clear line, and is not touched."""
    open_database(new_url).close()
    with connection_to(new_url) as connection:
        connection.execute(text(f"UPDATE {ALEMBICS} SET version_num = '9999'"))
    with pytest.raises(KioskError, match=r"newer version of kiosk \(its schema is 9999\)") as refused:
        open_database(new_url)
    assert "\n" not in str(refused.value)
    with connection_to(new_url) as connection:
        assert connection.scalar(text(f"SELECT version_num FROM {ALEMBICS}")) == "9999"


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
