"""The books of the jobs: what counts against a user; and on PostgreSQL, where others change them, who waits."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow
from sqlalchemy import Connection

from kiosk.protocol.artworks import GenerateRequest
from kiosk.server import store_jobs, store_people
from kiosk.server.database import Database, Work
from kiosk.server.describing import describe
from kiosk.server.jobs import make_wish
from kiosk.server.moments import DAY_MS, HOUR_MS
from kiosk.server.opening import open_database
from kiosk.server.providers.port import PaintedImage
from kiosk.server.store_jobs import NEW_MAX_A_MINUTE, Submitted, TooManyJobs
from tests.server.harness import DEADLINE_S, until

pytestmark = pytest.mark.anyio

Other = psycopg.Connection[TupleRow]


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """A PostgreSQL with the wall's user."""
    opened = open_database(postgres_url)
    opened.write_now(lambda connection: store_people.ensure_default_people(connection, now_ms=0))
    yield opened
    opened.close()


@contextmanager
def another_at_work(database: Database) -> Iterator[Other]:
    """A transaction of another process, to be committed amid the block."""
    with psycopg.connect(database.url.replace("+psycopg", "")) as other:
        yield other


async def waiting_for(database: Database, other: Other, work: Work[Any], threads: ThreadPoolExecutor) -> Future[Any]:
    """Begin `work` on a thread; return once it waits for the other transaction."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))"
    begun = threads.submit(database.write_now, work)
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as look:
        await until(
            lambda: begun.done() or look.execute(query, [other.info.backend_pid]).fetchone() == (1,), "it waits"
        )
    assert not begun.done()
    return begun


def submit(connection: Connection, *, now_ms: int) -> Submitted:
    """Wish for a piece under the key `a`."""
    wish = make_wish(GenerateRequest(), user_id=1, now_ms=now_ms, idempotency_key="a")
    store_people.lock_user(connection, 1)
    return store_jobs.submit(connection, wish, now_ms=now_ms)


async def test_a_repeat_that_meets_the_retention_is_a_new_wish(database: Database) -> None:
    """A wish repeated while its old job is being deleted gets a new job under the same key, not a fault."""
    old = database.write_now(partial(submit, now_ms=0))
    with another_at_work(database) as other, ThreadPoolExecutor(1) as threads:
        other.execute("DELETE FROM idempotency_keys")
        other.execute("DELETE FROM jobs")
        repeating = await waiting_for(database, other, partial(submit, now_ms=HOUR_MS), threads)
        other.commit()
        new = repeating.result(DEADLINE_S)
    assert new.is_new
    assert new.job_id != old.job_id
    again = database.write_now(partial(submit, now_ms=HOUR_MS))
    assert (again.job_id, again.is_new) == (new.job_id, False)


async def test_a_job_is_not_held_while_its_piece_waits_for_the_lane(database: Database) -> None:
    """Who holds the public lane gets the row of a job that is just being finished: the lane comes first."""
    job_id = database.write_now(partial(submit, now_ms=0)).job_id
    job = database.write_now(partial(store_jobs.claim, job_id=job_id, lease_until=1))
    assert job is not None
    image = PaintedImage(b"a picture", "image/jpeg", 16, 9, provider="procedural", model="")
    piece = describe(job.genome, image)
    finish = partial(store_jobs.finish, job=job, piece=piece, now_ms=1, fresh_until=2)
    with another_at_work(database) as other, ThreadPoolExecutor(1) as threads:
        other.execute("SELECT head FROM lanes WHERE lane = 0 FOR UPDATE")
        finishing = await waiting_for(database, other, finish, threads)
        try:
            other.execute("SELECT id FROM jobs FOR UPDATE NOWAIT")
        finally:
            other.rollback()
        assert finishing.result(DEADLINE_S)


def end_one(connection: Connection, *, now_ms: int, number: int) -> None:
    """Wish for the piece of that number, and give it up for good."""
    wish = make_wish(GenerateRequest(music_info={"n": number}), user_id=1, now_ms=now_ms, idempotency_key=None)
    job = store_jobs.claim(connection, store_jobs.submit(connection, wish, now_ms=now_ms).job_id, lease_until=now_ms)
    assert job is not None
    store_jobs.give_up(connection, job, reason="It cannot be.", is_final=True, now_ms=now_ms)


def test_what_a_clock_that_was_ahead_left_does_not_count(database_url: str) -> None:
    """As many wishes as a minute allows, told a day ahead of time, leave room for as many now, and for no more."""
    database = open_database(database_url)
    database.write_now(lambda connection: store_people.ensure_default_people(connection, now_ms=0))
    for now_ms in (DAY_MS, HOUR_MS):
        for number in range(NEW_MAX_A_MINUTE):
            database.write_now(partial(end_one, now_ms=now_ms + number, number=number))
    with pytest.raises(TooManyJobs) as refused:
        database.write_now(partial(end_one, now_ms=HOUR_MS + 1_000, number=NEW_MAX_A_MINUTE))
    assert refused.value.retry_after_s == 59
    database.close()
