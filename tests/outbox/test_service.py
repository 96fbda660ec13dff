"""Delivery: together, in order, for ever, each record once; against a real server over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.domain.impressions import EndedBy, ImpressionCounts, Showing
from kiosk.outbox.service import OutboxService
from kiosk.outbox.transport import HttpTransport
from kiosk.sync.backoff import retry_after_of
from tests.fakes.clock import FakeClock
from tests.fakes.web import eventually, serving
from tests.outbox.records import BOOT, SHOWING, impression
from tests.outbox.server import ImpressionServer, portal, problem

pytestmark = pytest.mark.anyio


def doubling(attempt: int, retry_after_s: float | None) -> float:
    """Backoff without chance, for tests: 1, 2, 4 ... 60 seconds, on top of what the server asked for."""
    return min(60.0, 2.0**attempt) + (retry_after_s or 0.0)


class Wall:
    """An outbox at work on a folder, and its server."""

    def __init__(self, folder: Path, server: ImpressionServer, clock: FakeClock, url: str) -> None:
        self.server = server
        self.clock = clock
        self.transport = HttpTransport(url, "token", retry_after=retry_after_of, timeout_s=60)
        self.outbox = OutboxService(
            path=folder / "outbox.db", transport=self.transport, clock=clock, boot_id=BOOT, retry_delay=doubling
        )

    async def show(self, *numbers: int) -> list[str]:
        """Paint these pieces one after the other; returns the impressions' ids."""
        for number in numbers:
            record = impression(number)
            await self.outbox.opened(record)
            await self.outbox.ended(record.id, SHOWING, EndedBy.NEXT)
        return [impression(number).id for number in numbers]

    async def waits(self, seconds: float) -> None:
        """Wait until delivery sleeps for `seconds`."""
        await eventually(lambda: self.clock.sleeping == [pytest.approx(seconds)])

    async def drained(self) -> None:
        """Wait until nothing is pending."""
        await eventually(lambda: self.outbox.counts().pending == 0)


@asynccontextmanager
async def wall(folder: Path, server: ImpressionServer, url: str, clock: FakeClock | None = None) -> AsyncIterator[Wall]:
    """A started outbox whose `run` goes on for the length of the block."""
    parts = Wall(folder, server, clock or FakeClock(), url)
    await parts.outbox.start()
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(parts.outbox.run())
            try:
                yield parts
            finally:
                task.cancel()
    finally:
        await parts.outbox.aclose()
        await parts.transport.aclose()


@pytest.fixture
def server() -> ImpressionServer:
    """A server that takes everything."""
    return ImpressionServer()


@pytest.fixture
async def url(server: ImpressionServer) -> AsyncIterator[str]:
    """Where it answers."""
    async with serving(server.app) as address:
        yield address


async def test_what_ends_together_goes_in_one_call(tmp_path: Path, server: ImpressionServer, url: str) -> None:
    """The first load makes one batch call and not one for each piece."""
    async with wall(tmp_path, server, url) as w:
        ids = await w.show(1, 2, 3, 4, 5)
        await w.waits(2)
        assert server.batches == []
        w.clock.advance(2)
        await w.drained()
    assert server.batches == [5]
    assert server.order == ids


async def test_at_most_200_a_batch_oldest_first(tmp_path: Path, server: ImpressionServer, url: str) -> None:
    """450 records go as 200, 200 and 50, in the order they were painted."""
    async with wall(tmp_path, server, url) as w:
        ids = await w.show(*range(450))
        w.clock.advance(2)
        await w.drained()
    assert server.batches == [200, 200, 50]
    assert server.order == ids


async def test_the_piece_on_the_glass_is_pending_and_not_sent(
    tmp_path: Path, server: ImpressionServer, url: str
) -> None:
    """Only what has ended is delivered."""
    async with wall(tmp_path, server, url) as w:
        await w.outbox.opened(impression(1))
        await w.outbox.heartbeat(impression(1).id, Showing(5_000, 300))
        [ended] = await w.show(2)
        w.clock.advance(2)
        await eventually(lambda: server.order == [ended])
        await eventually(lambda: w.outbox.counts() == ImpressionCounts(painted=2, delivered=1, pending=1, dropped=0))
        assert w.outbox.pending_artwork_ids() == {impression(1).artwork_id}


async def test_a_poisoned_batch_is_halved_until_the_culprit_stands_alone(
    tmp_path: Path, server: ImpressionServer, url: str
) -> None:
    """Records the server cannot read are set aside, every other one arrives, and the books add up."""
    server.poison_ids = {impression(n).id for n in (7, 8, 60)}
    async with wall(tmp_path, server, url) as w:
        ids = await w.show(*range(100))
        w.clock.advance(2)
        await eventually(lambda: len(server.stored) == 97)
        await eventually(lambda: w.outbox.counts() == ImpressionCounts(painted=100, delivered=97, pending=3, dropped=0))
        assert w.outbox.refused == 3
        assert server.order == [id_ for id_ in ids if id_ not in server.poison_ids]
        [later] = await w.show(200)
        w.clock.advance(2)
        await eventually(lambda: later in server.stored)


async def test_a_record_rejected_by_itself_blocks_nothing(tmp_path: Path, server: ImpressionServer, url: str) -> None:
    """A record's own refusal sets it aside without another call; the next start offers it again."""
    server.refused_ids = {impression(2).id}
    async with wall(tmp_path, server, url) as w:
        await w.show(1, 2, 3)
        w.clock.advance(2)
        await eventually(lambda: w.outbox.counts() == ImpressionCounts(painted=3, delivered=2, pending=1, dropped=0))
        assert server.batches == [3]
    server.refused_ids = set()
    async with wall(tmp_path, server, url) as w:
        await w.waits(2)
        w.clock.advance(2)
        await w.drained()
        assert w.outbox.counts() == ImpressionCounts(painted=3, delivered=3, pending=0, dropped=0)


async def test_retry_waits_as_long_as_the_server_asks(tmp_path: Path, server: ImpressionServer, url: str) -> None:
    """After 429 with Retry-After nothing is sent before that time, then everything."""
    server.replies = [problem(429, "slower", **{"Retry-After": "30"})]
    async with wall(tmp_path, server, url) as w:
        await w.show(1)
        w.clock.advance(2)
        await w.waits(31)
        await w.show(2)
        w.clock.advance(30)
        await w.waits(1)
        assert server.batches == [1]
        w.clock.advance(1)
        await w.drained()
    assert server.batches == [1, 2]


async def test_faults_are_retried_with_growing_waits_for_ever(
    tmp_path: Path, server: ImpressionServer, url: str
) -> None:
    """Errors, sign-in pages and wrong shapes only delay; the waits grow and nothing is lost."""
    server.replies = [problem(500, "x"), portal(200), portal(403), problem(401, "x"), problem(503, "x")]
    async with wall(tmp_path, server, url) as w:
        await w.show(1)
        w.clock.advance(2)
        for wait_s in (1, 2, 4, 8, 16):
            await w.waits(wait_s)
            w.clock.advance(wait_s)
        await w.drained()
    assert len(server.batches) == 6


async def test_a_lost_answer_does_not_count_twice(tmp_path: Path, server: ImpressionServer, url: str) -> None:
    """The server stored the batch and its answer got lost: the batch goes again and each record counts once."""
    server.lost_replies = 2
    async with wall(tmp_path, server, url) as w:
        ids = await w.show(1, 2)
        for wait_s in (2, 1, 2):
            await w.waits(wait_s)
            w.clock.advance(wait_s)
        await w.drained()
        assert w.outbox.counts() == ImpressionCounts(painted=2, delivered=2, pending=0, dropped=0)
    assert server.order == ids


async def test_six_hours_offline_then_everything_arrives_once(tmp_path: Path, server: ImpressionServer) -> None:
    """What was painted without a server goes out in full batches as soon as the link is back."""
    async with wall(tmp_path, server, "http://127.0.0.1:1") as w:
        ids = []
        for hour in range(6):
            ids += await w.show(*range(hour * 100, hour * 100 + 100))
            w.clock.advance(3_600)
            await eventually(lambda: len(w.clock.sleeping) == 1)
        assert w.outbox.counts() == ImpressionCounts(painted=600, delivered=0, pending=600, dropped=0)
        async with serving(server.app) as url:
            w.transport.point_to(url, "token")
            w.outbox.server_is_back()
            await w.drained()
            assert server.batches == [200, 200, 200]
            assert server.order == ids


async def test_a_wall_clock_that_jumps_drops_nothing(tmp_path: Path, server: ImpressionServer, url: str) -> None:
    """From 1970 to today and back: everything is delivered, with monotonic ages."""
    async with wall(tmp_path, server, url) as w:
        for number, year in enumerate((1970, 2026, 1970)):
            w.clock.jump(datetime(year, 1, 2, tzinfo=UTC))
            await w.show(number)
            w.clock.advance(2)
            await w.drained()
    ages = [server.stored[impression(number).id]["ageMs"] for number in range(3)]
    assert ages == [2_000, 3_000, 4_000]


async def test_flush_delivers_at_once(tmp_path: Path, server: ImpressionServer, url: str) -> None:
    """On close what has ended goes without waiting for its time."""
    async with wall(tmp_path, server, url) as w:
        await w.show(1, 2)
        assert await w.outbox.flush()
        assert w.outbox.counts().pending == 0
    assert server.batches == [2]


async def test_flush_is_bounded_and_the_rest_goes_next_time(tmp_path: Path, server: ImpressionServer, url: str) -> None:
    """A server that stalls holds up the close no longer than its limit; the next start delivers."""
    server.gate.clear()
    async with wall(tmp_path, server, url) as w:
        ids = await w.show(1, 2)
        async with asyncio.TaskGroup() as group:
            flush = group.create_task(w.outbox.flush())
            await eventually(lambda: server.batches)
            w.clock.advance(2)
        assert flush.result() is False
        assert w.outbox.counts() == ImpressionCounts(painted=2, delivered=0, pending=2, dropped=0)
    server.gate.set()
    async with wall(tmp_path, server, url) as w:
        await w.waits(2)
        w.clock.advance(2)
        await w.drained()
    assert server.order == ids


async def test_recording_never_waits_for_the_server(tmp_path: Path, server: ImpressionServer, url: str) -> None:
    """While a batch hangs at the server, impressions go to disk as ever."""
    server.gate.clear()
    async with wall(tmp_path, server, url) as w:
        await w.show(1)
        w.clock.advance(2)
        await eventually(lambda: server.batches)
        await w.show(*range(2, 10))
        assert w.outbox.counts() == ImpressionCounts(painted=9, delivered=0, pending=9, dropped=0)
        server.gate.set()
        await eventually(lambda: w.clock.sleeping)
        w.clock.advance(2)
        await w.drained()


async def test_a_disk_that_fails_is_shown_and_heals_without_a_restart(
    tmp_path: Path, server: ImpressionServer, url: str
) -> None:
    """While the file cannot be opened records wait in memory, `fault` says so, and later all of them arrive."""
    async with wall(tmp_path, server, url) as w:
        await w.show(1)
        file, away = tmp_path / "outbox.db", tmp_path / "away.db"
        w.outbox._store._close_file()
        file.rename(away)
        file.mkdir()
        await w.show(2, 3)
        assert w.outbox.fault
        assert w.outbox.counts() == ImpressionCounts(painted=3, delivered=0, pending=3, dropped=0)
        w.clock.advance(2)
        await w.waits(5)
        file.rmdir()
        away.rename(file)
        w.clock.advance(5)
        await w.drained()
        assert not w.outbox.fault
        assert w.outbox.counts() == ImpressionCounts(painted=3, delivered=3, pending=0, dropped=0)
    assert len(server.stored) == 3


async def test_run_can_be_restarted(tmp_path: Path, server: ImpressionServer, url: str) -> None:
    """The supervisor may cancel `run` in the middle of a batch and start it again: what was under way goes again."""
    w = Wall(tmp_path, server, FakeClock(), url)
    await w.outbox.start()
    server.gate.clear()
    await w.show(1)
    w.clock.advance(2)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(w.outbox.run())
        await eventually(lambda: server.batches)
        task.cancel()
    server.gate.set()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(w.outbox.run())
        await w.waits(2)
        w.clock.advance(2)
        await w.drained()
        task.cancel()
    await w.outbox.aclose()
    await w.transport.aclose()
