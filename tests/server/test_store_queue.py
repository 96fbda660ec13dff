"""The stores on a real database: against a naive model, and by the plan of the one query that must stay fast."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, Select, text
from sqlalchemy.dialects import sqlite

from kiosk.domain.artworks import Origin, Reason
from kiosk.domain.ids import new_id
from kiosk.domain.impressions import ImpressionType
from kiosk.server import dialect, store_artworks, store_impressions, store_people, store_queue, store_spans
from kiosk.server.database import Database, open_database
from kiosk.server.intake import Seen
from kiosk.server.moments import DAY_MS, MINUTE_MS
from kiosk.server.rules import QueueRules
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.store_queue import Viewer
from kiosk.server.tables import PUBLIC_LANE, metadata

RULES = QueueRules()
USERS = DEVICES = (0, 1)
TABLES = set(metadata.tables)


@contextmanager
def opened(folder: Path) -> Iterator[Database]:
    """A new database."""
    database = open_database(folder / "kiosk.db")
    try:
        yield database
    finally:
        database.close()


def new_piece(number: int) -> NewArtwork:
    """A piece of that number, without an image."""
    sha256 = f"{number:064x}"
    return NewArtwork(new_id(), sha256, 1, 1, 1, "image/jpeg", f"Piece {number}", "", Origin.IMPORTED)


class Model:
    """The queue rules in the most obvious words, over plain dictionaries."""

    def __init__(self) -> None:
        self.pieces: dict[str, tuple[int, int | None, int]] = {}  # id -> made at, owner when private, maker
        self.seen: dict[tuple[int, str], int] = {}  # user, id -> last seen
        self.shown: set[tuple[int, int, str]] = set()  # user, device, id

    def queue(self, user: int, device: int, now: int) -> list[tuple[str, Reason]]:
        """All that may be shown, in order; pieces of the same moment by id of insertion, newest first."""
        order = list(self.pieces)
        visible = [piece for piece in order if self.pieces[piece][1] in {None, user}]
        newest = sorted(visible, key=lambda piece: (self.pieces[piece][0], order.index(piece)), reverse=True)
        fresh = [
            piece
            for piece in newest
            if self.pieces[piece][2] == user
            and now < self.pieces[piece][0] + 15 * MINUTE_MS
            and (user, device, piece) not in self.shown
        ]
        unseen = [piece for piece in newest if (user, piece) not in self.seen and piece not in fresh]
        cooled = [
            piece
            for piece in visible
            if (user, piece) in self.seen and now - self.seen[user, piece] > 7 * DAY_MS and piece not in fresh
        ]
        cooled.sort(key=lambda piece: (self.seen[user, piece], order.index(piece)))
        reasons = ((Reason.FRESH, fresh), (Reason.UNSEEN, unseen), (Reason.COOLED, cooled))
        return [(piece, reason) for reason, some in reasons for piece in some]


class QueueMachine(RuleBasedStateMachine):
    """Two users with two displays each add pieces, see them and let time pass; the database agrees with the model."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self.database = open_database(Path(self._folder.name) / "kiosk.db")
        self.model = Model()
        self.now = 1_800_000_000_000
        self.users: list[int] = []
        self.viewers: dict[tuple[int, int], Viewer] = {}

    @initialize()
    def add_people(self) -> None:
        """Two users with two displays each."""
        for user in USERS:
            self.database.write_now(partial(self.add_user, user))

    def add_user(self, user: int, connection: Connection) -> None:
        """One user and their displays."""
        row = store_people.add_user(connection, name=f"user {user}", now_ms=self.now)
        self.users.append(row.id)
        for device in DEVICES:
            names = {"name": f"display {device}", "user": row.name, "token": f"token {user} {device}"}
            made = store_people.add_device(connection, **names, now_ms=self.now)
            self.viewers[user, device] = Viewer(row.id, made.id)

    @rule(user=st.sampled_from(USERS), private=st.booleans())
    def add_piece(self, user: int, private: bool) -> None:
        """A user adds a piece."""
        self.now += 1
        piece, owner = new_piece(len(self.model.pieces)), self.users[user]
        self.database.write_now(
            lambda connection: store_artworks.insert(
                connection,
                piece,
                lane=owner if private else PUBLIC_LANE,
                created_by=owner,
                created_at=self.now,
                fresh_until=RULES.fresh_until(self.now),
            )
        )
        self.model.pieces[piece.public_id] = (self.now, user if private else None, user)

    @rule(
        user=st.sampled_from(USERS),
        device=st.sampled_from(DEVICES),
        picks=st.lists(st.integers(0, 40), max_size=8),
        age_ms=st.integers(0, 9 * DAY_MS),
    )
    def see(self, user: int, device: int, picks: list[int], age_ms: int) -> None:
        """A display reports a batch, visible or not, new or repeated."""
        pieces = list(self.model.pieces)
        batch = [
            Seen(new_id(), "", pieces[pick % len(pieces)], ImpressionType.DISPLAYED, self.now - age_ms)
            for pick in picks
            if pieces
        ]
        viewer = self.viewers[user, device]
        results = self.database.write_now(
            lambda connection: store_impressions.record(connection, viewer, batch, now_ms=self.now)
        )
        for entry, result in zip(batch, results, strict=True):
            is_visible = self.model.pieces[entry.artwork_id][1] in {None, user}
            assert result.status == ("stored" if is_visible else "rejected")
            if is_visible:
                key = (user, entry.artwork_id)
                self.model.seen[key] = max(self.model.seen.get(key, entry.viewed_at), entry.viewed_at)
                self.model.shown.add((user, device, entry.artwork_id))

    @rule(passed_ms=st.sampled_from([1, MINUTE_MS, 16 * MINUTE_MS, DAY_MS, 8 * DAY_MS]))
    def wait(self, passed_ms: int) -> None:
        """Time passes."""
        self.now += passed_ms

    @invariant()
    def queues_agree(self) -> None:
        """Every display's queue, at every length, is the model's; the pool counts what the model has."""
        for user, device in self.viewers:
            expected = self.model.queue(user, device, self.now)
            for limit in (1, 3, 100):
                page, pool = self.page(self.viewers[user, device], limit)
                assert page == expected[:limit]
                reasons = [reason for _, reason in expected]
                assert (pool.fresh, pool.unseen) == (reasons.count(Reason.FRESH), reasons.count(Reason.UNSEEN))

    @invariant()
    def spans_are_what_impressions_say(self) -> None:
        """The spans in the table are those that the impressions give."""
        for user in self.users:
            stored = self.database.read_now(partial(store_spans.stored, user=user))
            assert stored == self.database.read_now(partial(store_spans.from_impressions, user=user))

    def page(self, viewer: Viewer, limit: int) -> Any:
        """The queue as the server answers it."""
        page, pool = self.database.read_now(
            lambda connection: store_queue.next_page(connection, viewer, limit=limit, now_ms=self.now, rules=RULES)
        )
        return [(artwork.id, artwork.reason) for artwork in page], pool

    def teardown(self) -> None:
        """Close and forget the database."""
        self.database.close()
        self._folder.cleanup()


QueueMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
test_queue_against_a_naive_model = pytest.mark.timeout(300)(QueueMachine.TestCase)


def plan_of(query: Select[Any], connection: Connection) -> list[str]:
    """How SQLite walks a query, whatever its values."""
    compiled = query.compile(dialect=sqlite.dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True})
    names = dict.fromkeys(compiled.params, 1) | {"texts": "[]"}
    return [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"), names)]


def test_the_pool_query_walks_spans_first_and_sorts_nothing(tmp_path: Path) -> None:
    """Spans are the outer loop by their key, pieces are found by lane and position, and there is no sort.

    The plan must not depend on statistics: it holds on an empty database and on a filled, analysed one.
    """
    with opened(tmp_path) as database:
        user = database.write_now(lambda c: store_people.add_user(c, name="wall", now_ms=0).id)
        plans = [database.read_now(partial(plan_of, dialect.UNSEEN))]
        database.write_now(lambda connection: fill(connection, user))
        plans.append(database.read_now(partial(plan_of, dialect.UNSEEN)))
        for plan in plans:
            assert len(plan) == 2, plan
            assert plan[0].startswith("SEARCH spans USING PRIMARY KEY"), plan
            assert plan[1].startswith("SEARCH artworks USING INDEX"), plan
            assert "lane=? AND pos>? AND pos<?" in plan[1], plan


@pytest.mark.parametrize(
    ("query", "searches"),
    [
        (store_impressions.VISIBLE_PIECES, "artworks USING INDEX sqlite_autoindex_artworks_2 (public_id=?)"),
        (store_queue._FRESH, "artworks USING INTEGER PRIMARY KEY (rowid=?)"),
        (store_queue._COOLED, "impressions USING COVERING INDEX ix_impressions_user_id_viewed_at"),
        (store_queue._COUNT_COOLING, "impressions USING COVERING INDEX ix_impressions_user_id_viewed_at"),
    ],
)
def test_no_query_walks_a_whole_lane(tmp_path: Path, query: Select[Any], searches: str) -> None:
    """Each is found by its narrow key, on an empty database and on a filled one; no table is scanned."""
    with opened(tmp_path) as database:
        user = database.write_now(lambda c: store_people.add_user(c, name="wall", now_ms=0).id)
        for _ in range(2):
            plan = database.read_now(partial(plan_of, query))
            assert any(searches in step for step in plan), plan
            assert not any("artworks" in step and "lane=?" in step for step in plan), plan
            assert not {step.partition(" ")[2].split()[0] for step in plan if step.startswith("SCAN")} & TABLES, plan
            database.write_now(lambda connection: fill(connection, user))


def fill(connection: Connection, user: int) -> None:
    """Many pieces, most of them seen, in scattered spans; then statistics."""
    pieces = [
        store_artworks.insert(
            connection, new_piece(number), lane=PUBLIC_LANE, created_by=user, created_at=number, fresh_until=None
        )
        for number in range(600)
    ]
    seen = [
        Seen(new_id(), "", row.public_id, ImpressionType.DISPLAYED, 1) for index, row in enumerate(pieces) if index % 7
    ]
    store_impressions.record(connection, Viewer(user), seen, now_ms=10)
    connection.execute(text("ANALYZE"))


def test_rebuilding_spans_changes_nothing_and_mends_everything(tmp_path: Path) -> None:
    """Rebuilt spans equal the kept ones; lost ones come back from the impressions."""
    with opened(tmp_path) as database:
        user = database.write_now(lambda c: store_people.add_user(c, name="wall", now_ms=0).id)
        database.write_now(lambda connection: fill(connection, user))
        kept = database.read_now(lambda c: store_spans.stored(c, user=user))
        database.write_now(lambda connection: connection.execute(text("DELETE FROM spans")))
        database.write_now(lambda connection: store_spans.rebuild(connection, user=user))
        assert database.read_now(lambda c: store_spans.stored(c, user=user)) == kept
        assert len(kept[PUBLIC_LANE]) > 50


def test_a_failed_batch_leaves_nothing(tmp_path: Path) -> None:
    """When a transaction breaks off after its writes, none of them is there."""
    with opened(tmp_path) as database:
        user = database.write_now(lambda c: store_people.add_user(c, name="wall", now_ms=0).id)

        def break_off(connection: Connection) -> None:
            fill(connection, user)
            raise RuntimeError("broken off")

        with pytest.raises(RuntimeError, match="broken off"):
            database.write_now(break_off)
        _, pool = database.read_now(lambda c: store_queue.next_page(c, Viewer(user), limit=5, now_ms=10, rules=RULES))
        assert (pool.fresh, pool.unseen, pool.cooling) == (0, 0, 0)
