"""From what the witness saw to impressions on disk: one queue, in order, before anything else happens with them.

stage.opened / stage.ended -> ProofKeeper -> outbox (SQLite) -> server
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from kiosk.domain.artworks import Artwork
from kiosk.domain.ids import new_id
from kiosk.domain.impressions import EndedBy, OpenImpression, Showing
from kiosk.domain.ports import Clock

HEARTBEAT_S = 5.0


class Ledger(Protocol):
    """Where impressions are kept; `kiosk.outbox` is the adapter."""

    async def opened(self, record: OpenImpression) -> None:
        """Write a new impression to disk."""
        ...

    async def heartbeat(self, impression_id: str, showing: Showing) -> None:
        """Write how far an open impression has come."""
        ...

    async def ended(self, impression_id: str, showing: Showing, ended_by: EndedBy) -> None:
        """Write that an impression is over; it may be sent from now on."""
        ...


class ProofSink(Protocol):
    """Where the witness's outcomes go; `ProofKeeper` is the adapter."""

    def opened(self, showing_id: str, hanging: Sequence[Artwork], at_s: float, coverage: Sequence[float]) -> None:
        """Pieces were seen with half their weight."""
        ...

    def ended(self, showing_id: str, showing: Showing, ended_by: EndedBy) -> None:
        """They left the glass."""
        ...


@dataclass(frozen=True, slots=True)
class Boot:
    """What a record needs to be dated later: which boot this is, and whether the wall clock can be trusted."""

    boot_id: str
    is_clock_synced: Callable[[], bool]


class ProofKeeper:
    """Turns the witness's outcomes into records. Called on the loop's thread; `run` is supervised."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        clock: Clock,
        boot: Boot,
        tally: Callable[[], Showing | None],
        planned_ms: Callable[[], int],
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._boot = boot
        self._tally = tally
        self._planned_ms = planned_ms
        self._open: dict[str, tuple[str, ...]] = {}
        self._work: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()

    def opened(self, showing_id: str, hanging: Sequence[Artwork], at_s: float, coverage: Sequence[float]) -> None:
        """Pieces were seen with half their weight at monotonic `at_s`, each covering that share of the screen."""
        painted_at = self._clock.now() - timedelta(seconds=max(0.0, self._clock.monotonic() - at_s))
        records = [
            self._record(artwork, at_s, painted_at, share) for artwork, share in zip(hanging, coverage, strict=True)
        ]
        self._open[showing_id] = tuple(record.id for record in records)
        for record in records:
            self._work.put_nowait(partial(self._ledger.opened, record))

    def _record(self, artwork: Artwork, at_s: float, painted_at: datetime, coverage: float) -> OpenImpression:
        return OpenImpression(
            id=new_id(),
            artwork_id=artwork.id,
            sha256=artwork.sha256,
            title=artwork.title,
            reason=artwork.reason,
            painted_at=painted_at,
            painted_mono_s=at_s,
            boot_id=self._boot.boot_id,
            clock_synced=self._boot.is_clock_synced(),
            planned_ms=self._planned_ms(),
            coverage=coverage,
        )

    def ended(self, showing_id: str, showing: Showing, ended_by: EndedBy) -> None:
        """The pieces left the glass, or the glass went dark."""
        for impression_id in self._open.pop(showing_id, ()):
            self._work.put_nowait(partial(self._ledger.ended, impression_id, showing, ended_by))

    async def run(self) -> None:
        """Write what has happened, in order; and a heartbeat now and then, for the case that we are killed."""
        while True:
            try:
                work = await asyncio.wait_for(self._work.get(), HEARTBEAT_S)
            except TimeoutError:
                await self._beat()
                continue
            try:
                await work()
            finally:
                self._work.task_done()

    async def drain(self) -> None:
        """Wait until everything handed in is written."""
        await self._work.join()

    async def _beat(self) -> None:
        showing = self._tally()
        if showing is not None:
            for impression_id in next(reversed(self._open.values()), ()):
                await self._ledger.heartbeat(impression_id, showing)
