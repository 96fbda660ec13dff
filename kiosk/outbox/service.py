"""Records impressions and delivers them, for ever, until the server has said that it has them.

    app -> opened / heartbeat / ended -> store (disk) -> batches -> transport -> server

`run` is owned and restarted by the app's supervisor; recording works without it. Everything that touches the file
happens on one thread of this service's own.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Final, Protocol, TypeVar, assert_never

from kiosk.domain.impressions import EndedBy, ImpressionCounts, OpenImpression, Showing
from kiosk.domain.ports import Clock
from kiosk.outbox.batching import halves, wire_impression
from kiosk.outbox.outcomes import Answered, BatchRefused, ImpressionTransport, TryLater
from kiosk.outbox.records import ClosedImpression
from kiosk.outbox.store import OutboxStore
from kiosk.outbox.waiting import wait_for
from kiosk.protocol.impressions import BATCH_MAX

_log = logging.getLogger(__name__)

T = TypeVar("T")

FAULT_RETRY_S: Final = 5.0
KEEP_DELIVERED: Final = timedelta(days=30)
PRUNE_EVERY_S: Final = 86_400.0


class RetryDelay(Protocol):
    """Tells how long to wait after failure number `attempt` (0 is the first), never below `retry_after_s`."""

    def __call__(self, attempt: int, retry_after_s: float | None) -> float:
        """Return seconds."""
        ...


class OutboxService:
    """The outbox of one data folder, in the file at `path`.

    `boot_id` names this boot of the machine (ages are monotonic within one boot). Delivery begins `flush_after_s` after
    an impression ended, so that what ends together goes together, in batches of at most `batch_max`.
    """

    def __init__(
        self,
        *,
        path: Path,
        transport: ImpressionTransport,
        clock: Clock,
        boot_id: str,
        retry_delay: RetryDelay,
        flush_after_s: float = 2.0,
        batch_max: int = BATCH_MAX,
        close_timeout_s: float = 2.0,
    ) -> None:
        self._store = OutboxStore(path)
        self._transport = transport
        self._clock = clock
        self._boot_id = boot_id
        self._retry_delay = retry_delay
        self._flush_after_s = flush_after_s
        self._batch_max = min(max(batch_max, 1), BATCH_MAX)
        self._close_timeout_s = close_timeout_s
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="outbox")
        self._sending = asyncio.Lock()
        self._wake = asyncio.Event()
        self._due_s: float | None = None
        self._not_before_s = 0.0
        self._attempt = 0
        self._pruned_at_s: float | None = None

    # ------------------------------------------------------------------ life
    async def start(self) -> None:
        """Open the file and close what a killed process left open; call once, before anything else.

        Raises DataFolderError for a file of a newer program; a disk that fails only shows in `fault`.
        """
        await self._on_thread(self._store.load)

    async def aclose(self) -> None:
        """Close the file. What is not delivered stays for the next start."""
        await self._on_thread(self._store.shut)
        self._executor.shutdown(wait=False)

    # ------------------------------------------------------------------ recording
    async def opened(self, record: OpenImpression) -> None:
        """Keep a piece that was just painted: on disk when this returns. Comes before anything else about it."""
        await self._on_thread(self._store.open, record)
        self._mind_fault()

    async def heartbeat(self, id_: str, showing: Showing) -> None:
        """Note how long, and in how many frames, the piece on the glass has been visible so far."""
        await self._on_thread(self._store.heartbeat, id_, showing, self._clock.now())
        self._mind_fault()

    async def ended(self, id_: str, showing: Showing, ended_by: EndedBy) -> None:
        """Note that the piece left the glass; it is delivered soon after."""
        await self._on_thread(self._store.close, id_, showing, ended_by, self._clock.now())
        self._deliver_in(self._flush_after_s)

    # ------------------------------------------------------------------ asking
    def counts(self) -> ImpressionCounts:
        """Return the books; `painted == delivered + pending + dropped` at every moment."""
        return self._store.counts()

    async def answer(self) -> ImpressionCounts:
        """Return the books by way of the thread that keeps them: it comes back once that one is free."""
        return await self._on_thread(self._store.counts)

    def pending_artwork_ids(self) -> frozenset[str]:
        """Return the artworks that have impressions the server has not acknowledged."""
        return self._store.artwork_ids()

    @property
    def fault(self) -> str | None:
        """What keeps impressions from the disk at this moment, in one line, or None."""
        return self._store.fault

    @property
    def refused(self) -> int:
        """How many records the server has refused since the start; they are kept, and pending."""
        return self._store.refused

    # ------------------------------------------------------------------ delivering
    def server_is_back(self) -> None:
        """Try at once what waits for its next try."""
        self._attempt = 0
        self._not_before_s = 0.0
        if self._due_s is not None:
            self._due_s = self._clock.monotonic()
        self._wake.set()

    async def flush(self, timeout_s: float | None = None) -> bool:
        """Deliver now what has ended, for at most `timeout_s` (default: the close timeout); return whether all went.

        What does not go in that time stays for the next start.
        """
        limit_s = self._close_timeout_s if timeout_s is None else timeout_s
        async with asyncio.TaskGroup() as group:
            delivery = group.create_task(self._deliver(), name="outbox-flush")
            timer = group.create_task(self._clock.sleep(limit_s))
            await asyncio.wait({delivery, timer}, return_when=asyncio.FIRST_COMPLETED)
            timer.cancel()
            went = delivery.done() and delivery.result() is None
            delivery.cancel()
        return went

    async def run(self) -> None:
        """Deliver until cancelled. Faults of the network and of the disk never come out of here."""
        if self.counts().pending:
            self._deliver_in(self._flush_after_s)
        while True:
            self._wake.clear()
            now_s = self._clock.monotonic()
            left_s = None if self._due_s is None else max(self._due_s, self._not_before_s) - now_s
            if left_s is None or left_s > 0:
                await wait_for(self._wake, self._clock, left_s)
                continue
            self._due_s = None
            trouble = await self._deliver()
            if trouble is None:
                self._attempt = 0
                await self._prune_now_and_then()
                self._mind_fault()
                continue
            delay_s = self._retry_delay(self._attempt, trouble.retry_after_s)
            (_log.warning if self._attempt == 0 else _log.debug)("%s Again in %.1f s.", trouble.reason, delay_s)
            self._attempt += 1
            self._due_s = self._not_before_s = self._clock.monotonic() + delay_s

    # ------------------------------------------------------------------ within
    def _deliver_in(self, seconds: float) -> None:
        if self._due_s is None:
            self._due_s = self._clock.monotonic() + seconds
            self._wake.set()

    def _mind_fault(self) -> None:
        """See to it that what waits in memory is offered to the disk again: each delivery does that first."""
        if self._store.fault is not None:
            self._deliver_in(FAULT_RETRY_S)

    async def _deliver(self) -> TryLater | None:
        """Send everything that has ended, oldest first; return what stopped it, or None when nothing is left."""
        async with self._sending:
            while records := await self._on_thread(self._store.pending, self._batch_max):
                trouble = await self._send(records)
                if trouble is not None:
                    return trouble
        return None

    async def _send(self, records: Sequence[ClosedImpression]) -> TryLater | None:
        """Send one batch; a refused one is halved until the records at fault stand alone, and are set aside."""
        parts: list[Sequence[ClosedImpression]] = [records]
        while parts:
            part = parts.pop()
            now_mono_s = self._clock.monotonic()
            outcome = await self._transport.send(
                [wire_impression(record, now_mono_s=now_mono_s, boot_id=self._boot_id) for record in part]
            )
            match outcome:
                case Answered():
                    if await self._settle(part, outcome):
                        return TryLater("The server did not answer for every impression.")
                case BatchRefused(reason=reason):
                    smaller = halves(part)
                    parts.extend(reversed(smaller))
                    if not smaller:
                        await self._set_aside(part[0].id, reason)
                case TryLater():
                    return outcome
                case _:
                    assert_never(outcome)
        return None

    async def _settle(self, part: Sequence[ClosedImpression], answer: Answered) -> bool:
        """Book what the server said; return whether a record was left without an answer."""
        ids = [record.id for record in part]
        await self._on_thread(
            self._store.mark_delivered, [id_ for id_ in ids if id_ in answer.taken], self._clock.now()
        )
        for id_ in ids:
            if id_ in answer.rejected:
                await self._set_aside(id_, answer.rejected[id_])
        return any(id_ not in answer.taken and id_ not in answer.rejected for id_ in ids)

    async def _set_aside(self, id_: str, reason: str) -> None:
        await self._on_thread(self._store.set_aside, id_, f"The server refuses it: {reason}")

    async def _prune_now_and_then(self) -> None:
        now_s = self._clock.monotonic()
        if self._pruned_at_s is None or now_s - self._pruned_at_s >= PRUNE_EVERY_S:
            self._pruned_at_s = now_s
            await self._on_thread(self._store.prune, self._clock.now() - KEEP_DELIVERED)

    async def _on_thread(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, lambda: function(*arguments))
