"""Streams read over bare sockets: many at once, and readers that behave as no good client does."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from kiosk.sync.sse import SseEvent, SseParser
from tests.server.harness import DEADLINE_S, Served

HEAD_END = b"\r\n\r\n"


def request_for(token: str, *, last_event_id: str | None = None, version: str = "1.1") -> bytes:
    """The request that opens a stream."""
    lines = [f"GET /api/artworks/stream HTTP/{version}", "Host: kiosk.test", f"Authorization: Bearer {token}"]
    if last_event_id is not None:
        lines.append(f"Last-Event-ID: {last_event_id}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class RawStream:
    """One stream on a socket; `text` is what came of its body."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        self._reader = reader
        self._writer = writer
        self.head = head
        self.body = b""

    @property
    def socket(self) -> socket.socket:
        """The socket itself."""
        found: socket.socket = self._writer.get_extra_info("socket")
        return found

    async def until(self, mark: bytes) -> bytes:
        """Read on until `mark` is in the body, chunk marks among it; returns the body so far."""
        async with asyncio.timeout(DEADLINE_S):
            while mark not in self.body:
                data = await self._reader.read(65_536)
                assert data, f"the stream ended before {mark!r}"
                self.body += data
        return self.body

    async def ended(self) -> None:
        """Read on until the connection ends."""
        async with asyncio.timeout(DEADLINE_S):
            try:
                while data := await self._reader.read(65_536):
                    self.body += data
            except ConnectionResetError:
                pass

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def open_raw(served: Served, *, token: str | None = None, receive_buffer: int = 0, **changes: str) -> RawStream:
    """Open a stream and wait for its greeting; `receive_buffer` bytes are what the kernel takes for a lazy reader."""
    address = urlsplit(served.url)
    assert address.port is not None
    plain = socket.socket()
    plain.setblocking(False)
    if receive_buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    await asyncio.get_running_loop().sock_connect(plain, (address.hostname, address.port))
    reader, writer = await asyncio.open_connection(sock=plain, limit=receive_buffer or 65_536)
    writer.write(request_for(served.services.device_token if token is None else token, **changes))
    async with asyncio.timeout(DEADLINE_S):
        head = await reader.readuntil(HEAD_END)
    opened = RawStream(reader, writer, head)
    assert b" 200 " in head, head
    await opened.until(b"retry: ")
    return opened


class Follower:
    """A display that follows its stream for ever: it comes back with the last id whenever the stream ends."""

    def __init__(self) -> None:
        self.events: list[SseEvent] = []
        self.connections = 0

    async def run(self, served: Served) -> None:
        """Follow until cancelled."""
        last_event_id: str | None = None
        while True:
            parser = SseParser()
            headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
            async with (
                served.client() as client,
                client.stream("GET", "/api/artworks/stream", headers=headers, timeout=None) as response,
            ):
                self.connections += 1
                async for data in response.aiter_bytes():
                    self.events += [came for came in parser.feed(data) if isinstance(came, SseEvent)]
                    last_event_id = parser.last_event_id or last_event_id


@asynccontextmanager
async def following(served: Served) -> AsyncIterator[Follower]:
    """Follow a server's stream for the block, from when it is open."""
    follower = Follower()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(follower.run(served))
        async with asyncio.timeout(DEADLINE_S):
            while not served.services.fan_out.subscribers:  # noqa: ASYNC110 - another task's doing
                await asyncio.sleep(0.005)
        try:
            yield follower
        finally:
            task.cancel()
