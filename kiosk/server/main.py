"""How the server starts, runs and ends: `serve` for a process of its own, `open_app` inside another command.

1 hold the data folder, bring the database up to date   2 bind the port   3 start generation, heartbeats, upkeep
4 answer, write endpoint.json, print the first line     5 on SIGTERM, SIGINT or the end of a child's standard input:
end streams, finish requests (2 s), put jobs back, end renderers, remove endpoint.json.
"""

import asyncio
import gc
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial

from starlette.types import ASGIApp

from kiosk import __version__
from kiosk.domain.errors import UsageError
from kiosk.domain.masking import Mask, secrets_in
from kiosk.domain.ports import Clock
from kiosk.server import logs
from kiosk.server.api.app import create_app
from kiosk.server.clock import SystemClock
from kiosk.server.lifeline import read_token, watch_stdin
from kiosk.server.listening import bind, make_server
from kiosk.server.opening import sqlite_file
from kiosk.server.options import ServerOptions
from kiosk.server.renderers import Renderer, RendererPool
from kiosk.server.wiring import Services, open_services, run_background
from kiosk.storage.folder import DataFolder, write_atomically

__all__ = ["ServerOptions", "open_app", "serve", "serve_until"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenedApp:
    """The API on a data folder, in this process, with the tokens that hold while it is open."""

    app: ASGIApp
    admin_token: str
    device_token: str


def serve(options: ServerOptions) -> int:
    """Serve until told to stop; return 0. Raises KioskError with one clear line when it cannot start."""
    if not options.workers and (not options.database_url or sqlite_file(options.database_url) is not None):
        raise UsageError(
            "A server on SQLite draws its pieces itself: it needs at least one worker.",
            hint="Only servers on PostgreSQL can leave that to `kiosk render-worker`.",
        )
    token = read_token() if options.child else None
    set_up_logging(options, token)
    workers = min(options.workers, os.cpu_count() or 1)
    collect_seldom()
    asyncio.run(_serve(replace(options, workers=workers), token))
    return 0


def collect_seldom() -> None:
    """Have the garbage collector look less often, and never at what is loaded by now.

    Thousands of open streams are hundreds of thousands of objects that stay: looking through them as often as Python
    does by itself takes a fifth of a busy server's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 100)


@contextmanager
def open_app(options: ServerOptions, *, clock: Clock | None = None) -> Iterator[OpenedApp]:
    """Hold the data folder and yield the API on it, for calls in this process; nothing runs beside them."""
    with open_services(options, clock=clock or SystemClock()) as services:
        yield OpenedApp(create_app(services), services.admin_token, services.device_token)


async def serve_until(
    options: ServerOptions,
    *,
    stop: asyncio.Event,
    clock: Clock,
    renderer: Renderer | None,
    device_token: str | None = None,
    on_ready: Callable[[Services, str], None],
) -> None:
    """Serve until `stop` is set; `on_ready` gets the services and the URL once it answers. Closes `renderer`."""
    try:
        with open_services(options, clock=clock, device_token=device_token) as services, bind(options) as listener:
            server = make_server(
                create_app(services),
                on_started=lambda: on_ready(services, listener.url),
                trusted_proxy=options.trusted_proxy,
            )
            async with run_background(services, renderer):
                async with asyncio.TaskGroup() as group:
                    stopping = group.create_task(_stop_when(stop, services, server.stop))
                    await server.serve(sockets=[listener.socket])
                    stopping.cancel()
                services.broker.close()
    finally:
        if renderer is not None:
            await asyncio.to_thread(renderer.close)


async def _serve(options: ServerOptions, token: str | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if options.child:
        watch_stdin(partial(loop.call_soon_threadsafe, stop.set))
    endpoint = DataFolder(options.data_dir).server_dir / "endpoint.json"

    def announce(services: Services, url: str) -> None:
        tokens = {"adminToken": services.admin_token, "deviceToken": services.device_token}
        write_atomically(endpoint, json.dumps({"url": url, "pid": os.getpid(), **tokens}).encode())
        line = {"url": url, "version": __version__, "pid": os.getpid()}
        with suppress(BrokenPipeError):
            print(json.dumps(line) if options.json else f"Serving on {url} (process {os.getpid()})", flush=True)  # noqa: T201

    try:
        await serve_until(
            options,
            stop=stop,
            clock=SystemClock(),
            renderer=RendererPool(options.workers) if options.workers else None,
            device_token=token,
            on_ready=announce,
        )
    finally:
        _remove_own(endpoint)


async def _stop_when(stop: asyncio.Event, services: Services, stop_server: Callable[[], None]) -> None:
    await stop.wait()
    services.broker.close()
    stop_server()


def _remove_own(endpoint: os.PathLike[str]) -> None:
    """Remove endpoint.json, but not that of another server which found the folder free meanwhile."""
    with suppress(OSError, ValueError, KeyError), open(endpoint, "rb") as file:  # noqa: PTH123
        if json.load(file)["pid"] == os.getpid():
            os.unlink(endpoint)  # noqa: PTH108


def set_up_logging(options: ServerOptions, token: str | None = None) -> None:
    """Log to stderr as the options say, without their secrets.

    A display's own server writes into the display's log: text, and no line for each of its many requests.
    """
    urls = (options.database_url, options.redis_url, options.listen_url, options.images_url)
    mask = Mask([*secrets_in(urls, os.environ), token or "", options.provider_key])
    as_text = options.child or sys.stderr.isatty()
    logs.set_up(
        options.log_format or ("text" if as_text else "json"),
        sys.stderr,
        mask,
        verbose=options.verbose,
        with_access=not options.child,
    )
