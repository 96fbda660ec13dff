"""The event stream: server-sent events of one user to one display, until either goes away.

    : connected            at once, so that proxies and clients see that it works
    id: 41                 the position to come back with, before any event
    retry: 2000

    id: 42
    event: art-ready
    data: {...}

    :                      every heartbeat

Every wake reads the events table after the last id sent, heartbeats too, so a lost hint costs one heartbeat at most.
The counterpart that reads this is `kiosk.sync.sse`.
"""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kiosk.server import store_events
from kiosk.server.broker import Broker, Subscription, Wake
from kiosk.server.database import Database
from kiosk.server.store_events import StoredEvent

MEDIA_TYPE = "text/event-stream"
RETRY_MS = 2_000
_HEARTBEAT = b":\n\n"


class EventStream(Response):
    """The response that follows a user's events from `after_seq` (None: from now) on."""

    media_type = MEDIA_TYPE

    def __init__(
        self, database: Database, broker: Broker, *, user_id: int, device_id: int | None, after_seq: int | None
    ) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._database = database
        self._broker = broker
        self._user_id = user_id
        self._device_id = device_id
        self._after_seq = after_seq

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the client leaves or the subscription ends."""
        del scope
        with self._broker.subscribe(self._user_id, self._device_id) as subscription:
            async with asyncio.TaskGroup() as group:
                following = group.create_task(self._follow(subscription, send))
                leaving = group.create_task(_left(receive))
                await asyncio.wait({following, leaving}, return_when=asyncio.FIRST_COMPLETED)
                following.cancel()
                leaving.cancel()

    async def _events_after(self, seq: int) -> list[StoredEvent]:
        return await self._database.read(lambda connection: store_events.after(connection, user=self._user_id, seq=seq))

    async def _follow(self, subscription: Subscription, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        newest = await self._database.read(lambda connection: store_events.last_seq(connection, user=self._user_id))
        seq = newest if self._after_seq is None else min(self._after_seq, newest)
        await _send(send, f": connected\nid: {seq}\nretry: {RETRY_MS}\n\n".encode())
        woken = Wake.NEWS
        while Wake.ENDED not in woken:
            events = await self._events_after(seq)
            if events:
                seq = events[-1].seq
                await _send(send, b"".join(map(encode, events)))
            elif Wake.BEAT in woken:
                await _send(send, _HEARTBEAT)
            if len(events) < store_events.BATCH:
                woken = await subscription.wait()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def encode(event: StoredEvent) -> bytes:
    """Return one event as the stream carries it."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.seq, event.kind.encode(), event.data.wire())


def parse_last_event_id(text: str | None) -> int | None:
    """Return the sequence number of a Last-Event-ID, or None when it is missing or none of ours."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= 18 else None


async def _send(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
