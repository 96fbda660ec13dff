"""A render worker: takes jobs from a fleet's database, draws them on this machine, and tells the servers.

It needs the database and the image store of the servers, and nothing of their data folders. What it is killed over is
made by another; on SIGTERM or SIGINT it gives its jobs back. The same parts draw inside a server (`wiring`).
"""

import asyncio
import json
import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError

from kiosk import __version__
from kiosk.domain.errors import UsageError
from kiosk.domain.ports import Clock
from kiosk.server.brokers import open_broker
from kiosk.server.clock import SystemClock
from kiosk.server.database import Database
from kiosk.server.ending import end
from kiosk.server.image_stores import open_store
from kiosk.server.job_queues import open_queue
from kiosk.server.job_upkeep import JobUpkeep
from kiosk.server.main import set_up_logging
from kiosk.server.making import Maker, MakingRules
from kiosk.server.meter_providers import ProviderMeter
from kiosk.server.opening import open_current, sqlite_file
from kiosk.server.options import ServerOptions
from kiosk.server.providers.choosing import provider_of
from kiosk.server.renderers import Renderer, RendererPool
from kiosk.server.wiring import rules_of
from kiosk.storage.folder import DataFolder

log = logging.getLogger(__name__)


def render(options: ServerOptions) -> int:
    """Make pieces until told to stop; return 0. Raises KioskError with one clear line when it cannot start."""
    if not options.database_url or sqlite_file(options.database_url) is not None:
        raise UsageError(
            "Render workers take their jobs from a PostgreSQL database.",
            hint="Name it with --database-url. On SQLite the server draws itself: kiosk serve --workers N.",
        )
    set_up_logging(options)
    asyncio.run(_render(options))
    return 0


async def render_until(
    options: ServerOptions,
    *,
    stop: asyncio.Event,
    clock: Clock,
    renderer: Renderer,
    on_ready: Callable[[], None],
) -> None:
    """Make pieces until `stop` is set; `on_ready` is called once the database is open. Closes `renderer`."""
    folder = DataFolder(options.data_dir).server_dir / "images"
    try:
        with _opened(options.database_url) as database:
            broker = open_broker(options, database, clock)
            queue = open_queue(options, database, clock)
            upkeep = JobUpkeep(database=database, broker=broker, queue=queue, clock=clock)
            maker = Maker(
                database=database,
                images=open_store(options.images_url, folder),
                broker=broker,
                clock=clock,
                queue=queue,
                provider=provider_of(options, renderer=renderer, database=database, clock=clock, meter=ProviderMeter()),
                queue_rules=rules_of(options),
                rules=MakingRules(*options.piece_size, lease_s=options.lease_s),
            )
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(broker.run()),
                    group.create_task(renderer.start()),
                    group.create_task(_mend(upkeep, clock, options.lease_s / 3)),
                    group.create_task(queue.work(maker.make, workers=options.jobs_at_once)),
                ]
                on_ready()
                await stop.wait()
                await end(*tasks)
    finally:
        await asyncio.to_thread(renderer.close)


async def _render(options: ServerOptions) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if not options.images_url:
        folder = DataFolder(options.data_dir)
        folder.ensure_writable()
        log.info("images go to %s, which the servers must share: name their store otherwise", folder.server_dir)
    workers = min(options.workers, os.cpu_count() or 1)

    def announce() -> None:
        line = {"pid": os.getpid(), "workers": workers, "version": __version__}
        with suppress(BrokenPipeError):
            print(json.dumps(line) if options.json else f"Drawing with {workers} (process {os.getpid()})", flush=True)  # noqa: T201

    await render_until(
        replace(options, workers=workers),
        stop=stop,
        clock=SystemClock(),
        renderer=RendererPool(workers),
        on_ready=announce,
    )


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = open_current(url)
    try:
        yield database
    finally:
        database.close()


async def _mend(upkeep: JobUpkeep, clock: Clock, seconds: float) -> None:
    while True:
        try:
            await upkeep.mend()
        except (SQLAlchemyError, OSError):
            log.exception("jobs of dead workers could not be taken back")
        await clock.sleep(seconds)
