"""The statements that each database has of its own: what they return on both, and how PostgreSQL walks them."""

from collections.abc import Iterator
from functools import partial
from random import Random

import pytest
from sqlalchemy import Connection, Executable, select, text

from kiosk.server import dialect, store_people
from kiosk.server.database import Database
from kiosk.server.dialect_sql import POSTGRESQL
from kiosk.server.opening import open_database
from kiosk.server.spans import EVERYTHING, Span, runs_of
from kiosk.server.tables import PUBLIC_LANE, artworks, lanes, loads, spans

PIECES = 3_000


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database, once on SQLite and once on PostgreSQL."""
    opened = open_database(database_url)
    yield opened
    opened.close()


def fill(connection: Connection) -> int:
    """A user who has seen every third piece of a lane."""
    user = int(store_people.add_user(connection, name="wall", now_ms=0).id)
    row = {"created_by": user, "lane": PUBLIC_LANE, "origin": "imported", "byte_count": 1, "width": 1, "height": 1}
    words = dict.fromkeys(("media_type", "title", "artist", "prompt", "style"), "x") | {"provenance": "{}"}
    pieces = [
        row | words | {"public_id": f"piece {pos}", "sha256": f"{pos:064}", "pos": pos, "created_at": pos}
        for pos in range(1, PIECES + 1)
    ]
    dialect.insert_many(connection, artworks, pieces)
    connection.execute(lanes.update().where(lanes.c.lane == PUBLIC_LANE).values(head=PIECES))
    dialect.delete_spans(connection, lane=PUBLIC_LANE, rows=[(user, 1)])
    unseen = [(user, pos, pos + 1) for pos in range(1, PIECES, 3)] + [(user, PIECES + 1, EVERYTHING.hi)]
    dialect.put_spans(connection, lane=PUBLIC_LANE, rows=unseen)
    return user


def plan_of(connection: Connection, statement: Executable, values: dict[str, object]) -> str:
    """The plan PostgreSQL makes for a statement, as text."""
    compiled = statement.compile(dialect=connection.dialect)  # type: ignore[attr-defined]
    rows = connection.exec_driver_sql(f"EXPLAIN {compiled}", compiled.construct_params(values))
    return "\n".join(row[0] for row in rows)


def test_rows_come_back_as_they_went_in(database: Database) -> None:
    """Many rows in one insert, empty values among them, are those rows; no rows are no statement."""
    user = database.write_now(fill)
    rows = [
        {"id": f"load {number}", "user_id": user, "device_id": None, "artwork_id": number + 1, "loaded_at": number}
        for number in range(500)
    ]
    database.write_now(partial(dialect.insert_many, table=loads, rows=rows))
    database.write_now(partial(dialect.insert_many, table=loads, rows=[]))
    found = database.read_now(lambda c: c.execute(select(loads).order_by(loads.c.loaded_at)).mappings().all())
    assert [dict(row) for row in found] == rows


def test_spans_touched_are_those_that_overlap_a_run(database: Database) -> None:
    """For random runs, exactly the overlapping spans come back, lowest first; the same for all users at once."""
    user = database.write_now(fill)
    kept = database.read_now(
        lambda c: [Span(*row) for row in c.execute(select(spans.c.lo, spans.c.hi).where(spans.c.lane == PUBLIC_LANE))]
    )
    random = Random(4)
    for size in (1, 7, 200):
        runs = runs_of(random.choices(range(1, PIECES + 50), k=size))
        due = sorted(span for span in kept if any(span.lo <= run.hi and span.hi >= run.lo for run in runs))
        touched = partial(dialect.spans_touched, user=user, lane=PUBLIC_LANE, runs=runs)
        assert database.read_now(touched) == due
        of_all = database.read_now(partial(dialect.spans_touched_of_all, lane=PUBLIC_LANE, runs=runs))
        assert of_all == [(user, *span) for span in due]


def test_a_text_in_a_list_is_found_by_its_index(database: Database) -> None:
    """The condition works with no texts, with one, and with many."""
    database.write_now(fill)
    query = select(artworks.c.public_id).where(dialect.one_of_texts(artworks.c.public_id))
    for wanted in ([], ["piece 7"], [f"piece {number}" for number in range(1, 201)]):
        found = database.read_now(partial(Connection.scalars, statement=query, parameters={"texts": wanted})).all()
        assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("unseen", {"user": 1, "lane": 0, "floor": 0, "since": 0, "limit": 20}),
        ("spans_touched", {"user": 1, "lane": 0, "los": [5, 600], "his": [5, 700]}),
        ("spans_touched_of_all", {"lane": 0, "los": [5, 600], "his": [5, 700]}),
    ],
)
def test_postgresql_walks_keys_and_no_table(postgres_url: str, statement: str, values: dict[str, object]) -> None:
    """Spans are found by their key from both sides, pieces by lane and position; the only sort is of the result."""
    database = open_database(postgres_url)
    try:
        database.write_now(fill)
        database.write_now(lambda c: c.execute(text("ANALYZE")))
        plan = database.read_now(partial(plan_of, statement=getattr(POSTGRESQL, statement), values=values))
    finally:
        database.close()
    assert "Seq Scan on spans" not in plan
    assert "Seq Scan on artworks" not in plan
    assert "Memoize" not in plan
    if statement == "unseen":
        assert "Index Only Scan Backward using pk_spans" in plan or "Index Scan Backward using pk_spans" in plan
        assert "uq_artworks_lane_pos" in plan
        assert plan.count("Sort") <= 2, plan
    else:
        assert "(lo >= " in plan
        assert "(lo <= " in plan
