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
from pathlib import Path

from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import SQLAlchemyError

from kiosk.domain.errors import KioskError
from kiosk.domain.ports import Clock
from kiosk.server import store_events, store_people
from kiosk.server.auth import Authenticator, Principal, WrongTokens
from kiosk.server.broker import Broker
from kiosk.server.database import CorruptDatabase, Database, move_aside, open_database
from kiosk.server.demo import seed_demo
from kiosk.server.images import ImageFolder
from kiosk.server.jobs import Generation, PieceSize
from kiosk.server.metrics import Metrics
from kiosk.server.moments import DAY_MS, HOUR_MS, MINUTE_MS, to_ms
from kiosk.server.options import ServerOptions
from kiosk.server.renderers import Renderer
from kiosk.server.rules import QueueRules
from kiosk.server.tables import fresh_shown, now_playing
from kiosk.storage.folder import DataFolder, exclusive_lock

log = logging.getLogger(__name__)

UPKEEP_EVERY_S = 60.0
EVENTS_KEPT_MS = 7 * DAY_MS


@dataclass(frozen=True)
class Services:
    """Everything the API calls."""

    options: ServerOptions
    rules: QueueRules
    clock: Clock
    database: Database
    images: ImageFolder
    broker: Broker
    generation: Generation
    metrics: Metrics
    authenticator: Authenticator
    wrong_tokens: WrongTokens
    picture_gate: asyncio.Semaphore  # one picture from outside is decoded at a time: memory stays bounded
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


@contextmanager
def open_services(options: ServerOptions, *, clock: Clock, device_token: str | None = None) -> Iterator[Services]:
    """Hold the data folder and yield the services on it; `device_token` is made up when None.

    Raises AlreadyRunning, DataFolderError or KioskError with one clear line.
    """
    folder = DataFolder(options.data_dir)
    folder.ensure_writable()
    folder.server_dir.mkdir(mode=0o700, exist_ok=True)
    with exclusive_lock(folder.server_dir / "server.lock", held_by="a server"):
        database = _open(_database_file(options.database_url, folder), may_begin_anew=options.child)
        try:
            yield _build(options, clock, database, folder, device_token or secrets.token_urlsafe(32))
        finally:
            database.close()


@asynccontextmanager
async def run_background(services: Services, renderer: Renderer | None) -> AsyncIterator[None]:
    """Run generation, heartbeats and upkeep for the life of the block; streams end with it."""
    await services.generation.recover()
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_every(services, services.options.heartbeat_s, _beat)),
            group.create_task(_every(services, UPKEEP_EVERY_S, _upkeep)),
        ]
        if renderer is not None:
            tasks.append(group.create_task(renderer.start()))
            tasks += [group.create_task(services.generation.work(renderer)) for _ in range(services.options.workers)]
        try:
            yield
        finally:
            services.broker.close()
            for task in tasks:
                task.cancel()


def _build(options: ServerOptions, clock: Clock, database: Database, folder: DataFolder, device_token: str) -> Services:
    rules = rules_of(options)
    images = ImageFolder(folder.server_dir / "images")
    broker = Broker()
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
        generation=Generation(
            database=database,
            images=images,
            broker=broker,
            clock=clock,
            rules=rules,
            size=PieceSize(*options.piece_size),
        ),
        metrics=Metrics(clock),
        authenticator=Authenticator(database, clock, run_tokens),
        wrong_tokens=WrongTokens(clock),
        picture_gate=asyncio.Semaphore(1),
        admin_token=admin_token,
        device_token=device_token,
    )


def _open(file: Path, *, may_begin_anew: bool) -> Database:
    """A wall's own server goes on with a new database where the old one is damaged; any other leaves that to people."""
    try:
        return open_database(file)
    except CorruptDatabase as error:
        if not may_begin_anew:
            raise
        log.warning("%s It is kept as %s, and a new one is begun.", error.message, move_aside(file))
        return open_database(file)


def _database_file(url: str, folder: DataFolder) -> Path:
    if not url:
        return folder.server_dir / "kiosk.db"
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return Path(url.removeprefix("sqlite:///"))
    raise KioskError(
        f"This version keeps its database in SQLite; it cannot use {url.partition(':')[0]}.",
        hint="Leave server.database_url empty, or write sqlite:///FILE.",
        code="database_url",
    )


async def _every(services: Services, seconds: float, act: Callable[[Services], Awaitable[None]]) -> None:
    while True:
        await services.clock.sleep(seconds)
        try:
            await act(services)
        except (SQLAlchemyError, OSError):
            log.exception("%s failed", act.__name__)


async def _beat(services: Services) -> None:
    services.broker.beat()


async def _upkeep(services: Services) -> None:
    now_ms = services.now_ms()
    await services.generation.give_up_overdue()
    await services.database.write(lambda connection: _forget(connection, now_ms))


def _forget(connection: Connection, now_ms: int) -> None:
    store_events.purge(connection, before_ms=now_ms - EVENTS_KEPT_MS)
    over = select(now_playing.c.artwork_id).where(now_playing.c.fresh_until <= now_ms)
    connection.execute(delete(fresh_shown).where(fresh_shown.c.artwork_id.in_(over)))
    connection.execute(delete(now_playing).where(now_playing.c.fresh_until <= now_ms))
