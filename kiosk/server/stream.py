"""One event stream on the wire: server-sent events of one user to one display, until either goes away.

    : connected            at once, so that proxies and clients see that it works
    id: 41                 the position to come back with, before any event
    retry: 2000

    id: 42
    event: art-ready
    data: {...}

    :                      every heartbeat

`api.streaming` opens a stream, `fan_out` writes to it. What is the same for thousands of them is framed once and given
to their sockets as it is; only a stream's head, what it had missed and its end go the long way of every reply.
The counterpart that reads this is `kiosk.sync.sse`.
"""

import asyncio
import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.types import Scope, Send

from kiosk.server.store_events import StoredEvent

MEDIA_TYPE = "text/event-stream"
RETRY_MS = 2_000
PART_BYTES = 64 * 1024
_HEADERS = [
    (b"content-type", MEDIA_TYPE.encode()),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Told:
    """An event as streams carry it; `user_id` None: to everybody's."""

    seq: int
    user_id: int | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes for many streams: plain, and as a chunk of an HTTP/1.1 body (RFC 9112, 7.1)."""

    plain: bytes
    chunk: bytes

    @classmethod
    def of(cls, data: bytes) -> "Frame":
        """Frame `data`, which is not empty."""
        return cls(data, b"%x\r\n%b\r\n" % (len(data), data))


class Stream:
    """One open stream. `position` is the sequence number up to which it has everything; `is_live` once it follows."""

    __slots__ = (
        "_is_chunked",
        "_send",
        "_transport",
        "device_id",
        "is_live",
        "position",
        "stuck_since_s",
        "token_sha256",
        "user_id",
    )

    def __init__(
        self,
        scope: Scope,
        send: Send,
        *,
        transport: asyncio.WriteTransport,
        user_id: int,
        device_id: int | None,
        token_sha256: str | None,
    ) -> None:
        self._is_chunked = scope["http_version"] == "1.1"
        self._send = send
        self._transport = transport
        self.user_id = user_id
        self.device_id = device_id
        self.token_sha256 = token_sha256
        self.position = 0
        self.is_live = False
        self.stuck_since_s: float | None = None

    @property
    def is_closing(self) -> bool:
        """True once the connection ends, from whichever side."""
        return self._transport.is_closing()

    @property
    def unsent_bytes(self) -> int:
        """How much waits for the reader."""
        return self._transport.get_write_buffer_size()

    async def begin(self, position: int) -> None:
        """Send the head and the greeting; the client has everything up to `position`."""
        self.position = position
        await self._send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await self._send_body(f": connected\nid: {position}\nretry: {RETRY_MS}\n\n".encode())

    async def replay(self, news: Sequence[Told], *, position: int) -> None:
        """Send news no faster than it is read; the client then has everything up to `position`."""
        for part in _parts(news):
            await self._send_body(part)
            self.stuck_since_s = None
        self.position = position

    def write(self, frame: Frame) -> None:
        """Send at once what is framed already; what the reader does not take waits."""
        if not self._transport.is_closing():
            self._transport.write(frame.chunk if self._is_chunked else frame.plain)

    async def end(self) -> None:
        """End the stream in good order, or hard when its reader has not kept up."""
        if self.is_live and not self.unsent_bytes:
            self.is_live = False
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            self.drop()

    def drop(self) -> None:
        """Reset the connection: neither we nor the kernel keep what was not read."""
        self.is_live = False
        if not self._transport.is_closing():
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self._transport.abort()

    async def _send_body(self, data: bytes) -> None:
        await self._send({"type": "http.response.body", "body": data, "more_body": True})


def encode(event: StoredEvent) -> Told:
    """Return one event as the stream carries it."""
    data = b"id: %d\nevent: %b\ndata: %b\n\n" % (event.seq, event.kind.encode(), event.data.wire())
    return Told(event.seq, event.user_id, data)


def parse_last_event_id(text: str | None) -> int | None:
    """Return the sequence number of a Last-Event-ID, or None when it is missing or none of ours."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= 18 else None


def _parts(news: Sequence[Told]) -> Iterator[bytes]:
    part = bytearray()
    for told in news:
        part += told.data
        if len(part) >= PART_BYTES:
            yield bytes(part)
            part.clear()
    if part:
        yield bytes(part)
