"""`GET next` over real sockets from a server on one core, beside fixed bodies of its size; two server processes on
PostgreSQL beside one. The load, and PostgreSQL, have the other cores. Turn by turn; medians of several turns.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from kiosk.server import store_people
from tests.bench.dataset import GAPPED, KINDS, POSTGRESQL, Stock, stocked
from tests.bench.harness import Figure, Options
from tests.bench.load import Load, load
from tests.bench.postgres_server import keep_to
from tests.bench.server_process import DOOR_PATH, FIXED_PATH, running

NAME = "http"
NEXT_PATH = "/api/artworks/next?limit=20"
CONNECTIONS = 8
TOKEN = "bench-http"


def run(options: Options) -> Iterable[Figure]:
    """Yields requests a second of one server on each database, then of two."""
    cores = sorted(os.sched_getaffinity(0))
    seconds, turns = (1.0, 2) if options.quick else (4.0, 5)
    for kind in KINDS:
        stock = stocked(options, kind)
        _add_display(stock)
        if kind == POSTGRESQL:
            keep_to(options, cores[1:] or cores)
        yield from _one(stock, cores, seconds, turns)
        if kind == POSTGRESQL:
            yield from _two(stock, cores, seconds, turns)
            keep_to(options, cores)


def _one(stock: Stock, cores: Sequence[int], seconds: float, turns: int) -> Iterator[Figure]:
    with running(stock, cores=cores[:1]) as server:
        ours = [(server.port, NEXT_PATH, TOKEN)]
        size = load(ours, connections=1, seconds=0.5).body_bytes
        door = [(server.port, f"{DOOR_PATH}{size}", TOKEN)]
        with running(stock, cores=cores[:1], fixed_bytes=size) as plain:
            bare = [(plain.port, FIXED_PATH, TOKEN)]
            loads = _in_turns(
                {
                    "next": lambda: load(ours, connections=CONNECTIONS, seconds=seconds),
                    "door": lambda: load(door, connections=CONNECTIONS, seconds=seconds),
                    "bare": lambda: load(bare, connections=CONNECTIONS, seconds=seconds),
                },
                turns,
            )
    label = f"{stock.kind}, {stock.pieces:,} pieces, GET next on one core"
    for rival, name, goal in (
        ("door", f"a fixed body of its {size:,} bytes behind the same door: token, log, figures", ">= 0.33"),
        ("bare", "such a body by FastAPI and uvicorn alone", None),
    ):
        yield Figure(
            name=label,
            value=_rate(loads["next"]),
            unit="requests/s",
            rival=name,
            rival_value=_rate(loads[rival]),
            goal=goal,
        )
    took_ms, door_ms = ([ms for one in loads[name] for ms in one.took_ms] for name in ("next", "door"))
    yield Figure(
        name=f"{label}, median of {CONNECTIONS} connections",
        value=median(took_ms),
        unit="ms",
        rival="the fixed body behind the same door",
        rival_value=median(door_ms),
    )


def _two(stock: Stock, cores: Sequence[int], seconds: float, turns: int) -> Iterator[Figure]:
    """Each server has a core when there are two; the load and PostgreSQL share what is left, or all."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="kiosk-bench-")))
        servers = [
            stack.enter_context(running(stock, data_dir=folder / str(number), cores=[cores[number % len(cores)]]))
            for number in range(2)
        ]
        targets = [(server.port, NEXT_PATH, TOKEN) for server in servers]
        loads = _in_turns(
            {
                "one": lambda: load(targets[:1], connections=2 * CONNECTIONS, seconds=seconds),
                "two": lambda: load(targets, connections=CONNECTIONS, seconds=seconds),
            },
            turns,
        )
    yield Figure(
        name=f"{stock.kind}, GET next, two server processes on a machine of {len(cores)} cores",
        value=_rate(loads["two"]),
        unit="requests/s",
        rival="one server process",
        rival_value=_rate(loads["one"]),
        goal=">= 1.7 with a core for each, the load and PostgreSQL",
    )


def _in_turns(contestants: Mapping[str, Callable[[], Load]], turns: int) -> dict[str, list[Load]]:
    loads: dict[str, list[Load]] = {name: [] for name in contestants}
    for _ in range(turns):
        for name, contestant in contestants.items():
            one = contestant()
            if one.failed:
                raise AssertionError(f"{one.failed} of the answers of {name} were no 200")
            loads[name].append(one)
    return loads


def _rate(loads: Sequence[Load]) -> float:
    return median(one.per_s for one in loads)


def _add_display(stock: Stock) -> None:
    """Give the user with a gapped history a display with a token of our choosing."""

    def add(connection: Connection) -> None:
        store_people.add_device(connection, name="bench", user=GAPPED, token=TOKEN, now_ms=stock.now_ms)

    with closing(stock.open()) as database:
        database.write_now(add)
