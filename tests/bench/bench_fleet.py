"""Fleets of 1,000 and 2,000 displays: what each call takes, and that nothing piles up meanwhile.

One server on SQLite, two on PostgreSQL. Ten displays share a user and its queue, on PostgreSQL half of them at either
server. Real sockets, a real display's pattern (`fleet.display`), images of 250 kB, in real time; art is painted at
once, as if renderers stood elsewhere. Servers, database and displays share the machine.
What piles up would show in calls of the last third being slower than those of the first.
"""

import io
import json
import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import pairwise, product
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from PIL import Image
from sqlalchemy import Connection, func, select

from kiosk.server.tables import jobs
from tests.bench.dataset import KINDS, SQLITE, Stock, stocked
from tests.bench.harness import Figure, Options
from tests.bench.people import add_displays, token_of
from tests.bench.server_process import Running, raise_file_limit, running

NAME = "fleet"
FLEETS = (1_000, 2_000)
EACH = 10
PROCESSES = 2
IMAGES = 20
KINDS_OF_CALL = ("next", "impressions", "image", "generate", "event")


def run(options: Options) -> Iterable[Figure]:
    """Yields, for each database: the rate, p50 and p99 of each call, growth, faults, jobs left over."""
    raise_file_limit()
    fleets, ramp_s, seconds = ((100,), 5.0, 20.0) if options.quick else (FLEETS, 40.0, 120.0)
    for kind, displays in product(KINDS, fleets):
        stock = stocked(options, kind)
        users = [f"fleet of {displays} {number}" for number in range(displays // EACH)]
        add_displays(stock, users, EACH)
        tokens = [token_of(user, number) for user in users for number in range(EACH)]
        with _servers(stock) as servers:
            images = _upload(servers[0], IMAGES)
            cpu_before_s = sum(server.cpu_s for server in servers)
            book = _live(servers, tokens, images, ramp_s, seconds)
            cpu_s = sum(server.cpu_s for server in servers) - cpu_before_s
        label = f"{kind}, {displays:,} displays"
        yield from _figures(label, book, ramp_s, seconds)
        yield Figure(name=f"{label}, the servers' share of a core", value=100 * cpu_s / (ramp_s + seconds), unit="%")
        yield Figure(name=f"{label}, jobs not done at the end", value=_open_jobs(stock), unit="jobs", goal="<= 3")


@contextmanager
def _servers(stock: Stock) -> Iterator[list[Running]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="kiosk-bench-")))
        yield [
            stack.enter_context(running(stock, data_dir=folder / str(number) if number else None))
            for number in range(1 if stock.kind == SQLITE else 2)
        ]


def _live(
    servers: Sequence[Running], tokens: Sequence[str], images: Sequence[str], ramp_s: float, seconds: float
) -> dict[str, list[Any]]:
    processes = []
    for seed in range(PROCESSES):
        part = tokens[seed::PROCESSES]
        port = servers[seed % len(servers)].port
        wanted = {"port": port, "tokens": part, "images": images, "pace": 1.0, "seed": seed}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.fleet.displays"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps({**wanted, "ramp_s": ramp_s, "seconds": seconds}))
        process.stdin.close()
        processes.append(process)
    book: dict[str, list[Any]] = {"calls": [], "faults": []}
    for process in processes:
        assert process.stdout is not None
        for name, entries in json.loads(process.stdout.read()).items():
            book[name] += entries
        process.wait()
    return book


def _figures(label: str, book: dict[str, list[Any]], ramp_s: float, seconds: float) -> Iterator[Figure]:
    calls: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for kind, at_s, took_ms in book["calls"]:
        if at_s > ramp_s:
            calls[kind].append((at_s, took_ms))
    for kind in KINDS_OF_CALL:
        met = calls[kind]
        if len(met) < 6:
            continue
        took_ms = [ms for _, ms in met]
        thirds = [[ms for at_s, ms in met if from_s < at_s <= to_s] for from_s, to_s in _thirds(ramp_s, seconds)]
        yield Figure(name=f"{label}, {kind}", value=len(met) / seconds, unit="a second")
        yield Figure(name=f"{label}, {kind}, p50", value=median(took_ms), unit="ms")
        yield Figure(name=f"{label}, {kind}, p99", value=quantiles(took_ms, n=100)[98], unit="ms")
        if thirds[0] and thirds[-1]:
            yield Figure(
                name=f"{label}, {kind}, median of the last third",
                value=median(thirds[-1]),
                unit="ms",
                rival="the first third",
                rival_value=median(thirds[0]),
                goal="no growth: <= 1.5",
            )
    faults = Counter(fault[:60] for fault in book["faults"])
    for fault, count in faults.most_common(5):
        print(f"{count} x {fault}", file=sys.stderr)
    yield Figure(name=f"{label}, faults", value=faults.total(), unit="calls", goal="<= 0")


def _thirds(ramp_s: float, seconds: float) -> list[tuple[float, float]]:
    marks = [ramp_s + seconds * third / 3 for third in range(4)]
    return list(pairwise(marks))


def _upload(server: Running, count: int) -> list[str]:
    """Add pictures of noise of about 250 kB each; return their hashes."""
    with httpx.Client(
        base_url=f"http://127.0.0.1:{server.port}",
        headers={"Authorization": f"Bearer {server.device_token}"},
        timeout=30.0,
    ) as client:
        hashes = []
        for number in range(count):
            buffer = io.BytesIO()
            noise = random.Random(number).randbytes(800 * 450 * 3)
            Image.frombytes("RGB", (800, 450), noise).save(buffer, "JPEG", quality=80)
            reply = client.post("/api/artworks", files={"file": ("noise.jpg", buffer.getvalue(), "image/jpeg")})
            hashes.append(str(reply.raise_for_status().json()["sha256"]))
        return hashes


def _open_jobs(stock: Stock) -> int:
    def count(connection: Connection) -> int:
        waiting = select(func.count()).select_from(jobs).where(jobs.c.state.in_(["queued", "running"]))
        return int(connection.execute(waiting).scalar_one())

    with closing(stock.open()) as database:
        return database.read_now(count)
