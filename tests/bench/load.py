"""A load generator that costs little: keep-alive connections that each ask again as soon as they have their answer."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

SETTLE_S = 0.5


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: answers a second, how many were no 200, bytes of the last body, ms each answer took."""

    per_s: float
    failed: int
    body_bytes: int
    took_ms: list[float]


@dataclass
class _Counted:
    answers: int = 0
    failed: int = 0  # answers that were no 200, connections that ended
    body_bytes: int = 0
    took_ms: list[float] = field(default_factory=list)
    is_counting: bool = False


class _Asker(asyncio.Protocol):
    def __init__(self, request: bytes, counted: _Counted) -> None:
        self._request = request
        self._counted = counted
        self._buffer = bytearray()
        self._length = -1  # of the answer under way, head included; -1: not known yet
        self._asked_s = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._counted.failed += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        assert self._transport is not None
        if self._length < 0:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            body_bytes = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or -1)
            if body_bytes < 0:
                self._transport.abort()
                return
            self._length = end + 4 + body_bytes
            self._counted.body_bytes = body_bytes
        if len(self._buffer) < self._length:
            return
        if self._counted.is_counting:
            self._counted.answers += 1
            self._counted.failed += not self._buffer.startswith(b"HTTP/1.1 200")
            self._counted.took_ms.append(1000 * (time.perf_counter() - self._asked_s))
        self._buffer.clear()
        self._length = -1
        self._ask()

    def _ask(self) -> None:
        assert self._transport is not None
        self._asked_s = time.perf_counter()
        self._transport.write(self._request)


def load(targets: Sequence[tuple[int, str, str]], *, connections: int, seconds: float) -> Load:
    """Load each of the (port, path, token) targets over so many connections for so long, and count all answers."""
    return asyncio.run(_load(targets, connections, seconds))


async def _load(targets: Sequence[tuple[int, str, str]], connections: int, seconds: float) -> Load:
    loop = asyncio.get_running_loop()
    counted = _Counted()
    transports = []
    for port, path, token in targets:
        request = get(path, token)
        for _ in range(connections):
            transport, _ = await loop.create_connection(partial(_Asker, request, counted), "127.0.0.1", port)
            transports.append(transport)
    await asyncio.sleep(SETTLE_S)
    counted.is_counting = True
    begun_s = time.perf_counter()
    await asyncio.sleep(seconds)
    counted.is_counting = False
    spent_s = time.perf_counter() - begun_s
    failed = counted.failed
    for transport in transports:
        transport.abort()
    return Load(counted.answers / spent_s, failed, counted.body_bytes, counted.took_ms)


def get(path: str, token: str, *, more: str = "") -> bytes:
    """Return a GET request as bytes."""
    return f"GET {path} HTTP/1.1\r\nHost: kiosk\r\nAuthorization: Bearer {token}\r\n{more}\r\n".encode()
