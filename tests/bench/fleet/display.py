"""One simulated display: what `kiosk.sync`, `kiosk.outbox` and the art director ask of a server, when they ask it.

    a page of the queue   at the start; a moment after news; when fewer than ten pieces are left
    the event stream      one, held open
    an image              for every piece shown: the cache is warm, one comes as one goes
    impressions           two seconds after a showing has ended, all that has ended by then; one batch at a time
    a wish for art        every five minutes; a page follows

Every call has a connection of its own: between two of them lies more than the four seconds a real one is kept.
"""

import asyncio
import json
import random
import time
import uuid
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.bench.load import get

SHOWING_S = 12.0
FLUSH_AFTER_S = 2.0
DEBOUNCE_S = 0.25
REFILL_BELOW = 10
ART_EVERY_S = 300.0
RETRY_CAP_S = 60.0
BATCH_MAX = 200
CALL_TIMEOUT_S = 30.0


@dataclass
class Book:
    """What the displays of one process have met: (kind, second of the run, ms it took), and what went wrong."""

    begun_s: float = field(default_factory=time.monotonic)
    calls: list[tuple[str, float, float]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def at_s(self) -> float:
        return time.monotonic() - self.begun_s


@dataclass
class Display:
    """A display of a fleet; `pace` 2 makes everything happen twice as often as in earnest."""

    port: int
    token: str
    images: list[str]
    pace: float
    book: Book
    chance: random.Random
    session: str = ""
    queue: deque[str] = field(default_factory=deque)
    outbox: deque[dict[str, Any]] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)  # a page is wanted
    ended: asyncio.Event = field(default_factory=asyncio.Event)  # a showing has; the outbox is not empty
    fetching: asyncio.Event = field(default_factory=asyncio.Event)  # an image is wanted
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    told: deque[str] = field(default_factory=lambda: deque(maxlen=50))  # pieces the stream named

    async def run(self, start_after_s: float) -> None:
        """Live until cancelled."""
        await asyncio.sleep(start_after_s)
        await self._page()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._show())
            group.create_task(self._fetch())
            group.create_task(self._deliver())
            group.create_task(self._wish())
            group.create_task(self._sync())

    async def _show(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, SHOWING_S) / self.pace)
        while True:
            self.fetching.set()
            await asyncio.sleep(SHOWING_S / self.pace)
            if self.queue:
                self.outbox.append(self._record(self.queue.popleft()))
                self.ended.set()
            if len(self.queue) < REFILL_BELOW:
                self.news.set()

    async def _deliver(self) -> None:
        """One batch at a time with all that has ended; what does not go through is sent again, later and later."""
        attempt = 0
        while True:
            await self.ended.wait()
            wait_s = FLUSH_AFTER_S if not attempt else self.chance.uniform(0, min(RETRY_CAP_S, 2.0**attempt))
            await asyncio.sleep(wait_s / self.pace)
            batch = list(self.outbox)[:BATCH_MAX]
            reply = await self._call("impressions", "POST", "/api/artworks/batch-impressions", {"impressions": batch})
            attempt = attempt + 1 if reply is None else 0
            if reply is None:
                continue
            if json.loads(reply)["upserted"] != len(batch):
                self.book.faults.append(f"impressions: {reply[:200]!r}")
            for _ in batch:
                self.outbox.popleft()
            if not self.outbox:
                self.ended.clear()

    def _record(self, artwork_id: str) -> dict[str, Any]:
        return {
            "id": str(uuid.uuid4()),
            "artworkId": artwork_id,
            "type": "displayed",
            "paintedAt": "2026-01-01T00:00:00.000Z",
            "clockSynced": True,
            "ageMs": 14_000,
            "visibleMs": 12_000,
            "plannedMs": 12_000,
            "framesPainted": 700,
            "endedBy": "next",
            "reason": "unseen",
        }

    async def _fetch(self) -> None:
        while True:
            await self.fetching.wait()
            self.fetching.clear()
            await self._call("image", "GET", f"/api/images/{self.chance.choice(self.images)}")

    async def _sync(self) -> None:
        while True:
            await self.news.wait()
            await asyncio.sleep(DEBOUNCE_S)
            self.news.clear()
            await self._page()

    async def _page(self) -> None:
        reply = await self._call("next", "GET", f"/api/artworks/next?limit=20&sessionId={self.session}")
        if reply is not None:
            page = json.loads(reply)
            self.session = page["sessionId"]
            self.queue = deque(piece["id"] for piece in page["artworks"])

    async def _wish(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, ART_EVERY_S) / self.pace)
        while True:
            wish = {"sessionId": self.session, "musicInfo": {"source": "ambient", "variation": str(uuid.uuid4())}}
            reply = await self._call("generate", "POST", "/api/generate-art", wish)
            if reply is not None:
                await self._hear_of(json.loads(reply)["artwork"]["id"])
            await asyncio.sleep(ART_EVERY_S / self.pace)

    async def _hear_of(self, artwork_id: str) -> None:
        """Book how much later than the reply the stream told of it; it is often sooner."""
        replied_s = time.monotonic()
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                while artwork_id not in self.told:
                    self.heard.clear()
                    await self.heard.wait()
        except TimeoutError:
            self.book.faults.append("event: never came")
            return
        self.book.calls.append(("event", self.book.at_s, 1000 * (time.monotonic() - replied_s)))

    async def _listen(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(get(f"/api/artworks/stream?sessionId={self.session}", self.token))
            async for line in reader:
                if line.startswith(b"data:"):
                    told = json.loads(line[5:])
                    self.told.append(told["artwork"]["id"] if "artwork" in told else "")
                    self.news.set()
                    self.heard.set()
            self.book.faults.append("stream: ended")
        except (OSError, ValueError) as error:
            self.book.faults.append(f"stream: {error!r}")
        finally:
            writer.close()

    async def _call(self, kind: str, method: str, path: str, body: Any = None) -> bytes | None:
        """Make one call and book it; return the body of a 200."""
        begun_s = time.monotonic()
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                status, reply = await self._exchange(method, path, b"" if body is None else json.dumps(body).encode())
        except (OSError, ValueError, IndexError, TimeoutError) as error:
            self.book.faults.append(f"{kind}: {error!r}")
            return None
        self.book.calls.append((kind, self.book.at_s, 1000 * (time.monotonic() - begun_s)))
        if status != 200:
            self.book.faults.append(f"{kind}: {status} {reply[:200]!r}")
            return None
        return reply

    async def _exchange(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        try:
            more = f"Connection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            writer.write(get(path, self.token, more=more).replace(b"GET", method.encode(), 1) + body)
            head, _, rest = (await reader.read(-1)).partition(b"\r\n\r\n")
            return int(head.split(b" ", 2)[1]), _body(head, rest)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def _body(head: bytes, rest: bytes) -> bytes:
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    if not length or len(rest) != int(length):
        raise ValueError(f"{len(rest)} bytes came of {length.decode() or 'an unknown number'}")
    return rest
