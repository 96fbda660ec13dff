"""The calls of the server's HTTP API, each as one method: wire models in, wire models out.

`client.ApiClient` adds the transport below them. Their counterpart is `kiosk.server.api`.
"""

import asyncio
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Literal, TypeVar
from urllib.parse import quote

from pydantic import TypeAdapter

from kiosk.domain.errors import BadPicture
from kiosk.protocol.artworks import (
    Artwork,
    ArtworkChange,
    CatalogueReply,
    GenerateReply,
    GenerateRequest,
    JobAccepted,
    JobState,
    NextReply,
    VoteReply,
    VoteRequest,
)
from kiosk.protocol.impressions import BatchReply, Impression
from kiosk.protocol.pairing import GRANT_TYPE, DeviceCode, DeviceToken
from kiosk.protocol.reports import AnyPlays, ArtistPlays, DayPlays, DisplayPlays, ReportBy, ReportRow
from kiosk.protocol.service import BackfillReply, BackfillRequest, Stats, Usage, Version
from kiosk.sync.replies import parse_reply

T = TypeVar("T")

GENERATE_MARGIN_S = 15.0
UPLOAD_PACE_BYTES_PER_S = 50_000
JSON: Final = {"Content-Type": "application/json"}

_REPORTS: Final[Mapping[ReportBy, TypeAdapter[Any]]] = {
    "artwork": TypeAdapter(list[ReportRow]),
    "artist": TypeAdapter(list[ArtistPlays]),
    "display": TypeAdapter(list[DisplayPlays]),
    "day": TypeAdapter(list[DayPlays]),
}
_GENERATED: TypeAdapter[GenerateReply | JobAccepted] = TypeAdapter(GenerateReply | JobAccepted)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of status 2xx, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ApiCalls(ABC):
    """Every call raises ServerUnreachable or ServerRefused, with one clear line, when it does not succeed."""

    @property
    @abstractmethod
    def server(self) -> str:
        """The server's address as messages and the status show it."""

    @abstractmethod
    async def _call(self, method: str, path: str, *, total_s: float | None = None, **request: Any) -> Reply: ...

    async def next_page(self, *, limit: int = 20, session_id: str | None = None) -> NextReply:
        """Return one page of the queue; its `session_id` is the canonical one, to be adopted."""
        params: dict[str, str | int] = {"limit": limit}
        if session_id:
            params["sessionId"] = session_id
        return await self._get("/api/artworks/next", TypeAdapter(NextReply), params=params)

    async def catalogue_page(self, *, limit: int, before: str | None = None) -> CatalogueReply:
        """Return one page of all pieces the caller may see, the newest first."""
        params: dict[str, str | int] = {"limit": limit} | ({"before": before} if before else {})
        return await self._get("/api/artworks", TypeAdapter(CatalogueReply), params=params)

    async def vote(self, artwork_id: str, value: Literal[-1, 0, 1]) -> VoteReply:
        """Vote for a piece, or take the vote back with 0."""
        body = VoteRequest(value=value).wire()
        return await self._post(f"/api/artworks/{_segment(artwork_id)}/vote", TypeAdapter(VoteReply), body)

    async def viewed(self, artwork_id: str, impression: Impression | None = None) -> BatchReply:
        """Report one impression by itself; without `impression` the piece was seen just now."""
        body = b"{}" if impression is None else impression.wire()
        return await self._post(f"/api/artworks/{_segment(artwork_id)}/viewed", TypeAdapter(BatchReply), body)

    async def generate(
        self, request: GenerateRequest, *, wait_s: int = 30, idempotency_key: str | None = None
    ) -> GenerateReply | JobAccepted:
        """Ask for a piece; waits at most about `wait_s` seconds, then returns the job to ask about."""
        headers = (
            JSON | {"Prefer": f"wait={wait_s}"} | ({"Idempotency-Key": idempotency_key} if idempotency_key else {})
        )
        total_s = wait_s + GENERATE_MARGIN_S
        reply = await self._call("POST", "/api/generate-art", content=request.wire(), headers=headers, total_s=total_s)
        return parse_reply(reply.body, reply.headers, _GENERATED, server=self.server)

    async def job(self, job_id: str) -> JobState:
        """Return where a generation job stands."""
        return await self._get(f"/api/generate-art/{_segment(job_id)}", TypeAdapter(JobState))

    async def upload(
        self,
        source: Path | bytes,
        *,
        filename: str | None = None,
        title: str | None = None,
        artist: str | None = None,
        private: bool = False,
    ) -> tuple[Artwork, bool]:
        """Add a picture; returns it and whether it is new (False: the same bytes were there already)."""
        if isinstance(source, Path):
            filename = filename or source.name
            try:
                source = await asyncio.to_thread(source.read_bytes)
            except OSError as error:
                raise BadPicture(f"{filename} cannot be read: {error.strerror or error}.") from error
        fields = {"title": title, "artist": artist, "private": "true" if private else None}
        reply = await self._call(
            "POST",
            "/api/artworks",
            files={"file": (_as_text(filename or "picture"), source)},
            data={name: value for name, value in fields.items() if value is not None},
            total_s=60.0 + len(source) / UPLOAD_PACE_BYTES_PER_S,
        )
        artwork = parse_reply(reply.body, reply.headers, TypeAdapter(Artwork), server=self.server)
        return artwork, reply.status == HTTPStatus.CREATED

    async def change_artwork(self, artwork_id: str, change: ArtworkChange) -> Artwork:
        """Change who sees a piece, or its words (who made it, and administrators); returns it as it is then."""
        path = f"/api/artworks/{_segment(artwork_id)}"
        reply = await self._call("PATCH", path, content=change.wire(), headers=JSON)
        return parse_reply(reply.body, reply.headers, TypeAdapter(Artwork), server=self.server)

    async def remove_artwork(self, artwork_id: str) -> None:
        """Take a piece off every wall for good (who made it, and administrators)."""
        await self._call("DELETE", f"/api/artworks/{_segment(artwork_id)}")

    async def version(self) -> Version:
        """Return which program answers."""
        return await self._get("/api/version", TypeAdapter(Version))

    async def usage(self) -> Usage:
        """Return what the caller has used."""
        return await self._get("/api/usage", TypeAdapter(Usage))

    async def stats(self) -> Stats:
        """Return the caller's counts of pieces."""
        return await self._get("/api/artworks/stats", TypeAdapter(Stats))

    async def report(self, *, start: str, end: str, by: ReportBy = "artwork") -> Sequence[AnyPlays]:
        """Return plays from `start` (inclusive) to `end` (exclusive), each a date or an RFC 3339 time."""
        params = {"from": start, "to": end, "by": by}
        rows: Sequence[AnyPlays] = await self._get("/api/report", _REPORTS[by], params=params)
        return rows

    async def backfill(self, request: BackfillRequest) -> BackfillReply:
        """Mark stored pieces as seen (administrators)."""
        return await self._post("/api/artworks/backfill-impressions", TypeAdapter(BackfillReply), request.wire())

    async def device_code(self, name: str) -> DeviceCode:
        """Begin a pairing, for a display that would like this name."""
        body = json.dumps({"name": name}).encode()
        return await self._post("/api/device/code", TypeAdapter(DeviceCode), body)

    async def device_token(self, device_code: str) -> DeviceToken:
        """Return the token of an approved pairing; otherwise ServerRefused has the RFC's word as its code."""
        body = json.dumps({"grant_type": GRANT_TYPE, "device_code": device_code}).encode()
        return await self._post("/api/device/token", TypeAdapter(DeviceToken), body)

    async def admin(self, method: str, path: str, model: type[T], body: bytes | None = None) -> T:
        """Make an administrative call below `/api/admin/` and return its reply as `model`."""
        reply = await self._call(method, f"/api/admin/{path}", content=body, headers=JSON)
        return parse_reply(reply.body, reply.headers, TypeAdapter(model), server=self.server)

    async def _get(self, path: str, model: TypeAdapter[T], *, params: Mapping[str, Any] | None = None) -> T:
        reply = await self._call("GET", path, params=params)
        return parse_reply(reply.body, reply.headers, model, server=self.server)

    async def _post(self, path: str, model: TypeAdapter[T], body: bytes) -> T:
        reply = await self._call("POST", path, content=body, headers=JSON)
        return parse_reply(reply.body, reply.headers, model, server=self.server)


def _as_text(filename: str) -> str:
    """A file's name as text that can be sent: bytes that were no UTF-8 on disk become replacement characters."""
    return os.fsencode(filename).decode(errors="replace")


def _segment(text: str) -> str:
    return quote(text, safe="")
