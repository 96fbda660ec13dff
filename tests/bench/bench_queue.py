"""The queue on a long history: the pool query beside a look-up of the same pieces by their keys, and beside the obvious
queries; what a larger history costs. SQLite and PostgreSQL, statements alone, on one connection in one transaction.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Integer, bindparam, select, text

from kiosk.server import dialect, store_queue
from kiosk.server.rules import QueueRules
from kiosk.server.store_queue import Viewer
from kiosk.server.tables import PUBLIC_LANE, artworks
from tests.bench.dataset import GAPPED, KINDS, NEWCOMER, SCATTERED, SQLITE, WALL, Stock, stocked
from tests.bench.harness import Figure, Options
from tests.bench.plain import OBVIOUS, add_plain_tables
from tests.bench.timing import Times, beside, in_turns

T = TypeVar("T")

NAME = "queue"
LIMIT = 20
LOOK_UP = select(artworks).where(
    artworks.c.id.in_([bindparam(f"key{number}", type_=Integer) for number in range(LIMIT)])
)
NOT_EXISTS = text(
    "SELECT a.* FROM artworks a WHERE a.lane = 0 AND NOT EXISTS (SELECT 1 FROM impressions i"
    " WHERE i.user_id = :user AND i.artwork_id = a.id) ORDER BY a.placed_at DESC LIMIT :limit"
)
SMALLER = {SQLITE: (100, "<= 1.5"), "PostgreSQL": (10, "<= 2.5")}


def run(options: Options) -> Iterable[Figure]:
    """Yields, for each database: the pool query and `next` of each user, the rivals, and the growth."""
    rounds = 300 if options.quick else 2_000
    for kind in KINDS:
        stock = stocked(options, kind)
        label = f"{kind}, {stock.pieces:,} pieces"
        pools: dict[str, Times] = {}
        for user in (WALL, GAPPED, SCATTERED, NEWCOMER):
            times = _of_user(stock, user, rounds)
            pools[user] = times["pool"]
            goals = {"p50": "<= 1.5", "p99": "<= 2"} if user == WALL else {"p50": "", "p99": ""}
            rival = "the same 20 by key"
            yield from beside(f"{label}, pool query of {user}", times["pool"], rival, times["look-up"], goals)
            yield from beside(
                f"{label}, whole next of {user}", times["next"], rival, times["look-up"], dict.fromkeys(goals, "")
            )
        yield from _obvious(stock, label, pools[WALL], options)
        divisor, goal = SMALLER[kind]
        little = stocked(options, kind, stock.pieces // divisor)
        yield from _growth(stock, little, goal, rounds)


def _of_user(stock: Stock, name: str, rounds: int) -> dict[str, Times]:
    user = stock.user(name)

    def measure(connection: Connection) -> dict[str, Times]:
        pool = pool_query(connection, user)
        keys = [row.id for row in pool()]
        return in_turns(
            {
                "pool": pool,
                "look-up": partial(_look_up, connection, keys),
                "next": lambda: store_queue.next_page(
                    connection, Viewer(user), limit=LIMIT, now_ms=stock.now_ms, rules=QueueRules()
                ),
            },
            rounds,
        )

    return on(stock, measure)


def pool_query(connection: Connection, user: int) -> Callable[[], Any]:
    """Return the query for a user's unseen public pieces as the server asks it."""
    return lambda: dialect.unseen(connection, user=user, lane=PUBLIC_LANE, floor=0, since=0, limit=LIMIT)


def on(stock: Stock, measure: Callable[[Connection], T]) -> T:
    """Run a measurement on a reader's connection of the server's own making."""
    with closing(stock.open()) as database:
        return database.read_now(measure)


def _look_up(connection: Connection, keys: list[int]) -> Any:
    return connection.execute(LOOK_UP, {f"key{number}": key for number, key in enumerate(keys)}).all()


def _obvious(stock: Stock, label: str, pool: Times, options: Options) -> Iterator[Figure]:
    add_plain_tables(stock)
    user = stock.user(WALL)
    rounds = 5 if options.quick else 20

    def measure(connection: Connection) -> dict[str, Times]:
        ours = [row.public_id for row in pool_query(connection, user)()]
        assert [str(row.id) for row in connection.execute(OBVIOUS, {"user": WALL, "limit": LIMIT})] == ours
        values = {"user": user, "limit": LIMIT}
        assert [row.public_id for row in connection.execute(NOT_EXISTS, values)] == ours
        return in_turns(
            {
                "obvious": lambda: connection.execute(OBVIOUS, {"user": WALL, "limit": LIMIT}).all(),
                "not exists": lambda: connection.execute(NOT_EXISTS, values).all(),
            },
            rounds,
            warm_up=1,
        )

    times = on(stock, measure)
    for what, rival, goal in (("obvious", "obvious query", ">= 1000"), ("not exists", "query by NOT EXISTS", None)):
        yield Figure(
            name=f"{label}, the {rival}, p50",
            value=times[what].p50,
            unit="us",
            rival="the pool query",
            rival_value=pool.p50,
            goal=goal,
        )


def _growth(stock: Stock, little: Stock, goal: str, rounds: int) -> Iterator[Figure]:
    """The two databases' connections are open at once, and asked in turns."""
    with closing(stock.open()) as large, closing(little.open()) as small:
        users = [part.user(WALL) for part in (stock, little)]
        times: dict[str, Times] = large.read_now(
            lambda of_large: small.read_now(
                lambda of_small: in_turns(
                    {"large": pool_query(of_large, users[0]), "small": pool_query(of_small, users[1])}, rounds
                )
            )
        )
    yield from beside(
        f"{stock.kind}, pool query of {WALL} at {stock.pieces:,} pieces",
        times["large"],
        f"{little.pieces:,} pieces",
        times["small"],
        {"p50": goal},
    )
