"""The port of the waiting jobs, its two adapters held to the same claims: what is offered is made, whoever dies."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from kiosk.protocol.artworks import GenerateRequest
from kiosk.server import store_jobs, store_people
from kiosk.server.broker import Broker
from kiosk.server.clock import SystemClock
from kiosk.server.database import Database
from kiosk.server.ending import end
from kiosk.server.job_queue import JobQueue, Make
from kiosk.server.job_queue_local import LocalQueue
from kiosk.server.job_queue_procrastinate import ProcrastinateQueue
from kiosk.server.job_upkeep import JobUpkeep
from kiosk.server.jobs import make_wish
from kiosk.server.opening import open_database
from kiosk.server.store_jobs import TRIES_MAX, JobStatus
from tests.server.harness import DEADLINE_S, until
from tests.server.postgres import MIGRATED, Cluster

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[2]
LEASE_S = 1.5
OVERDUE = "UPDATE jobs SET lease_until = 1"


def open_queue(database: Database) -> JobQueue:
    """The adapter for a database, with leases that run out soon."""
    if database.is_shared:
        return ProcrastinateQueue(database.url, SystemClock(), lease_s=LEASE_S)
    return LocalQueue(database, SystemClock())


@dataclass
class Books:
    """A database with a user, and the queue of its jobs."""

    database: Database
    queue: JobQueue
    user_id: int
    numbers: int = 0

    def wish(self, connection: Connection) -> str:
        """Store a new wish and offer its job."""
        self.numbers += 1
        request = GenerateRequest(music_info={"number": self.numbers})
        wish = make_wish(request, user_id=self.user_id, now_ms=0, idempotency_key=None)
        job_id = store_jobs.submit(connection, wish, now_ms=0).job_id
        self.queue.offer(connection, job_id)
        return job_id

    async def add(self) -> str:
        """Store and offer a job, committed."""
        job_id = await self.database.write(self.wish)
        self.queue.nudge()
        return job_id

    async def offer(self, job_id: str) -> None:
        """Offer a job, committed."""
        await self.database.write(lambda connection: self.queue.offer(connection, job_id))
        self.queue.nudge()

    async def execute(self, statement: str) -> None:
        """Change something behind everybody's back."""
        await self.database.write(lambda connection: connection.execute(text(statement)))

    def state(self, job_id: str) -> tuple[str, int]:
        """Where a job stands, and at which try."""
        job = self.database.read_now(lambda connection: store_jobs.find(connection, job_id, user=self.user_id))
        assert job is not None
        return str(job.state), int(job.attempts)

    async def take(self, job_id: str, *, lease_s: float = LEASE_S) -> bool:
        """Take a job off the queue as a maker does; False when it was not queued."""

        def work(connection: Connection) -> bool:
            lease_until = self.queue.now_ms(connection) + round(lease_s * 1_000)
            return store_jobs.claim(connection, job_id, lease_until=lease_until) is not None

        return await self.database.write(work)

    def tasks(self) -> int:
        """How many tasks Procrastinate keeps."""
        query = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'make_piece'")
        return int(self.database.read_now(lambda connection: connection.execute(query).scalar_one()))

    @property
    def upkeep(self) -> JobUpkeep:
        """What every process does now and then."""
        return JobUpkeep(database=self.database, broker=Broker(), queue=self.queue, clock=SystemClock())


@contextmanager
def books_on(url: str) -> Iterator[Books]:
    """A queue on a database."""
    database = open_database(url)
    try:
        user_id, _ = database.write_now(lambda c: store_people.ensure_default_people(c, now_ms=0))
        yield Books(database, open_queue(database), user_id)
    finally:
        database.close()


@pytest.fixture
def books(database_url: str) -> Iterator[Books]:
    """An empty queue on SQLite and on PostgreSQL."""
    with books_on(database_url) as books:
        yield books


@pytest.fixture
def shared_books(postgres_cluster: Cluster) -> Iterator[Books]:
    """An empty queue for several processes."""
    with postgres_cluster.database(MIGRATED) as url, books_on(url) as books:
        yield books


@asynccontextmanager
async def working(queue: JobQueue, make: Make, *, workers: int = 1) -> AsyncIterator[None]:
    """Work on a queue for the life of the block."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(queue.work(make, workers=workers))
        try:
            yield
        finally:
            await end(task)


@dataclass
class Hand:
    """A maker that takes jobs and notes them; it waits at the gate when there is one."""

    books: Books
    gate: asyncio.Event | None = None
    faults: int = 0
    called: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    now: int = 0
    most: int = 0

    async def make(self, job_id: str) -> None:
        """Take a job; raise a fault of the database as often as there are `faults`."""
        self.called.append(job_id)
        if self.faults:
            self.faults -= 1
            raise OperationalError("a statement", {}, Exception("the database went away"))
        if not await self.books.take(job_id):
            return
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            if self.gate is not None:
                await self.gate.wait()
            self.made.append(job_id)
        finally:
            self.now -= 1


async def test_what_was_offered_before_and_after_is_made(books: Books) -> None:
    """A worker finds what waited for it, and is woken by what comes; every job once."""
    hand = Hand(books)
    wanted = [await books.add(), await books.add()]
    async with working(books.queue, hand.make):
        await until(lambda: len(hand.made) == 2, "what waited is made")
        wanted += [await books.add()]
        await until(lambda: len(hand.made) == 3, "what came is made")
    assert sorted(hand.made) == sorted(wanted)


async def test_an_offer_and_its_job_are_there_together_or_not_at_all(books: Books) -> None:
    """A transaction that is undone has offered nothing; one that is committed has, though the process died then."""

    def undone(connection: Connection) -> None:
        books.wish(connection)
        raise LookupError

    with pytest.raises(LookupError):
        await books.database.write(undone)
    job_id = await books.database.write(books.wish)  # and nobody is told
    hand = Hand(books)
    async with working(books.queue, hand.make):
        await until(lambda: hand.made, "the committed one is made")
    assert (hand.called, hand.made) == ([job_id], [job_id])


async def test_a_fault_of_the_database_is_not_the_end_of_a_job(books: Books) -> None:
    """A call that raises is repeated, and the worker goes on with others meanwhile."""
    hand = Hand(books, faults=1)
    async with working(books.queue, hand.make):
        wanted = {await books.add() for _ in range(2)}
        await until(lambda: set(hand.made) == wanted, "both are made")


async def test_no_more_at_a_time_than_there_are_workers(books: Books) -> None:
    """Five jobs and two workers: two in work, and the others follow."""
    hand = Hand(books, gate=asyncio.Event())
    for _ in range(5):
        await books.add()
    async with working(books.queue, hand.make, workers=2):
        await until(lambda: hand.now == 2, "two are in work")
        assert hand.gate is not None
        hand.gate.set()
        await until(lambda: len(hand.made) == 5, "all are made")
    assert hand.most == 2


async def test_offered_too_often_is_made_once(books: Books) -> None:
    """Offers of one job that waits, is in work or is over add nothing."""
    job_id = await books.add()
    for _ in range(3):
        await books.offer(job_id)
    hand = Hand(books)
    async with working(books.queue, hand.make, workers=3):
        other = await books.add()
        await until(lambda: other in hand.made, "the later one is made")
        await books.offer(job_id)
        last = await books.add()
        await until(lambda: last in hand.made, "and one after that")
    assert hand.made.count(job_id) == 1


async def test_a_job_nobody_would_come_to_is_offered_again(books: Books) -> None:
    """When a queue forgot an offer, the upkeep makes it again; twice does no harm."""
    job_id = await books.add()
    if books.database.is_shared:
        await books.execute("DELETE FROM procrastinate_jobs")
    await books.upkeep.mend()
    await books.upkeep.mend()
    hand = Hand(books)
    async with working(books.queue, hand.make):
        await until(lambda: hand.made == [job_id], "it is made")
    assert hand.called == [job_id]


async def test_a_stop_leaves_nothing_behind(books: Books) -> None:
    """A worker that is cancelled amid a job ends at once; the job is another's as soon as its lease is over."""
    hand = Hand(books, gate=asyncio.Event())
    job_id = await books.add()
    async with working(books.queue, hand.make):
        await until(lambda: hand.now == 1, "it is in work")
    assert hand.now == 0
    await taken_over(books, job_id)


async def taken_over(books: Books, job_id: str) -> None:
    """Another worker makes the job, once its lease is over."""
    hand = Hand(books)
    async with working(books.queue, hand.make):
        async with asyncio.timeout(DEADLINE_S):
            while not hand.made:
                await books.upkeep.mend()
                await asyncio.sleep(0.05)
    assert hand.made == [job_id]


async def test_a_lease_that_runs_out_is_a_try(books: Books) -> None:
    """A job whose workers all fall silent is queued again, then failed with a reason and an event."""
    job_id = await books.add()
    for attempt in range(1, TRIES_MAX + 1):
        assert await books.take(job_id, lease_s=600)
        assert not await books.take(job_id)
        await books.upkeep.mend()
        assert books.state(job_id) == ("running", attempt)
        await books.execute(OVERDUE)
        await books.upkeep.mend()
        assert books.state(job_id) == ("failed" if attempt == TRIES_MAX else "queued", attempt)
    kinds = books.database.read_now(lambda connection: connection.scalars(text("SELECT kind FROM events")).all())
    assert kinds == ["art-failed"]


async def test_of_two_that_reach_for_a_job_one_gets_it(books: Books) -> None:
    """Claims at the same moment, from several connections: one each."""
    jobs = [await books.add() for _ in range(10)]
    taken = await asyncio.gather(*(books.take(job_id) for job_id in jobs for _ in range(4)))
    assert taken.count(True) == len(jobs)


async def test_nobody_asks_twice_for_what_upkeep_of_many_takes_back(books: Books) -> None:
    """Several processes that look after overdue jobs at once count one try."""
    job_id = await books.add()
    assert await books.take(job_id)
    await books.execute(OVERDUE)
    await asyncio.gather(*(books.upkeep.mend() for _ in range(4)))
    assert books.state(job_id) == (JobStatus.QUEUED, 1)


WORKER = """
import asyncio, sys
from kiosk.server.opening import open_database
from tests.server.test_job_queue import Books, Hand, open_queue

async def main(url):
    database = open_database(url)
    books = Books(database, open_queue(database), 0)
    hand = Hand(books, gate=asyncio.Event())
    print("ready", flush=True)
    await books.queue.work(hand.make, workers=1)

asyncio.run(main(*sys.argv[1:]))
"""


def kill_amid(books: Books, job_id: str, script: Path) -> None:
    """Let a worker process take a job, and kill it."""
    script.write_text(WORKER)
    command = [sys.executable, str(script), books.database.url]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=ROOT) as worker:
        assert worker.stdout is not None
        try:
            assert worker.stdout.readline() == b"ready\n"
            asyncio.run(until(lambda: books.state(job_id)[0] == "running", "it is in work"))
        finally:
            worker.kill()


async def test_a_killed_worker_costs_a_lease(shared_books: Books, tmp_path: Path) -> None:
    """`kill -9` amid a job: another worker has it once the lease is over, and nothing is left of the dead one."""
    job_id = await shared_books.add()
    await asyncio.to_thread(kill_amid, shared_books, job_id, tmp_path / "worker.py")
    await taken_over(shared_books, job_id)
    async with working(shared_books.queue, Hand(shared_books).make):
        await until(lambda: shared_books.tasks() == 0, "the dead worker's task is dropped")


async def test_a_worker_survives_its_connections(shared_books: Books) -> None:
    """Every connection of the queue is cut, and again: it connects anew, and what is offered then is made."""
    hand = Hand(shared_books)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kiosk jobs'"
    async with working(shared_books.queue, hand.make):
        for made in (1, 2):
            await shared_books.execute(cut)
            await shared_books.add()
            await until(lambda made=made: len(hand.made) == made, "it is made all the same")  # type: ignore[misc]
            await until(lambda: shared_books.tasks() == 0, "and its task is over")


async def test_a_task_whose_end_was_never_written_holds_up_nothing(shared_books: Books) -> None:
    """A task left as being done by a worker that lives: its job is offered again, and once it is made both are gone."""
    job_id = await shared_books.add()
    await shared_books.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 day')")
    await shared_books.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = 1")
    await taken_over(shared_books, job_id)
    await shared_books.execute("UPDATE jobs SET state = 'done'")
    await shared_books.upkeep.mend()
    assert shared_books.tasks() == 1
    await shared_books.execute("UPDATE procrastinate_events SET at = at - interval '2 hours'")
    await shared_books.upkeep.mend()
    assert shared_books.tasks() == 0
