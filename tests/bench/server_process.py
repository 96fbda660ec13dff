"""A server in a process of its own, as `kiosk serve` runs it but for the renderer, which paints at once.

It has one call more, `DOOR_PATH`. `--fixed N` serves nothing but a body of N bytes, by FastAPI and uvicorn alone.

Its counterpart in the benches is `running`, which starts one and waits for its first line.
"""

import argparse
import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import APIRouter, FastAPI, Response

from kiosk.domain.masking import Mask
from kiosk.server import logs
from kiosk.server.api.app import create_app
from kiosk.server.api.callers import Caller, CallerFirst
from kiosk.server.clock import SystemClock
from kiosk.server.lifeline import watch_stdin
from kiosk.server.listening import Listener, Server, bind, make_server
from kiosk.server.main import collect_seldom
from kiosk.server.options import ServerOptions
from kiosk.server.wiring import open_services, run_background
from kiosk.storage.folder import DataFolder
from tests.bench.dataset import Stock
from tests.server.harness import Painter

FIXED_PATH = "/fixed"
DOOR_PATH = "/api/fixed/"
_door = APIRouter(route_class=CallerFirst)


@_door.get(DOOR_PATH + "{size}")
async def behind_the_door(principal: Caller, size: int) -> Response:
    """Answer whoever has a token with so many bytes: all that a call costs but what it is for."""
    del principal
    return Response(b"x" * size, media_type="application/json")


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: where, and the tokens of its run (empty for one of a fixed body)."""

    port: int
    pid: int
    admin_token: str
    device_token: str

    @property
    def resident_kb(self) -> int:
        """Its resident memory."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    @property
    def cpu_s(self) -> float:
        """The CPU time it has used, all threads together."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(
    stock: Stock,
    *,
    data_dir: Path | None = None,
    cores: Collection[int] = (),
    fixed_bytes: int = 0,
) -> Iterator[Running]:
    """Run a server on a filled database for the block, on these cores only (default: all)."""
    command = [sys.executable, "-m", "tests.bench.server_process", str(data_dir or stock.data_dir)]
    command += ["--database-url", stock.database_url, "--fixed", str(fixed_bytes)]
    command += ["--images", stock.images.as_uri(), "--cores", *map(str, cores)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise OSError("the server did not start")
        yield Running(**json.loads(line))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM, or until standard input ends: whoever started us is gone. The first line says where."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--database-url", default="")
    parser.add_argument("--images", default="")
    parser.add_argument("--cores", type=int, nargs="*", default=[])
    parser.add_argument("--fixed", type=int, default=0)
    asked = parser.parse_args(arguments)
    if asked.cores:
        os.sched_setaffinity(0, asked.cores)
    raise_file_limit()
    DataFolder(asked.data_dir).server_dir.mkdir(parents=True, exist_ok=True)
    options = ServerOptions(
        data_dir=asked.data_dir,
        database_url=asked.database_url,
        images_url=asked.images,
        with_demo=False,
        piece_size=(16, 9),
    )
    collect_seldom()
    asyncio.run(_serve_fixed(options, asked.fixed) if asked.fixed else _serve(options))


def raise_file_limit() -> None:
    """Let this process hold as many connections as it may."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _serve(options: ServerOptions) -> None:
    written_to = (DataFolder(options.data_dir).server_dir / "log").open("w", buffering=1)
    logs.set_up("json", written_to, Mask([]))
    with open_services(options, clock=SystemClock()) as services, bind(options) as listener:
        app = create_app(services)
        app.include_router(_door)
        server = make_server(
            app, on_started=lambda: _announce(listener.url, services.admin_token, services.device_token)
        )
        async with run_background(services, Painter()):
            await _until_sigterm(server, listener, services.broker.close)


async def _serve_fixed(options: ServerOptions, size: int) -> None:
    body = b"x" * size
    app = FastAPI(docs_url=None, redoc_url=None)

    @app.get(FIXED_PATH)
    async def fixed() -> Response:
        return Response(body, media_type="application/json")

    with bind(options) as listener:
        server = make_server(app, on_started=lambda: _announce(listener.url, "", ""))
        await _until_sigterm(server, listener, lambda: None)


async def _until_sigterm(server: Server, listener: Listener, end_streams: Callable[[], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    watch_stdin(partial(loop.call_soon_threadsafe, stop.set))
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve(sockets=[listener.socket]))
        await stop.wait()
        end_streams()
        server.stop()
        await serving


def _announce(url: str, admin_token: str, device_token: str) -> None:
    port = int(url.rpartition(":")[2])
    line = {"port": port, "pid": os.getpid(), "admin_token": admin_token, "device_token": device_token}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
