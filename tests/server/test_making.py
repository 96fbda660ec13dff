"""Making: a worker draws for as long as the job is its own, and whatever it took it gives back when it stops."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from kiosk.generator.render import RenderedPiece
from kiosk.protocol.artworks import GenerateRequest
from kiosk.server import store_jobs, store_people
from kiosk.server.broker import Broker
from kiosk.server.database import Database
from kiosk.server.images_folder import ImageFolder
from kiosk.server.job_queue_local import LocalQueue
from kiosk.server.jobs import make_wish
from kiosk.server.making import Maker, MakingRules
from kiosk.server.opening import open_database
from kiosk.server.providers.procedural import Procedural
from kiosk.server.renderer_process import Order
from kiosk.server.rules import QueueRules
from tests.fakes.clock import FakeClock
from tests.server.harness import DEADLINE_S, Painter, until

pytestmark = pytest.mark.anyio

LEASE_S = 30.0


@dataclass
class SlowPainter(Painter):
    """A painter that never gets done; `stopped` are the orders that it was stopped over."""

    stopped: list[Order] = field(default_factory=list)

    async def render(self, order: Order) -> RenderedPiece:
        """Paint for ever."""
        self.orders.append(order)
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.append(order)
        raise AssertionError


class SlowQueue(LocalQueue):
    """A queue amid whose claims a test can step in: they wait for `gate`."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        super().__init__(database, clock)
        self.reached, self.gate = threading.Event(), threading.Event()

    def now_ms(self, connection: Connection) -> int:
        """Return the time once the gate is open."""
        self.reached.set()
        assert self.gate.wait(DEADLINE_S)
        return super().now_ms(connection)


@dataclass
class Studio:
    """A maker on a database, with a job that waits."""

    database: Database
    clock: FakeClock
    queue: SlowQueue
    painter: SlowPainter
    maker: Maker
    job_id: str

    def standing(self) -> tuple[str, int]:
        """Where the job stands, and at which try."""
        job = self.database.read_now(lambda connection: store_jobs.find(connection, self.job_id, user=1))
        assert job is not None
        return str(job.state), int(job.attempts)


@pytest.fixture
def studio(database_url: str, tmp_path: Path) -> Iterator[Studio]:
    """A maker with one job, on SQLite and on PostgreSQL."""
    database, clock, painter = open_database(database_url), FakeClock(), SlowPainter()
    queue = SlowQueue(database, clock)
    maker = Maker(
        database=database,
        images=ImageFolder(tmp_path / "images"),
        broker=Broker(),
        clock=clock,
        queue=queue,
        provider=Procedural(painter),
        queue_rules=QueueRules(),
        rules=MakingRules(16, 9, LEASE_S),
    )

    def wish(connection: Connection) -> str:
        store_people.ensure_default_people(connection, now_ms=0)
        wanted = make_wish(GenerateRequest(), user_id=1, now_ms=0, idempotency_key=None)
        return store_jobs.submit(connection, wanted, now_ms=0).job_id

    yield Studio(database, clock, queue, painter, maker, database.write_now(wish))
    queue.gate.set()
    database.close()


async def test_a_worker_that_lost_its_lease_stops_drawing(studio: Studio) -> None:
    """Once a renewal says that the job is another's, the drawing is stopped, and the other's try stays as it is."""
    studio.queue.gate.set()
    async with asyncio.TaskGroup() as group:
        making = group.create_task(studio.maker.make(studio.job_id))
        await until(lambda: studio.clock.sleeping and studio.painter.orders, "it is drawn and kept")
        await studio.database.write(lambda connection: connection.execute(text("UPDATE jobs SET attempts = 2")))
        studio.clock.advance(LEASE_S / 3)
        try:
            await until(making.done, "the worker is free")
        finally:
            making.cancel()
    assert studio.painter.stopped == studio.painter.orders != []
    assert studio.standing() == ("running", 2)


async def test_a_stop_amid_the_claim_gives_the_job_back(studio: Studio) -> None:
    """Cancelled while the database still takes the job: it waits again at once, and that was no try."""
    async with asyncio.TaskGroup() as group:
        making = group.create_task(studio.maker.make(studio.job_id))
        await until(studio.queue.reached.is_set, "the claim is under way")
        making.cancel()
        await asyncio.sleep(0)
        studio.queue.gate.set()
    assert making.cancelled()
    assert studio.painter.orders == []
    await studio.database.write(lambda connection: None)
    assert studio.standing() == ("queued", 0)
