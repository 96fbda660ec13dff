"""A year of plays: seconds until the last byte of each kind of report has come, over a real socket.

Three displays, 2,000 pieces, a million sums of days with ten plays each. The rival is the same report of one day.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx

from tests.bench.dataset import KINDS, empty
from tests.bench.harness import Figure, Options
from tests.bench.server_process import Running, running
from tests.server.play_year import fill_year

NAME = "report"
ROWS = 1_000_000
PLAYS_A_ROW = 10
YEAR = {"from": "2025-01-01", "to": "2026-01-01"}
DAY = {"from": "2025-06-01", "to": "2025-06-02"}
REPORTS = (("artwork", "json"), ("artwork", "csv"), ("artist", "json"), ("display", "json"), ("day", "json"))


def run(options: Options) -> Iterable[Figure]:
    """Yields the seconds of each report of the year, on each database."""
    rows = ROWS // options.part
    for kind in KINDS:
        with TemporaryDirectory(prefix="kiosk-bench-") as folder:
            stock = empty(options, kind, Path(folder))
            with closing(stock.open()) as database:
                plays = database.write_now(lambda at: fill_year(at, rows=rows, plays_a_row=PLAYS_A_ROW))
            with running(stock) as server:
                yield from _of(server, f"{kind}, a year of {plays:,} plays", 3 if options.quick else 9)


def _of(server: Running, label: str, turns: int) -> Iterator[Figure]:
    with httpx.Client(
        base_url=f"http://127.0.0.1:{server.port}",
        headers={"Authorization": f"Bearer {server.admin_token}"},
        timeout=60.0,
    ) as client:
        for by, form in REPORTS:
            year, day = ([_seconds(client, period, by, form) for _ in range(turns)] for period in (YEAR, DAY))
            yield Figure(
                name=f"{label}, by {by} as {form}",
                value=median(year),
                unit="s",
                rival="one day of it",
                rival_value=median(day),
                goal="<= 1",
            )


def _seconds(client: httpx.Client, period: dict[str, str], by: str, form: str) -> float:
    begun_s = time.perf_counter()
    client.get("/api/report", params={**period, "by": by, "format": form}).raise_for_status()
    return time.perf_counter() - begun_s
