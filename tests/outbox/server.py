"""A small real server for impressions: keeps what it gets; refuses, fails, stalls or loses its answers as told."""

import asyncio
import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route


class ImpressionServer:
    """`stored` maps ids to the bodies that came; `batches` are the sizes of the batches, in order of arrival."""

    def __init__(self) -> None:
        self.stored: dict[str, dict[str, Any]] = {}
        self.order: list[str] = []
        self.batches: list[int] = []
        self.tokens: list[str] = []
        self.refused_ids: set[str] = set()
        self.poison_ids: set[str] = set()
        self.replies: list[Response] = []
        self.lost_replies = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.app = Starlette(routes=[Route("/api/artworks/batch-impressions", self._batch, methods=["POST"])])

    async def _batch(self, request: Request) -> Response:
        records = json.loads(await request.body())["impressions"]
        self.batches.append(len(records))
        self.tokens.append(request.headers.get("authorization", ""))
        await self.gate.wait()
        if self.replies:
            return self.replies.pop(0)
        if any(record["id"] in self.poison_ids for record in records):
            return problem(422, "one of these is malformed")
        results = [self._store(record) for record in records]
        if self.lost_replies:
            self.lost_replies -= 1
            return portal(502)
        ids = [result["id"] for result in results if result["status"] != "rejected"]
        return JSONResponse({"attempted": len(records), "upserted": len(ids), "ids": ids, "results": results})

    def _store(self, record: dict[str, Any]) -> dict[str, Any]:
        id_ = record["id"]
        if id_ in self.refused_ids:
            return {"id": id_, "status": "rejected", "reason": "unknown artwork"}
        known = id_ in self.stored
        self.stored[id_] = record
        if not known:
            self.order.append(id_)
        return {"id": id_, "status": "duplicate" if known else "stored", "reason": None}


def problem(status: int, detail: str, **headers: str) -> Response:
    """An error as the server words it."""
    body = {"type": "about:blank", "title": "Error", "status": status, "detail": detail, "code": "test"}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def portal(status: int = 200) -> Response:
    """What a captive portal answers."""
    return HTMLResponse("<html><body>Please sign in</body></html>", status)
