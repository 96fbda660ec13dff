"""Round every call: its id, its one line in the log and its place in the figures; bodies bounded as they come in,
replies not stored unless they say so, HEAD answered as GET.

The outermost layer, outside FastAPI's own, so that the reply to a fault nobody foresaw goes through it too. Bare ASGI:
it is on the way of every request.
"""

import logging
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.domain.ports import Clock
from kiosk.server import logs
from kiosk.server.metrics import NO_ROUTE, Metrics
from kiosk.server.pictures import MAX_BYTES

log = logging.getLogger(__name__)

BODY_MAX_BYTES = 1024 * 1024
UPLOAD_MAX_BYTES = MAX_BYTES + BODY_MAX_BYTES
UPLOAD_PATH = "/api/artworks"
STREAM_PATH = "/api/artworks/stream"
_NO_STORE = (b"cache-control", b"no-store")


class Envelope:
    """ASGI application round another."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, clock: Clock) -> None:
        self._app = app
        self._metrics = metrics
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its reply back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given_id, length = headers.get(b"x-request-id"), headers.get(b"content-length")
        del headers  # a stream stays for days
        request = logs.Request(logs.request_id_from(given_id))
        reply = _Reply(send, request.id, without_body=scope["method"] == "HEAD" and scope["path"] != STREAM_PATH)
        method = scope["method"]
        if reply.without_body:
            scope = {**scope, "method": "GET"}
        token = logs.begin(request)
        started_s = self._clock.monotonic()
        try:
            await self._app(scope, _bounded(receive, scope["path"], length), reply.send)
        except Exception:
            log.exception("%s %s failed", method, scope["path"])
            if not reply.is_complete:  # whoever holds the connection must know: it closes it
                raise
        finally:
            seconds = self._clock.monotonic() - started_s
            route = getattr(scope.get("route"), "path", NO_ROUTE)
            self._metrics.count_request(method, route, reply.status, None if scope["path"] == STREAM_PATH else seconds)
            logs.log_request(
                request, method=method, path=scope["path"], route=route, status=reply.status, ms=seconds * 1_000
            )
            logs.end(token)


class _Reply:
    """A reply on its way out. `status` is 500 until another one is sent."""

    def __init__(self, send: Send, request_id: str, *, without_body: bool) -> None:
        self._send = send
        self._request_id = (b"x-request-id", request_id.encode())
        self.without_body = without_body
        self.status = 500
        self.is_complete = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers: list[Any] = [*message["headers"], self._request_id]
            if all(name != b"cache-control" for name, _ in headers):
                headers.append(_NO_STORE)
            message = {**message, "headers": headers}
        else:
            self.is_complete = not message.get("more_body", False)
            if self.without_body:
                message = {**message, "body": b""}
        await self._send(message)


def _bounded(receive: Receive, path: str, length: bytes | None) -> Receive:
    """Return `receive` with an end: a body over its limit becomes an HTTPException of status 413 where it is read."""
    limit = UPLOAD_MAX_BYTES if path == UPLOAD_PATH else BODY_MAX_BYTES
    told = int(length) if length is not None and length.isdigit() and len(length) < 20 else 0
    received = 0

    async def receive_on() -> Message:
        nonlocal received
        if told > limit:
            raise _too_large(limit)
        message = await receive()
        if message["type"] == "http.request" and not told:
            received += len(message.get("body", b""))
            if received > limit:
                raise _too_large(limit)
        return message

    return receive_on


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"The body is larger than {limit:,} bytes.")
