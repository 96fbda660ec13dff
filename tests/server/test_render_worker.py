"""Fleets: several servers and render workers on one PostgreSQL, real processes, and whichever of them is killed."""

import asyncio
import hashlib
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from kiosk import __version__
from kiosk.app.clock import SystemClock
from kiosk.cli.main import main
from kiosk.domain.errors import KioskError
from kiosk.protocol.artworks import GenerateRequest
from kiosk.server.moments import to_ms
from kiosk.server.render_worker import render_until
from kiosk.server.rules import BUCKET_MS
from kiosk.server.wiring import open_services
from tests.fakes.clock import FakeClock
from tests.server.harness import DEADLINE_S, Painter, options_on, until
from tests.server.postgres import MIGRATED, Cluster
from tests.server.providers.openai_service import KEY, openai_service
from tests.server.test_main import ROOT, START_LIMIT_S, Process, process_on
from tests.server.test_renderers import is_alive

SMALL = ("--piece-size", "96x54")
ENDLESS = ("--piece-size", "9000x9000")  # takes far longer than it takes to notice that it is in work
LEASE = ("--lease-s", "9")  # no process here is kept from renewing its own for the six seconds that it may be late
DRAWN_WITHIN_S = 90
ASKED_WITHIN_S = 20.0
EVERYTHING_S = 400  # a handful of processes one after the other, on a slow machine


@dataclass
class Fleet:
    """A migrated database and what the tests look up in it."""

    url: str

    def one(self, query: str) -> Any:
        """The one row of a query."""
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            return connection.execute(query.encode()).fetchone()

    def job_is(self, state: str) -> Callable[[], bool]:
        """A condition on the only job."""
        return lambda: self.one("SELECT state FROM jobs") == (state,)


@pytest.fixture
def fleet(postgres_cluster: Cluster) -> Iterator[Fleet]:
    """A database for several processes."""
    with postgres_cluster.database(MIGRATED) as url:
        yield Fleet(url)


@contextmanager
def server_on(folder: Path, fleet: Fleet, *arguments: str) -> Iterator[Process]:
    """Start a server of the fleet."""
    with process_on(folder, "--database-url", fleet.url, *LEASE, *arguments) as process:
        yield process


@contextmanager
def worker_on(folder: Path, fleet: Fleet, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start `python -m kiosk render-worker` and wait for its first line."""
    command = [sys.executable, "-m", "kiosk", "render-worker", "--json", "--data-dir", str(folder)]
    command += ["--database-url", fleet.url, *LEASE, *arguments]
    with (folder.parent / "worker.log").open("ab") as stderr:
        popen = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, cwd=ROOT, start_new_session=True)
    assert popen.stdout is not None
    watchdog = threading.Timer(START_LIMIT_S, popen.kill)
    watchdog.start()
    try:
        line = json.loads(popen.stdout.readline() or b"{}")
        assert line == {"pid": popen.pid, "workers": 1, "version": __version__}
        yield popen
    finally:
        watchdog.cancel()
        popen.kill()
        popen.wait()
        popen.stdout.close()


def wish(process: Process, key: str, wait_s: int = 0) -> httpx.Response:
    """Ask a server for a piece under an idempotency key."""
    headers = {"Idempotency-Key": key, "Prefer": f"wait={wait_s}"}
    with process.client() as client:
        return client.post("/api/generate-art", json={}, headers=headers, timeout=wait_s + DEADLINE_S)


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait for something to come true."""
    asyncio.run(until(condition, what))


@pytest.mark.timeout(EVERYTHING_S)
def test_render_workers_that_stop_or_are_killed_lose_nothing(fleet: Fleet, tmp_path: Path) -> None:
    """A server without renderers; a worker told to stop gives its job back, a killed one's lease runs out, a third
    makes the piece, once, and who waited at the server is told at once.
    """
    folder = tmp_path / "data"
    with server_on(folder, fleet, "--workers", "0") as server:
        assert server.children() == []
        assert wish(server, "a").status_code == 202
        with worker_on(folder, fleet, *ENDLESS) as worker:
            wait_for(fleet.job_is("running"), "the first has taken it")
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(DEADLINE_S) == 0
        assert fleet.one("SELECT state, attempts FROM jobs") == ("queued", 0)
        with worker_on(folder, fleet, *ENDLESS) as worker:
            wait_for(fleet.job_is("running"), "the second has taken it")
            worker.kill()
        with worker_on(folder, fleet, *SMALL):
            artwork = wish(server, "a", DRAWN_WITHIN_S).raise_for_status().json()["artwork"]
        with server.client() as client:
            data = client.get(artwork["imageUrl"]).content
            assert hashlib.sha256(data).hexdigest() == artwork["sha256"]
        assert fleet.one("SELECT state, attempts FROM jobs") == ("done", 2)
        assert fleet.one("SELECT count(*) FROM artworks WHERE lane = 0") == (1,)
        assert fleet.one("SELECT count(*) FROM events") == (1,)


@pytest.mark.timeout(EVERYTHING_S)
def test_a_server_killed_amid_a_job_loses_nothing(fleet: Fleet, tmp_path: Path) -> None:
    """`kill -9` of the server that took the wish and drew it: the repeat, at another, gets that job's piece."""
    with server_on(tmp_path / "first", fleet, "--workers", "1", *ENDLESS) as server:
        job_id = wish(server, "a").json()["jobId"]
        wait_for(fleet.job_is("running"), "it is in work")
        children = server.children()
        server.popen.kill()
    wait_for(lambda: not any(map(is_alive, children)), "its renderer is gone")
    with server_on(tmp_path / "second", fleet, "--workers", "1", *SMALL) as server:
        reply = wish(server, "a", DRAWN_WITHIN_S).raise_for_status().json()
    assert not reply["deduplicated"]
    assert fleet.one("SELECT id, attempts FROM jobs") == (job_id, 2)
    assert fleet.one("SELECT count(*) FROM artworks WHERE lane = 0") == (1,)


@pytest.mark.timeout(EVERYTHING_S)
@pytest.mark.anyio
async def test_fifty_equal_wishes_at_two_servers_make_one_piece(fleet: Fleet, tmp_path: Path) -> None:
    """25 at each of two servers, at once: one piece and one body. Both end when told."""
    with (
        server_on(tmp_path / "first", fleet, "--workers", "1", *SMALL) as first,
        server_on(tmp_path / "second", fleet, "--workers", "0") as second,
    ):
        with first.client() as client:
            session = client.get("/api/artworks/next").json()["sessionId"]
        left_s = (BUCKET_MS - to_ms(SystemClock().now()) % BUCKET_MS) / 1_000
        if left_s < ASKED_WITHIN_S:
            await asyncio.sleep(left_s)  # equal wishes are one within a minute of the clock

        async def ask(server: Process) -> list[httpx.Response]:
            headers = {"Authorization": f"Bearer {server.endpoint['deviceToken']}", "Prefer": "wait=100"}
            async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=110, trust_env=False) as client:
                body = {"sessionId": session}
                return await asyncio.gather(*(client.post("/api/generate-art", json=body) for _ in range(25)))

        replies = [reply for group in await asyncio.gather(ask(first), ask(second)) for reply in group]
        for server in (first, second):
            server.popen.send_signal(signal.SIGTERM)
            assert server.popen.wait(DEADLINE_S) == 0
    assert {reply.status_code for reply in replies} == {200}
    told = [reply.json() for reply in replies]
    late = [body.pop("deduplicated") for body in told]  # on a busy machine one may ask when the piece is there already
    assert told == [told[0]] * 50
    assert not all(late)
    assert fleet.one("SELECT count(*), sum(repeats) FROM jobs") == (1, 49)
    assert fleet.one("SELECT count(*) FROM artworks WHERE lane = 0") == (1,)


@pytest.mark.anyio
async def test_a_worker_asks_a_slow_service_for_the_next_piece_as_well(fleet: Fleet, tmp_path: Path) -> None:
    """One renderer, and a service that keeps the first order waiting: the second job is done meanwhile."""
    clock, stop = FakeClock(), asyncio.Event()
    with open_services(options_on(tmp_path / "server", database_url=fleet.url), clock=clock) as services:
        for number in range(2):
            wish = GenerateRequest(music_info={"seed": number})
            await services.generation.submit(wish, user_id=1, idempotency_key=None)
    async with openai_service() as service, asyncio.TaskGroup() as group:
        service.gate = asyncio.Event()
        outside = {"provider": "openai", "provider_url": service.url, "provider_key": KEY}
        options = options_on(tmp_path / "worker", database_url=fleet.url, **outside)
        group.create_task(render_until(options, stop=stop, clock=clock, renderer=Painter(), on_ready=lambda: None))
        await until(lambda: fleet.one("SELECT count(*) FROM jobs WHERE state = 'done'") == (1,), "one is painted")
        assert fleet.one("SELECT count(*) FROM jobs WHERE state = 'running'") == (1,)
        service.gate.set()
        await until(lambda: fleet.one("SELECT count(*) FROM jobs WHERE state = 'done'") == (2,), "both are painted")
        stop.set()
    assert len(service.requests) == 2


@pytest.mark.parametrize("version", ["0001", "9999", None])
@pytest.mark.anyio
async def test_another_schema_is_refused(postgres_cluster: Cluster, tmp_path: Path, version: str | None) -> None:
    """A database that is older, newer or empty is one clear line, and stays as it is."""
    with postgres_cluster.database(MIGRATED if version else "template0") as url:
        if version:
            with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
                connection.execute("UPDATE alembic_version SET version_num = %s", [version])
        with pytest.raises(KioskError, match=r"is older|newer version|has no tables"):
            await render_until(
                options_on(tmp_path, database_url=url),
                stop=asyncio.Event(),
                clock=FakeClock(),
                renderer=Painter(),
                on_ready=lambda: pytest.fail("it started"),
            )


@pytest.mark.parametrize(
    "arguments",
    [
        ["render-worker"],
        ["render-worker", "--database-url", "sqlite:///a.db"],
        ["render-worker", "--workers", "0"],
        ["serve", "--workers", "0"],
        ["serve", "--workers", "0", "--database-url", "sqlite:///a.db"],
    ],
)
def test_a_wall_on_sqlite_draws_for_itself(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Renderers elsewhere, or none at all, on SQLite: wrong usage, one line."""
    assert main([*arguments, "--data-dir", str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
