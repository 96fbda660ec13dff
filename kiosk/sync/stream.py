"""Follows the server's event stream for ever: connects, listens, notices silence, connects again where it left off.

`client.stream` brings bytes, `sse` makes events of them, `service` acts on them. A stream is live while something, be
it a comment, comes within three heartbeats. Its counterpart is `kiosk.server.stream`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Final

from kiosk.domain.errors import KioskError, ServerRefused, ServerUnreachable
from kiosk.domain.ports import Clock, Random
from kiosk.sync.backoff import Backoff
from kiosk.sync.client import ApiClient
from kiosk.sync.sse import SseComment, SseEvent, SseParser, SseTooLarge
from kiosk.sync.waiting import wait_for

_log = logging.getLogger(__name__)

SILENT_HEARTBEATS: Final = 3
RECONNECT_BASE_S: Final = 1.0
RECONNECT_CAP_S: Final = 60.0


class StreamFollower:
    """One display's place in the stream.

    `on_event` gets every event once, in order; `on_live(True)` comes when the stream stands, `on_live(False)` when it
    no longer does. `session_id` is asked for at each connection.
    """

    def __init__(
        self,
        *,
        client: ApiClient,
        clock: Clock,
        random: Random,
        heartbeat_s: float,
        session_id: Callable[[], str | None],
        on_event: Callable[[SseEvent], None],
        on_live: Callable[[bool], None],
    ) -> None:
        self._client = client
        self._clock = clock
        self._random = random
        self._silence_max_s = SILENT_HEARTBEATS * heartbeat_s
        self._session_id = session_id
        self._on_event = on_event
        self._on_live = on_live
        self._last_event_id = ""
        self._retry_base_s = RECONNECT_BASE_S
        self._heard_at_s = 0.0
        self._heard_anything = False
        self._reconnect = asyncio.Event()

    def reconnect(self) -> None:
        """End the wait before the next connection: the server has moved, or is back."""
        self._reconnect.set()

    async def run(self) -> None:
        """Follow until cancelled; after a 204 nothing is asked for until `reconnect`."""
        attempt = 0
        while True:
            self._reconnect.clear()
            stopped, fault = await self._listen()
            if stopped:
                _log.info("The server wants no event stream (204); the queue is polled.")
                await self._reconnect.wait()
                continue
            attempt = 0 if self._heard_anything else attempt + 1
            backoff = Backoff(base_s=self._retry_base_s, cap_s=RECONNECT_CAP_S)
            retry_after_s = fault.retry_after_s if isinstance(fault, ServerRefused) else None
            delay_s = backoff.delay_s(attempt, self._random, retry_after_s=retry_after_s)
            _log.info("The event stream ended; again in %.1f s. %s", delay_s, fault or "")
            await wait_for(self._reconnect, self._clock, delay_s)

    async def _listen(self) -> tuple[bool, KioskError | None]:
        """Follow one connection to its end; return whether the server said to stop, and the fault that ended it."""
        stopped = False
        fault: KioskError | None = None
        self._heard_anything = False
        self._heard_at_s = self._clock.monotonic()
        try:
            async with asyncio.TaskGroup() as group:
                watchdog = group.create_task(self._watch(), name="stream-watchdog")
                stopped = await self._connect()
                watchdog.cancel()
        except* KioskError as errors:
            fault = next(error for error in errors.exceptions if isinstance(error, KioskError))
        finally:
            self._on_live(False)
        return stopped, fault

    async def _connect(self) -> bool:
        async with self._client.stream(self._session_id(), self._last_event_id) as chunks:
            if chunks is None:
                return True
            self._on_live(True)
            await self._read(chunks)
        return False

    async def _read(self, chunks: AsyncIterator[bytes]) -> None:
        parser = SseParser(last_event_id=self._last_event_id)
        async for chunk in chunks:
            try:
                self._take(parser, parser.feed(chunk))
            except SseTooLarge as error:
                self._take(parser, error.events)
                self._last_event_id = ""  # asked for again it would come again; the poll makes up for it
                raise ServerUnreachable(f"{self._client.server} sent an event without end.") from error

    def _take(self, parser: SseParser, items: list[SseEvent | SseComment]) -> None:
        if items:
            self._heard_at_s = self._clock.monotonic()
            self._heard_anything = True
        for item in items:
            if isinstance(item, SseEvent):
                self._last_event_id = item.id
                self._on_event(item)
        self._last_event_id = parser.last_event_id
        if parser.retry_ms is not None:
            self._retry_base_s = min(parser.retry_ms / 1000, RECONNECT_CAP_S)

    async def _watch(self) -> None:
        while True:
            left_s = self._heard_at_s + self._silence_max_s - self._clock.monotonic()
            if left_s <= 0:
                raise ServerUnreachable(f"{self._client.server} has been silent for {self._silence_max_s:g} seconds.")
            await self._clock.sleep(left_s)
