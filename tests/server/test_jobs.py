"""Generation jobs across restarts and crashes: nothing asked for is lost, nothing is made twice.

What holds for the queue of jobs itself is in `test_job_queue`; killed processes are in `test_render_worker`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from kiosk.protocol.artworks import GenerateRequest
from kiosk.server import store_jobs
from kiosk.server.describing import describe
from kiosk.server.jobs import LOOK_AGAIN_S, make_wish
from kiosk.server.providers.port import PaintedImage
from kiosk.server.store_jobs import TRIES_MAX
from kiosk.server.tables import jobs
from kiosk.server.wiring import open_services
from tests.fakes.clock import FakeClock
from tests.server.harness import DEADLINE_S, Kiosk, Painter, kiosk_on, options_on, picture, queue_of, until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("each_database")]

LEASE_S = 600.0


async def wish_without_waiting(kiosk: Kiosk) -> str:
    """Ask for a piece; return its job."""
    async with kiosk.client() as display:
        reply = await display.post("/api/generate-art", json={}, headers={"Prefer": "wait=0"})
        assert reply.status_code == 202
        return str(reply.json()["jobId"])


async def state_of(kiosk: Kiosk, job_id: str) -> str:
    """Where a job stands."""
    async with kiosk.client() as display:
        return str((await display.get(f"/api/generate-art/{job_id}")).json()["state"])


async def test_a_stop_puts_the_job_back(tmp_path: Path) -> None:
    """A job in work when the server stops is made after the next start, and the stop was no try."""
    job_id = ""
    for _ in range(TRIES_MAX + 1):
        painter = Painter(gate=asyncio.Event())
        async with kiosk_on(tmp_path, painter=painter) as kiosk:
            job_id = await wish_without_waiting(kiosk)
            await until(painter.orders.__len__, "the job is in work")
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        reply = await display.post("/api/generate-art", json={})
        assert reply.status_code == 200
        assert await state_of(kiosk, job_id) == "done"
        assert len(await queue_of(display)) == 1


async def test_a_crash_is_a_try(tmp_path: Path) -> None:
    """A job left in work by a killed server is taken up again; one that ends the server each time fails at last."""
    clock = FakeClock()
    wish = make_wish(GenerateRequest(), user_id=1, now_ms=0, idempotency_key=None)
    with open_services(options_on(tmp_path), clock=clock) as services:
        job_id = services.database.write_now(lambda c: store_jobs.submit(c, wish, now_ms=0)).job_id
    for attempt in range(TRIES_MAX):
        with open_services(options_on(tmp_path), clock=clock) as services:
            claimed = services.database.write_now(lambda c: store_jobs.claim(c, job_id, lease_until=1_000))
            assert claimed is not None
            assert claimed.attempts == attempt + 1
        with open_services(options_on(tmp_path), clock=clock) as services:
            await services.job_upkeep.recover()
            await services.job_upkeep.mend()
            job = services.database.read_now(lambda c: store_jobs.find(c, job_id, user=1))
            assert job is not None
            assert job.state == ("queued" if attempt + 1 < TRIES_MAX else "failed")
            assert "ended while it worked" in job.reason


async def test_a_lease_lasts_as_long_as_the_renderer_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a piece takes, its job stays with who draws it; by the clock of a database, where that counts."""
    later_ms = 0
    painter = Painter(gate=asyncio.Event())
    async with kiosk_on(tmp_path, painter=painter, workers=2, lease_s=LEASE_S) as kiosk:
        job_id = await wish_without_waiting(kiosk)
        await until(lambda: len(painter.orders) == 1, "it is in work")
        queue, database = kiosk.services.job_queue, kiosk.services.database
        if database.is_shared:
            its_now_ms = queue.now_ms
            monkeypatch.setattr(queue, "now_ms", lambda connection: its_now_ms(connection) + later_ms)
        first = await lease_of(kiosk, job_id)
        leases = {first}
        while await database.read(queue.now_ms) <= first:
            later_ms += round(1_000 * LEASE_S / 3)
            kiosk.clock.advance(LEASE_S / 3)
            leases.add(await another_lease(kiosk, job_id, leases))
            await kiosk.services.job_upkeep.mend()
        assert await state_of(kiosk, job_id) == "running"
        assert len(painter.orders) == 1


async def lease_of(kiosk: Kiosk, job_id: str) -> int:
    """Until when the job is leased."""
    job = await kiosk.services.database.read(lambda c: store_jobs.find(c, job_id, user=1))
    assert job is not None
    return int(job.lease_until)


async def another_lease(kiosk: Kiosk, job_id: str, known: set[int]) -> int:
    """Wait until the lease is another one; return it."""
    async with asyncio.timeout(DEADLINE_S):
        while (lease := await lease_of(kiosk, job_id)) in known:  # noqa: ASYNC110 - the database is asked
            await asyncio.sleep(0.005)
    return lease


async def test_a_late_result_of_a_lost_lease_is_not_stored(tmp_path: Path) -> None:
    """When a lease was lost and another try is under way, the first try's piece is dropped: one piece."""
    painter = Painter(gate=asyncio.Event())
    async with kiosk_on(tmp_path, painter=painter, workers=2) as kiosk, kiosk.client() as display:
        job_id = await wish_without_waiting(kiosk)
        await until(lambda: len(painter.orders) == 1, "the first try is under way")
        await kiosk.services.database.write(lambda c: c.execute(update(jobs).values(lease_until=1)))
        await kiosk.services.job_upkeep.mend()
        await until(lambda: len(painter.orders) == 2, "the second try is under way")
        assert painter.gate is not None
        painter.gate.set()
        assert (await display.post("/api/generate-art", json={})).status_code == 200
        assert await state_of(kiosk, job_id) == "done"
        assert (await display.get("/api/artworks/stats")).json()["storage"] == 1


async def test_who_waits_sees_what_another_process_made_though_every_hint_was_lost(tmp_path: Path) -> None:
    """A piece that another process finished ends the wait at the next look, seconds later."""
    painter = Painter(gate=asyncio.Event())
    async with kiosk_on(tmp_path, painter=painter) as kiosk, kiosk.client() as display:
        job_id = await wish_without_waiting(kiosk)
        await until(lambda: len(painter.orders) == 1, "it is in work here, which changes nothing")
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(display.post("/api/generate-art", json={}))
            await until(lambda: LOOK_AGAIN_S in kiosk.clock.sleeping, "the call waits")
            await kiosk.services.database.write(lambda c: finish_elsewhere(c, job_id))
            assert not asked.done()
            kiosk.clock.advance(LOOK_AGAIN_S)
        assert asked.result().status_code == 200


def finish_elsewhere(connection: Connection, job_id: str) -> None:
    """Store the piece of a job in work as another process would, without a word."""
    job = connection.execute(select(jobs).where(jobs.c.id == job_id)).one()
    image = PaintedImage(picture(1), "image/jpeg", 16, 9, provider="procedural", model="")
    piece = describe(job.genome, image)
    assert store_jobs.finish(connection, job, piece, now_ms=1, fresh_until=2)


async def test_a_job_a_bug_would_end_the_worker_over_fails_with_a_reason(tmp_path: Path) -> None:
    """Whatever goes wrong over one job, it ends after three tries and the next one is made."""
    painter = Painter()
    async with kiosk_on(tmp_path, painter=painter) as kiosk, kiosk.client() as display:
        await kiosk.services.database.write(lambda c: spoil_the_next(c, kiosk.services.job_queue.offer))
        kiosk.services.job_queue.nudge()
        async with asyncio.timeout(DEADLINE_S):
            while await kiosk.services.database.read(store_jobs.oldest_waiting) is not None:  # noqa: ASYNC110 - the database is asked
                await asyncio.sleep(0.005)
        assert (await display.post("/api/generate-art", json={})).status_code == 200


def spoil_the_next(connection: Connection, offer: Callable[[Connection, str], None]) -> None:
    """Offer a job whose genome nobody can read."""
    wish = make_wish(GenerateRequest(music_info={"n": 1}), user_id=1, now_ms=0, idempotency_key=None)
    job_id = store_jobs.submit(connection, replace(wish, genome="no genome"), now_ms=0).job_id
    offer(connection, job_id)


async def test_the_answer_of_a_crash_between_storing_and_replying(tmp_path: Path) -> None:
    """A piece stored by a server that died before it answered is what the repeated wish gets."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        headers = {"Idempotency-Key": "a"}
        first = (await display.post("/api/generate-art", json={}, headers=headers)).json()["artwork"]
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        kiosk.clock.advance(1)
        again = (await display.post("/api/generate-art", json={}, headers=headers)).json()
        assert again["artwork"] == first
        assert again["deduplicated"]
        assert kiosk.painter.orders == []


def test_equal_requests_are_equal_wishes() -> None:
    """The same request of the same user in the same minute has the same genome; another minute has another."""
    wishes = [
        make_wish(GenerateRequest(), user_id=1, now_ms=now_ms, idempotency_key=None) for now_ms in (0, 59_999, 60_000)
    ]
    assert wishes[0] == wishes[1]
    assert wishes[0].genome != wishes[2].genome
