"""Composition of the server: what it is made of, bottom up, and the tasks that run beside the API.

`open_services` is synchronous and starts nothing, so that a command can use the API on a data folder where no server
runs; `run_background` is what a real server adds.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from kiosk.domain.ports import Clock
from kiosk.server import retention, store_people
from kiosk.server.auth import WRONG_MAX, WRONG_WINDOW_S, Authenticator, Principal
from kiosk.server.backup import clear_leftovers
from kiosk.server.broker import Broker
from kiosk.server.brokers import open_broker
from kiosk.server.database import Database
from kiosk.server.demo import seed_demo
from kiosk.server.ending import end
from kiosk.server.fan_out import FanOut
from kiosk.server.figures import Reader
from kiosk.server.gate import Gate
from kiosk.server.image_stores import open_store
from kiosk.server.images import ImageStore
from kiosk.server.images_counted import CountedImages
from kiosk.server.job_queue import JobQueue
from kiosk.server.job_queues import open_queue
from kiosk.server.job_upkeep import JobUpkeep
from kiosk.server.jobs import Generation
from kiosk.server.making import Maker, MakingRules
from kiosk.server.metrics import Metrics
from kiosk.server.moments import DAY_MS, HOUR_MS, MINUTE_MS, to_ms
from kiosk.server.opening import CorruptDatabase, move_aside, open_database, sqlite_file
from kiosk.server.options import ServerOptions
from kiosk.server.pairing import Pairing
from kiosk.server.providers.choosing import provider_of
from kiosk.server.renderers import Renderer
from kiosk.server.renderers_counted import CountedRenderer
from kiosk.server.retention_images import remove_oldest, sweep
from kiosk.server.rules import QueueRules
from kiosk.server.tries import Tries
from kiosk.storage.folder import DataFolder, exclusive_lock

log = logging.getLogger(__name__)

UPLOADS_MAX = 20
VISITORS_MAX = 50
UPKEEP_EVERY_S = 60.0
RETENTION_EVERY_S = 3_600.0


@dataclass(frozen=True)
class Services:
    """Everything the API calls."""

    options: ServerOptions
    rules: QueueRules
    clock: Clock
    database: Database
    images: ImageStore
    broker: Broker
    fan_out: FanOut
    job_queue: JobQueue
    job_upkeep: JobUpkeep
    generation: Generation
    metrics: Metrics
    figures: Reader
    authenticator: Authenticator
    wrong_tokens: Tries
    pairing: Pairing
    picture_gate: Gate  # one picture from outside is in memory at a time
    page_gate: Gate  # and one that is made small for a visitor's page
    admin_token: str
    device_token: str

    def now_ms(self) -> int:
        """Return the server's time, in milliseconds since 1970."""
        return to_ms(self.clock.now())


def rules_of(options: ServerOptions) -> QueueRules:
    """Return the queue rules the options ask for."""
    return QueueRules(
        fresh_ttl_ms=round(options.fresh_ttl_min * MINUTE_MS),
        session_ttl_ms=round(options.session_ttl_h * HOUR_MS),
        cooldown_ms=round(options.cooldown_d * DAY_MS),
        created_cutoff_ms=round(options.created_cutoff_d * DAY_MS) or None,
    )


def maker_of(services: Services, renderer: Renderer) -> Maker:
    """Return who makes pieces, with a renderer or with a service outside before it."""
    provider = provider_of(
        services.options,
        renderer=CountedRenderer(renderer, services.metrics, services.clock),
        database=services.database,
        clock=services.clock,
        meter=services.metrics.providers,
    )
    return Maker(
        database=services.database,
        images=services.images,
        broker=services.broker,
        clock=services.clock,
        queue=services.job_queue,
        provider=provider,
        queue_rules=services.rules,
        rules=MakingRules(*services.options.piece_size, lease_s=services.options.lease_s),
    )


@contextmanager
def open_services(options: ServerOptions, *, clock: Clock, device_token: str | None = None) -> Iterator[Services]:
    """Hold the data folder and yield the services on it; `device_token` is made up when None.

    Raises AlreadyRunning, DataFolderError or KioskError with one clear line.
    """
    folder = DataFolder(options.data_dir)
    folder.ensure_writable()
    folder.server_dir.mkdir(mode=0o700, exist_ok=True)
    with exclusive_lock(folder.server_dir / "server.lock", held_by="a server"):
        clear_leftovers(folder.server_dir)
        database = _open(options, folder)
        try:
            yield _build(options, clock, database, folder, device_token or secrets.token_urlsafe(32))
        finally:
            database.close()


@asynccontextmanager
async def run_background(services: Services, renderer: Renderer | None) -> AsyncIterator[None]:
    """Run generation, heartbeats and upkeep for the life of the block; streams end with it."""
    await services.job_upkeep.recover()
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(services.broker.run()),
            group.create_task(services.fan_out.run()),
            group.create_task(_every(services, services.options.heartbeat_s, _beat)),
            group.create_task(_every(services, services.options.lease_s / 3, _mend_jobs)),
            group.create_task(_every(services, UPKEEP_EVERY_S, _upkeep)),
            group.create_task(_every(services, RETENTION_EVERY_S, _tidy_images)),
        ]
        if renderer is not None:
            if services.options.warm_up:
                tasks.append(group.create_task(renderer.start()))
            make = maker_of(services, renderer).make
            tasks.append(group.create_task(services.job_queue.work(make, workers=services.options.jobs_at_once)))
        try:
            yield
        finally:
            services.broker.close()
            await end(*tasks)


def _build(options: ServerOptions, clock: Clock, database: Database, folder: DataFolder, device_token: str) -> Services:
    rules = rules_of(options)
    metrics = Metrics(clock, database="postgresql" if database.is_shared else "sqlite")
    database.meter = metrics.meter
    images = CountedImages(open_store(options.images_url, folder.server_dir / "images"), metrics.count_image_error)
    broker = open_broker(options, database, clock)
    queue = open_queue(options, database, clock)
    now_ms = to_ms(clock.now())
    user_id, device_id = database.write_now(
        lambda connection: store_people.ensure_default_people(connection, now_ms=now_ms)
    )
    if options.with_demo:
        seed_demo(database, images)
    admin_token = secrets.token_urlsafe(32)
    run_tokens = {
        store_people.hash_token(device_token): Principal(user_id, device_id, is_local=True),
        store_people.hash_token(admin_token): Principal(user_id, None, is_admin=True, is_local=True),
    }
    return Services(
        options=options,
        rules=rules,
        clock=clock,
        database=database,
        images=images,
        broker=broker,
        fan_out=FanOut(database=database, broker=broker, clock=clock, metrics=metrics),
        job_queue=queue,
        job_upkeep=JobUpkeep(database=database, broker=broker, queue=queue, clock=clock),
        generation=Generation(database=database, broker=broker, queue=queue, clock=clock),
        metrics=metrics,
        figures=Reader(database, clock),
        authenticator=Authenticator(database, clock, run_tokens),
        wrong_tokens=Tries(clock, limit=WRONG_MAX, window_s=WRONG_WINDOW_S),
        pairing=Pairing(database, clock),
        picture_gate=Gate(UPLOADS_MAX),
        page_gate=Gate(VISITORS_MAX),
        admin_token=admin_token,
        device_token=device_token,
    )


def _open(options: ServerOptions, folder: DataFolder) -> Database:
    """A wall's own server goes on with a new database where the old one is damaged; any other leaves that to people."""
    file = sqlite_file(options.database_url) if options.database_url else folder.server_dir / "kiosk.db"
    if file is None:
        return open_database(options.database_url)
    try:
        return open_database(file)
    except CorruptDatabase as error:
        if not options.child:
            raise
        log.warning("%s It is kept as %s, and a new one is begun.", error.message, move_aside(file))
        return open_database(file)


async def _every(services: Services, seconds: float, act: Callable[[Services], Awaitable[None]]) -> None:
    while True:
        await services.clock.sleep(seconds)
        try:
            await act(services)
        except (OperationalError, OSError) as error:  # the database or the disk, not the program: a line is enough
            told = str(getattr(error, "orig", error)).strip().partition("\n")[0]
            log.warning("%s has to wait: %s", act.__name__.strip("_"), told)
        except SQLAlchemyError:
            log.exception("%s failed", act.__name__.strip("_"))


async def _beat(services: Services) -> None:
    services.broker.beat()


async def _tidy_images(services: Services) -> None:
    if services.options.generated_max_mb:
        removed = await remove_oldest(
            services.database,
            services.images,
            max_bytes=services.options.generated_max_mb * 1_000_000,
            now_ms=services.now_ms(),
        )
        if removed:
            services.broker.publish(None)
    await sweep(services.database, services.images, now_ms=services.now_ms())


async def _mend_jobs(services: Services) -> None:
    await services.job_upkeep.mend()


async def _upkeep(services: Services) -> None:
    services.metrics.judge()
    limits = retention.Limits.at(services.now_ms(), plays_kept_d=services.options.plays_kept_d)
    await retention.purge(services.database, limits)
