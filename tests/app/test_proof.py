"""From the witness to records, in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from kiosk.app.proof import HEARTBEAT_S, Boot, ProofKeeper
from kiosk.domain.impressions import EndedBy, OpenImpression, Showing
from tests.fakes.clock import FakeClock
from tests.playback.show import artwork


class TickingClock(FakeClock):
    """Moves on by a millisecond whenever it is looked at."""

    def now(self) -> datetime:
        self.advance(0.001)
        return super().now()


class Ledger:
    """Notes what is written, in order."""

    def __init__(self) -> None:
        self.records: dict[str, OpenImpression] = {}
        self.notes: list[tuple[str, str]] = []
        self.written = asyncio.Event()

    def name(self, impression_id: str) -> str:
        """Return the piece's id of an impression."""
        return self.records[impression_id].artwork_id

    async def opened(self, record: OpenImpression) -> None:
        await asyncio.sleep(0)
        self.records[record.id] = record
        self.notes.append(("opened", record.artwork_id))

    async def heartbeat(self, impression_id: str, showing: Showing) -> None:
        self.notes.append(("beat", self.name(impression_id)))
        self.written.set()

    async def ended(self, impression_id: str, showing: Showing, ended_by: EndedBy) -> None:
        self.notes.append((ended_by.value, self.name(impression_id)))


@asynccontextmanager
async def keeper(ledger: Ledger, clock: FakeClock) -> AsyncIterator[ProofKeeper]:
    """Yield a running proof keeper."""
    proof = ProofKeeper(
        ledger=ledger,
        clock=clock,
        boot=Boot("boot", lambda: True),
        tally=lambda: Showing(10, 1),
        planned_ms=lambda: 12_000,
    )
    async with asyncio.TaskGroup() as group:
        task = group.create_task(proof.run())
        yield proof
        task.cancel()


@pytest.mark.anyio
async def test_every_showing_is_opened_and_ended_under_its_own_record() -> None:
    """The new piece may open before the old one's end is told; each end finds its own record; twice is nothing."""
    ledger, clock = Ledger(), FakeClock()
    async with keeper(ledger, clock) as proof:
        proof.opened("s1", [artwork("a")], 990.0, [1.0])
        proof.opened("s2", [artwork("b")], 1000.0, [0.5])
        proof.ended("s1", Showing(10_000, 600), EndedBy.NEXT)
        proof.ended("s1", Showing(10_000, 600), EndedBy.NEXT)
        proof.ended("s2", Showing(1, 1), EndedBy.EXIT)
        proof.ended("s9", Showing(1, 1), EndedBy.EXIT)
        await proof.drain()
    assert ledger.notes == [("opened", "a"), ("opened", "b"), ("next", "a"), ("exit", "b")]
    first = next(iter(ledger.records.values()))
    assert (first.painted_mono_s, first.boot_id, first.clock_synced, first.planned_ms) == (990.0, "boot", True, 12_000)
    assert (clock.now() - first.painted_at).total_seconds() == 10.0


@pytest.mark.anyio
async def test_two_side_by_side_are_two_records() -> None:
    """A diptych opens a record for each picture with its own share of the screen and one time; it ends both."""
    ledger = Ledger()
    async with keeper(ledger, TickingClock()) as proof:
        proof.opened("s1", [artwork("a"), artwork("b")], 990.0, [0.5, 0.4])
        proof.ended("s1", Showing(10, 1), EndedBy.NEXT)
        await proof.drain()
    assert ledger.notes == [("opened", "a"), ("opened", "b"), ("next", "a"), ("next", "b")]
    assert [record.coverage for record in ledger.records.values()] == [0.5, 0.4]
    assert len({(record.painted_at, record.painted_mono_s) for record in ledger.records.values()}) == 1


@pytest.mark.anyio
async def test_an_open_record_gets_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a piece stays, how far it has come is written now and then."""
    assert HEARTBEAT_S <= 10
    monkeypatch.setattr("kiosk.app.proof.HEARTBEAT_S", 0.01)
    ledger = Ledger()
    async with keeper(ledger, FakeClock()) as proof:
        proof.opened("s1", [artwork("a")], 990.0, [1.0])
        async with asyncio.timeout(60):
            await ledger.written.wait()
    assert ledger.notes[:2] == [("opened", "a"), ("beat", "a")]
