"""The queue's stores on a real database: the plans of the queries that must stay fast, and batches that break off.

`test_queue_machine` compares them with a naive model; `test_dialect` has PostgreSQL's plans.
"""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Executable, Select, text
from sqlalchemy.dialects import sqlite

from kiosk.domain.artworks import Origin
from kiosk.domain.ids import new_id
from kiosk.domain.impressions import ImpressionType
from kiosk.server import dialect_sql, store_artworks, store_impressions, store_people, store_queue, store_spans
from kiosk.server.database import Database
from kiosk.server.intake import Seen
from kiosk.server.opening import open_database
from kiosk.server.rules import QueueRules
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.store_queue import Viewer
from kiosk.server.tables import PUBLIC_LANE, metadata

RULES = QueueRules()
TABLES = set(metadata.tables)


def opened(address: Path | str) -> closing[Database]:
    """A database."""
    return closing(open_database(address))


def new_piece(number: int) -> NewArtwork:
    """A piece of that number, without an image."""
    sha256 = f"{number:064x}"
    return NewArtwork(new_id(), sha256, 1, 1, 1, "image/jpeg", f"Piece {number}", "", Origin.IMPORTED)


def plan_of(query: Executable, connection: Connection) -> list[str]:
    """How SQLite walks a query, whatever its values."""
    assert isinstance(query, Select)
    compiled = query.compile(dialect=sqlite.dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True})
    names = dict.fromkeys(compiled.params, 1) | {"texts": "[]"}
    return [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"), names)]


@pytest.fixture(scope="module")
def empty_and_filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Database]]:
    """Two databases of one user, for tests that only read: one without pieces, one with many and with statistics."""
    with ExitStack() as stack:
        databases = [stack.enter_context(opened(tmp_path_factory.mktemp(name) / "kiosk.db")) for name in ("no", "many")]
        for database in databases:
            user = database.write_now(lambda c: store_people.add_user(c, name="wall", now_ms=0).id)
        databases[1].write_now(lambda connection: fill(connection, user))
        yield databases


def test_the_pool_query_walks_spans_first_and_sorts_nothing(empty_and_filled: list[Database]) -> None:
    """Spans are the outer loop by their key, pieces are found by lane and position, and there is no sort.

    The plan must not depend on statistics: it holds on an empty database and on a filled, analysed one.
    """
    for database in empty_and_filled:
        plan = database.read_now(partial(plan_of, dialect_sql.SQLITE.unseen))
        assert len(plan) == 2, plan
        assert plan[0].startswith("SEARCH spans USING PRIMARY KEY"), plan
        assert plan[1].startswith("SEARCH artworks USING INDEX"), plan
        assert "lane=? AND pos>? AND pos<?" in plan[1], plan


@pytest.mark.parametrize(
    ("query", "searches"),
    [
        (store_impressions.NAMED_PIECES, "artworks USING INDEX sqlite_autoindex_artworks_2 (public_id=?)"),
        (store_queue._FRESH, "artworks USING INTEGER PRIMARY KEY (rowid=?)"),
        (store_queue._COOLED, "impressions USING COVERING INDEX ix_impressions_user_id_viewed_at"),
        (store_queue._COOLING, "impressions USING COVERING INDEX ix_impressions_user_id_viewed_at"),
    ],
)
def test_no_query_walks_a_whole_lane(empty_and_filled: list[Database], query: Select[Any], searches: str) -> None:
    """Each is found by its narrow key, on an empty database and on a filled one; no table is scanned."""
    for database in empty_and_filled:
        plan = database.read_now(partial(plan_of, query))
        assert any(searches in step for step in plan), plan
        assert not any("artworks" in step and "lane=?" in step for step in plan), plan
        assert not {step.partition(" ")[2].split()[0] for step in plan if step.startswith("SCAN")} & TABLES, plan


def fill(connection: Connection, user: int, *, count: int = 600) -> None:
    """Many pieces, most of them seen, in scattered spans; then statistics."""
    pieces = [
        store_artworks.insert(
            connection, new_piece(number), lane=PUBLIC_LANE, created_by=user, created_at=number, fresh_until=None
        )
        for number in range(count)
    ]
    seen = [
        Seen(new_id(), "", row.public_id, ImpressionType.DISPLAYED, 1) for index, row in enumerate(pieces) if index % 7
    ]
    store_impressions.record(connection, Viewer(user), seen, now_ms=10)
    connection.execute(text("ANALYZE"))


def test_rebuilding_spans_changes_nothing_and_mends_everything(database_url: str) -> None:
    """Rebuilt spans equal the kept ones; lost ones come back from the impressions."""
    with opened(database_url) as database:
        user = database.write_now(lambda c: store_people.add_user(c, name="wall", now_ms=0).id)
        database.write_now(lambda connection: fill(connection, user))
        kept = database.read_now(lambda c: store_spans.stored(c, user=user))
        database.write_now(lambda connection: connection.execute(text("DELETE FROM spans")))
        database.write_now(lambda connection: store_spans.rebuild(connection, user=user))
        assert database.read_now(lambda c: store_spans.stored(c, user=user)) == kept
        assert len(kept[PUBLIC_LANE]) > 50


def test_a_failed_batch_leaves_nothing(database_url: str) -> None:
    """When a transaction breaks off after its writes, none of them is there."""
    with opened(database_url) as database:
        user = database.write_now(lambda c: store_people.add_user(c, name="wall", now_ms=0).id)

        def break_off(connection: Connection) -> None:
            fill(connection, user, count=20)
            raise RuntimeError("broken off")

        with pytest.raises(RuntimeError, match="broken off"):
            database.write_now(break_off)
        _, pool = database.read_now(lambda c: store_queue.next_page(c, Viewer(user), limit=5, now_ms=10, rules=RULES))
        assert (pool.fresh, pool.unseen, pool.cooling) == (0, 0, 0)
