"""One event to 5,000 streams: ms from the request that causes it to the last stream that has it; memory a connection.

The streams are read by processes of their own. An upload tells the displays of its user, a removal tells everybody;
here both concern every stream. The request's own time is in it: the picture checked, stored and committed.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx

from tests.bench.dataset import KINDS, empty
from tests.bench.harness import Figure, Options
from tests.bench.people import add_displays, token_of
from tests.bench.server_process import Running, raise_file_limit, running
from tests.server.harness import picture

NAME = "fanout"
STREAMS = 5_000
USER = "fanout"
PROCESSES = 2
PACE_PER_S = 400  # connections opened a second, by all processes together
WARM_UP = 50


def run(options: Options) -> Iterable[Figure]:
    """Yields, for each database: time to the last stream for both kinds of event, memory a connection."""
    streams = STREAMS // min(options.part, 10)
    rounds = 3 if options.quick else 10
    raise_file_limit()
    for kind in KINDS:
        with TemporaryDirectory(prefix="kiosk-bench-") as folder:
            stock = empty(options, kind, Path(folder))
            add_displays(stock, [USER], streams + WARM_UP)
            with running(stock) as server:
                yield from _of(server, kind, streams, rounds)


def _of(server: Running, kind: str, streams: int, rounds: int) -> Iterator[Figure]:
    with ExitStack() as stack:
        assert _line(stack.enter_context(_listening(server, streams, WARM_UP))) == "open"
        before_kb = server.resident_kb
        each = streams // PROCESSES
        listeners = [stack.enter_context(_listening(server, at * each, each)) for at in range(PROCESSES)]
        for listener in listeners:
            assert _line(listener) == "open"
        used_kb = server.resident_kb - before_kb
        client = stack.enter_context(
            httpx.Client(
                base_url=f"http://127.0.0.1:{server.port}",
                headers={"Authorization": f"Bearer {server.admin_token}"},
                timeout=30.0,
            )
        )
        uploads, removals, replies = [], [], []
        for number in range(rounds + 1):
            piece, took_ms, reply_ms = _upload(client, number, listeners)
            removed_ms = _remove(client, piece, listeners)
            if number:
                uploads.append(took_ms)
                replies.append(reply_ms)
                removals.append(removed_ms)
    label = f"{kind}, one event to {streams:,} streams"
    yield Figure(
        name=f"{label}, from the upload to the last, median",
        value=median(uploads),
        unit="ms",
        rival="the upload's own reply",
        rival_value=median(replies),
        goal="<= 150",
    )
    yield Figure(name=f"{label}, from the upload to the last, worst", value=max(uploads), unit="ms", goal="<= 150")
    yield Figure(name=f"{label}, from a removal to the last, median", value=median(removals), unit="ms", goal="<= 150")
    yield Figure(name=f"{kind}, memory a stream", value=used_kb * 1.024 / streams, unit="kB", goal="<= 25")


@contextmanager
def _listening(server: Running, first: int, count: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.bench.fleet.listeners", str(server.port), USER, str(first), str(count)]
    process = subprocess.Popen(
        [*command, str(PACE_PER_S // PROCESSES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def _upload(client: httpx.Client, number: int, listeners: list[subprocess.Popen[str]]) -> tuple[str, float, float]:
    begun_ns = time.monotonic_ns()
    reply = client.post(
        "/api/artworks",
        files={"file": ("picture.jpg", picture(number), "image/jpeg")},
        headers={"Authorization": f"Bearer {token_of(USER, 0)}"},
    )
    reply_ms = (time.monotonic_ns() - begun_ns) / 1e6
    assert reply.status_code == 201, reply.text
    return reply.json()["id"], _last_ms(begun_ns, listeners), reply_ms


def _remove(client: httpx.Client, piece: str, listeners: list[subprocess.Popen[str]]) -> float:
    begun_ns = time.monotonic_ns()
    assert client.delete(f"/api/artworks/{piece}").status_code == 204
    return _last_ms(begun_ns, listeners)


def _last_ms(begun_ns: int, listeners: list[subprocess.Popen[str]]) -> float:
    last_ns: int = max(json.loads(_line(listener))["lastNs"] for listener in listeners)
    return (last_ns - begun_ns) / 1e6


def _line(listener: subprocess.Popen[str]) -> str:
    assert listener.stdout is not None
    line = listener.stdout.readline().strip()
    if not line:
        raise OSError("the streams broke")
    return line
