"""Generation jobs across restarts and crashes: nothing asked for is lost, nothing is made twice."""

import asyncio
from pathlib import Path

import pytest

from kiosk.protocol.artworks import GenerateRequest
from kiosk.server import store_jobs
from kiosk.server.jobs import LEASE_MS, make_wish
from kiosk.server.store_jobs import TRIES_MAX
from kiosk.server.wiring import open_services
from tests.fakes.clock import FakeClock
from tests.server.harness import Kiosk, Painter, kiosk_on, options_on, queue_of, until

pytestmark = pytest.mark.anyio


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
            claimed = services.database.write_now(lambda c: store_jobs.claim(c, now_ms=0, lease_ms=1_000))
            assert claimed is not None
            assert claimed.attempts == attempt + 1
        with open_services(options_on(tmp_path), clock=clock) as services:
            await services.generation.recover()
            job = services.database.read_now(lambda c: store_jobs.find(c, job_id, user=1))
            assert job is not None
            assert job.state == ("queued" if attempt + 1 < TRIES_MAX else "failed")
            assert "ended while it worked" in job.reason


async def test_a_late_result_of_a_lost_lease_is_not_stored(tmp_path: Path) -> None:
    """When a lease has run out and another try is under way, the first try's piece is dropped: one piece."""
    painter = Painter(gate=asyncio.Event())
    async with kiosk_on(tmp_path, painter=painter, workers=2) as kiosk, kiosk.client() as display:
        await wish_without_waiting(kiosk)
        await until(lambda: len(painter.orders) == 1, "the first try is under way")
        kiosk.clock.advance(LEASE_MS / 1_000 + 1)
        await kiosk.services.generation.give_up_overdue()
        await until(lambda: len(painter.orders) == 2, "the second try is under way")
        assert painter.gate is not None
        painter.gate.set()
        reply = await display.post("/api/generate-art", json={})
        assert reply.status_code == 200
        storage = (await display.get("/api/artworks/stats")).json()["storage"]
        assert storage == 2  # the job's one piece, and that of the wish in the later minute


async def test_the_answer_of_a_crash_between_storing_and_replying(tmp_path: Path) -> None:
    """A piece stored by a server that died before it answered is what the repeated wish gets."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        headers = {"Idempotency-Key": "a"}
        first = (await display.post("/api/generate-art", json={}, headers=headers)).json()["artwork"]
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
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
