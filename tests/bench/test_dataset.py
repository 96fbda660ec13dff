"""The benches' data is what the server would have made of the same history."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial

import pytest
from sqlalchemy import Connection, func, select

from kiosk.server import store_queue, store_spans
from kiosk.server.rules import QueueRules
from kiosk.server.store_queue import Viewer
from kiosk.server.tables import artworks, impressions, lanes
from tests.bench.dataset import GAPPED, KINDS, NEWCOMER, SCATTERED, WALL, Stock, empty, fill
from tests.bench.harness import Options

PIECES = 10_000
HISTORIES = (WALL, GAPPED, SCATTERED, NEWCOMER, "crowd 0", "crowd 7")


@pytest.fixture(params=KINDS, scope="module")
def stock(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    """A filled database of each kind."""
    with ExitStack() as keeper:
        options = Options(quick=True, keeper=keeper)
        yield fill(empty(options, request.param, tmp_path_factory.mktemp("stock"), PIECES))


def test_spans_are_those_the_stores_would_write(stock: Stock) -> None:
    """The unseen spans of every kind of history are what `rebuild-spans` makes of its impressions."""
    for name in HISTORIES:
        user = stock.user(name)
        with closing(stock.open()) as database:
            stored = database.read_now(partial(store_spans.stored, user=user))
            assert stored == database.read_now(partial(store_spans.from_impressions, user=user)), name


def test_there_are_ten_impressions_a_piece(stock: Stock) -> None:
    """As many pieces as asked for, at positions that are their keys, and about ten times as many impressions."""

    def check(connection: Connection) -> None:
        assert connection.scalar(select(func.count()).where(artworks.c.pos == artworks.c.id)) == PIECES
        assert connection.scalar(select(lanes.c.head).where(lanes.c.lane == 0)) == PIECES
        count = connection.scalar(select(func.count()).select_from(impressions)) or 0
        assert 0.95 <= count / (10 * PIECES) <= 1.05

    with closing(stock.open()) as database:
        database.read_now(check)


def test_the_wall_has_seen_the_newest(stock: Stock) -> None:
    """The wall's queue begins right below the newest tenth, that of a newcomer at the top."""
    for name, first in ((WALL, PIECES - PIECES // 10), (NEWCOMER, PIECES), (GAPPED, PIECES)):
        viewer = Viewer(stock.user(name))
        with closing(stock.open()) as database:
            queue, _ = database.read_now(
                partial(store_queue.next_page, viewer=viewer, limit=20, now_ms=stock.now_ms, rules=QueueRules())
            )
        assert queue[0][0].pos == first, name
