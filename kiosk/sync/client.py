"""The only client of the server's HTTP API (the outbox's one call aside, which `outbox/transport.py` makes).

The calls stand in `calls`, the meaning of answers in `replies`; here is the transport. Whatever goes wrong comes out as
one of two errors with one clear line: `ServerUnreachable` (no answer, or one that is no kiosk server's) or
`ServerRefused` (its own no). Redirects are never followed. The token travels in the Authorization header only, and only
to its own server.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import anyio._backends._asyncio  # noqa: F401 - or the first call imports it, 30 ms in which the wall stands

from kiosk.domain.errors import KioskError, ServerUnreachable
from kiosk.protocol.http import httpx
from kiosk.sync.calls import ApiCalls, Reply
from kiosk.sync.replies import foreign_answer, media_type, refusal, shown_url

REPLY_MAX_BYTES = 64 * 1024 * 1024
BACKUP_SILENCE_S = 600.0
LOOPBACK = ("all://127.0.0.1", "all://[::1]", "all://localhost")


@dataclass(frozen=True, slots=True)
class Body:
    """An image on its way: what the server says it is, its length when announced (bytes), and the chunks."""

    media_type: str
    length: int | None
    chunks: AsyncIterator[bytes]


class ApiClient(ApiCalls):
    """The API of one server. `transport_app` is an ASGI app to be called in this process instead of over a socket.

    `connect_timeout_s` bounds the connection, `read_timeout_s` a silence within an image, and a whole call may last
    `call_timeout_s`. Use as an asynchronous context manager, or call `aclose`.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        transport_app: Any = None,
        connect_timeout_s: float = 5.0,
        read_timeout_s: float = 15.0,
        call_timeout_s: float = 30.0,
    ) -> None:
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._call_timeout_s = call_timeout_s
        self._transport_app = transport_app
        self._base_url = ""
        self._token = ""
        self.point_to(base_url, token)
        self._http: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    def point_to(self, base_url: str, token: str) -> None:
        """Send later calls to another address: a server child started again has a new port and token."""
        if not (token.isascii() and token.isprintable()) or " " in token:
            raise KioskError("The server token has characters that no token has.", hint="Set server.token anew.")
        try:
            self._base_url = shown_url(base_url)
        except ValueError as error:
            raise KioskError("The server's address is not a URL.", hint="Mend server.url.") from error
        self._token = token

    @property
    def server(self) -> str:
        """The server's address as messages and the status show it."""
        return self._base_url if self._transport_app is None else "The data folder"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        if self._http is not None:
            await self._http.aclose()

    @asynccontextmanager
    async def stream(
        self, session_id: str | None, last_event_id: str = ""
    ) -> AsyncIterator[AsyncIterator[bytes] | None]:
        """Open the event stream and yield its chunks, or None when the server wants no further stream (204).

        Silence has no limit here: whoever reads watches for it.
        """
        headers: dict[str, str | bytes] = {"Accept": "text/event-stream"}
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id.encode()
        async with self._exchange(
            "GET",
            f"{self._base_url}/api/artworks/stream",
            params={"sessionId": session_id} if session_id else None,
            headers=headers,
            timeout=self._timeout(read_s=None),
        ) as response:
            if response.status_code == httpx.codes.NO_CONTENT:
                yield None
                return
            await self._expect_ok(response)
            if media_type(response.headers) != "text/event-stream":
                raise foreign_answer(response.headers, server=self.server)
            async with aclosing(_raw(response)) as chunks:
                yield chunks

    def backup(self) -> AbstractAsyncContextManager[Body]:
        """Open a backup of everything on the server (administrators); it may need minutes before its first bytes."""
        return self.download("/api/admin/backup", silence_s=BACKUP_SILENCE_S)

    @asynccontextmanager
    async def download(self, url: str, *, silence_s: float | None = None) -> AsyncIterator[Body]:
        """Open an image by its `imageUrl`: a path below the server's address, or elsewhere, then without the token.

        `silence_s` bounds a pause within it, by default as all images have it.
        """
        target = f"{self._base_url}{url}" if url.startswith("/") else url
        timeout = self._timeout(read_s=silence_s or self._read_timeout_s)
        async with self._exchange("GET", target, timeout=timeout) as response:
            await self._expect_ok(response)
            length = response.headers.get("content-length", "")
            async with aclosing(_raw(response)) as chunks:
                yield Body(media_type(response.headers), int(length) if length.isdecimal() else None, chunks)

    async def _call(self, method: str, path: str, *, total_s: float | None = None, **request: Any) -> Reply:
        limit_s = total_s or self._call_timeout_s
        try:
            async with (
                asyncio.timeout(limit_s),
                self._exchange(
                    method, f"{self._base_url}{path}", timeout=self._timeout(read_s=limit_s), **request
                ) as response,
            ):
                await self._expect_ok(response)
                return Reply(response.status_code, response.headers, await self._read(response))
        except TimeoutError as error:
            raise ServerUnreachable(f"{self.server} did not answer within {limit_s:g} seconds.") from error

    @asynccontextmanager
    async def _exchange(
        self, method: str, url: str, *, headers: Mapping[str, Any] | None = None, **request: Any
    ) -> AsyncIterator[httpx.Response]:
        own = _origin(url) == _origin(self._base_url)
        authorization = {"Authorization": f"Bearer {self._token}"} if own and self._token else {}
        request.setdefault("timeout", self._timeout(read_s=self._read_timeout_s))
        response: httpx.Response | None = None
        try:
            http = await self._opened()
            built = http.build_request(method, url, headers=authorization | dict(headers or {}), **request)
            response = await http.send(built, stream=True)
            yield response
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise ServerUnreachable(f"{self.server} {_what_happened(error)}.") from error
        finally:
            if response is not None:
                await response.aclose()

    async def _opened(self) -> httpx.AsyncClient:
        """Return the connections: made at the first call, on a worker, for reading the certificates takes long."""
        async with self._opening:
            if self._http is None:
                self._http = await asyncio.to_thread(self._open)
        return self._http

    def _open(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=None if self._transport_app is None else httpx.ASGITransport(app=self._transport_app),
            follow_redirects=False,
            mounts=dict.fromkeys(LOOPBACK),  # no proxy stands between us and ourselves
            headers={"Accept-Encoding": "identity", "User-Agent": "gallery-kiosk"},
            limits=httpx.Limits(max_connections=16, keepalive_expiry=4.0),
        )

    async def _expect_ok(self, response: httpx.Response) -> None:
        if not response.is_success:
            body = await self._read(response)
            raise refusal(response.status_code, body, response.headers, server=self.server, secret=self._token)

    async def _read(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async with aclosing(_raw(response)) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > REPLY_MAX_BYTES:
                    raise ServerUnreachable(f"{self.server} answered without end.")
        return bytes(body)

    def _timeout(self, *, read_s: float | None) -> httpx.Timeout:
        return httpx.Timeout(
            connect=self._connect_timeout_s, read=read_s, write=self._read_timeout_s, pool=self._read_timeout_s
        )


def _raw(response: httpx.Response) -> Any:
    """The body's chunks, as an asynchronous generator: httpx declares an iterator, which `aclosing` does not take."""
    return response.aiter_raw()


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", None, None
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}.get(parts.scheme)


_HAPPENED: tuple[tuple[type[Exception], str], ...] = (
    (httpx.TimeoutException, "did not answer in time"),
    (httpx.ConnectError, "does not answer (no connection)"),
    (httpx.UnsupportedProtocol, "is not the address of a server"),
    (httpx.InvalidURL, "is not the address of a server"),
    (httpx.LocalProtocolError, "cannot be asked that"),
    (httpx.NetworkError, "broke the connection off"),
    (httpx.RemoteProtocolError, "broke the connection off"),
)


def _what_happened(error: Exception) -> str:
    """Say in half a sentence what became of an exchange, without quoting anything that was sent."""
    if isinstance(error, httpx.ConnectError) and any(word in str(error).lower() for word in ("certificate", "ssl")):
        return "did not prove its identity (TLS)"
    for kind, words in _HAPPENED:
        if isinstance(error, kind):
            return words
    return f"could not be asked ({type(error).__name__})"
