"""A small real server of the API, over real sockets: what a display needs of it, and faults on demand."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from kiosk.domain.artworks import Artwork
from tests.sync.artworks import picture, wire_artwork

SESSION = "7d9f3c1e-0000-4000-8000-000000000001"
JOB = "7d9f3c1e-0000-4000-8000-000000000002"


class GalleryServer:
    """`queue` is what `next` answers; `images` maps hashes to bytes; faults are set as attributes."""

    def __init__(self) -> None:
        self.queue: list[Artwork] = []
        self.images: dict[str, bytes] = {}
        self.page_requests: list[str | None] = []
        self.page_replies: list[Response] = []
        self.page_gate = asyncio.Event()
        self.page_gate.set()
        self.image_requests: list[str] = []
        self.image_gate = asyncio.Event()
        self.image_gate.set()
        self.image_replies: list[Response] = []
        self.stream_requests: list[dict[str, str]] = []
        self.stream_replies: list[Response] = []
        self.streams: list[asyncio.Queue[bytes | None]] = []
        self.generate_requests: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.generate_replies: list[Response] = []
        self.job_replies: list[Response] = []
        self.app = Starlette(
            routes=[
                Route("/api/artworks/next", self._next),
                Route("/api/artworks/stream", self._stream),
                Route("/api/images/{sha256}", self._image),
                Route("/api/generate-art", self._generate, methods=["POST"]),
                Route("/api/generate-art/{job}", self._job),
            ]
        )

    def add(self, *pieces: Artwork) -> None:
        """Put pieces on top of the queue, with their images."""
        self.queue[:0] = pieces
        self.images |= {piece.sha256: picture(piece.title) for piece in pieces}

    def send(self, data: bytes) -> None:
        """Write to every open stream."""
        for stream in self.streams:
            stream.put_nowait(data)

    def hang_up(self) -> None:
        """End every open stream."""
        for stream in self.streams:
            stream.put_nowait(None)

    async def _next(self, request: Request) -> Response:
        self.page_requests.append(request.query_params.get("sessionId"))
        body = {
            "sessionId": SESSION,
            "artworks": [wire_artwork(piece) for piece in self.queue],
            "pool": {"fresh": 0, "unseen": len(self.queue), "cooling": 3},
            "serverTime": "2026-01-01T00:00:00.000Z",
        }
        await self.page_gate.wait()
        return self.page_replies.pop(0) if self.page_replies else JSONResponse(body)

    async def _stream(self, request: Request) -> Response:
        self.stream_requests.append(dict(request.headers) | dict(request.query_params))
        if self.stream_replies:
            return self.stream_replies.pop(0)
        return StreamingResponse(self._events(), media_type="text/event-stream")

    async def _events(self) -> AsyncIterator[bytes]:
        stream: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.streams.append(stream)
        try:
            yield b": hello\n\n"
            while (data := await stream.get()) is not None:
                yield data
        finally:
            self.streams.remove(stream)

    async def _image(self, request: Request) -> Response:
        sha256 = request.path_params["sha256"]
        self.image_requests.append(sha256)
        await self.image_gate.wait()
        if self.image_replies:
            return self.image_replies.pop(0)
        if sha256 not in self.images:
            return problem(404, "no such image")
        return Response(self.images[sha256], media_type="image/png")

    async def _generate(self, request: Request) -> Response:
        self.generate_requests.append((dict(request.headers), json.loads(await request.body())))
        return self.generate_replies.pop(0)

    async def _job(self, request: Request) -> Response:
        return self.job_replies.pop(0)


def event(type_: str, id_: int, **data: Any) -> bytes:
    """One server-sent event."""
    return f"id: {id_}\nevent: {type_}\ndata: {json.dumps(data)}\n\n".encode()


def ready(id_: int, piece: Artwork, job: str | None = None) -> bytes:
    """The event that announces a piece."""
    return event("art-ready", id_, artwork=wire_artwork(piece), jobId=job)


def generated(piece: Artwork, *, deduplicated: bool = False) -> dict[str, Any]:
    """The reply to a wish come true."""
    return {
        "imageUrl": piece.image_url,
        "session": {"id": piece.id, "sessionId": SESSION},
        "artwork": wire_artwork(piece),
        "deduplicated": deduplicated,
    }


def problem(status: int, detail: str, **headers: str) -> Response:
    """An error as the server words it."""
    body = {"type": "about:blank", "title": "Error", "status": status, "detail": detail, "code": "test"}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def portal(status: int = 200) -> Response:
    """What a captive portal answers."""
    return HTMLResponse("<html><body>Please sign in</body></html>", status)
