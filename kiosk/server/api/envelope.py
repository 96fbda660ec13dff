"""Round every call: bodies are bounded as they come in, replies not stored unless they say so, HEAD answered as GET."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.server.pictures import MAX_BYTES

BODY_MAX_BYTES = 1024 * 1024
UPLOAD_MAX_BYTES = MAX_BYTES + BODY_MAX_BYTES
UPLOAD_PATH = "/api/artworks"
STREAM_PATH = "/api/artworks/stream"


class Envelope:
    """ASGI middleware. A body over its limit becomes an HTTPException of status 413 where the call reads it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, counting and labelling."""
        limit = UPLOAD_MAX_BYTES if scope.get("path") == UPLOAD_PATH else BODY_MAX_BYTES
        length = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        received = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0
        told = received

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

        is_head = scope.get("method") == "HEAD" and scope.get("path") != STREAM_PATH

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"} if is_head else scope, receive_on, send_on)


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"The body is larger than {limit:,} bytes.")
