"""Pictures in and out: uploads from people, image files for displays."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Header, Response, UploadFile
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from kiosk.domain.artworks import Origin, Reason
from kiosk.domain.ids import new_id
from kiosk.protocol.artworks import Artwork
from kiosk.server import store_artworks, store_events
from kiosk.server.api.callers import Caller, TheServices
from kiosk.server.api.problems import ApiProblem
from kiosk.server.api.ranges import Slice, slice_of
from kiosk.server.pictures import check_picture
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.store_people import lanes_of
from kiosk.server.tables import PUBLIC_LANE, AnyRow

router = APIRouter(prefix="/api", tags=["artworks"])

CHUNK_BYTES = 256 * 1024
_TEXT_MAX = 500


@router.post(
    "/artworks",
    status_code=201,
    response_model=Artwork,
    responses={200: {"model": Artwork, "description": "The same bytes are there already"}},
)
async def upload(
    services: TheServices,
    principal: Caller,
    file: Annotated[UploadFile, File()],
    title: Annotated[str, Form(max_length=_TEXT_MAX)] = "",
    artist: Annotated[str, Form(max_length=_TEXT_MAX)] = "",
    private: Annotated[bool, Form()] = False,
) -> Response:
    """Add a picture: JPEG, PNG or WebP, at most 40 megapixels and 64 MB. It is fresh for who added it."""
    data = await file.read()
    async with services.picture_gate:
        checked = await asyncio.to_thread(check_picture, data)
    sha256 = await asyncio.to_thread(services.images.put, data, checked.media_type)
    piece = NewArtwork(
        public_id=new_id(),
        sha256=sha256,
        byte_count=len(data),
        width=checked.width,
        height=checked.height,
        media_type=checked.media_type,
        title=_clean(title) or _clean(Path(file.filename or "").stem) or "Untitled",
        artist=_clean(artist),
        origin=Origin.IMPORTED,
    )
    now_ms = services.now_ms()

    def add(connection: Connection) -> tuple[AnyRow, bool]:
        there = store_artworks.find_by_content(connection, sha256, visible_in=lanes_of(principal.user_id))
        if there is not None:
            return there, False
        row = store_artworks.insert(
            connection,
            piece,
            lane=principal.user_id if private else PUBLIC_LANE,
            created_by=principal.user_id,
            created_at=now_ms,
            fresh_until=services.rules.fresh_until(now_ms),
        )
        store_events.add_ready(connection, user=principal.user_id, artwork=row.id, job_id=None, now_ms=now_ms)
        return row, True

    row, is_new = await services.database.write(add)
    if is_new:
        services.broker.publish(principal.user_id)
    reason = Reason.FRESH if row.fresh_until is not None and row.fresh_until > now_ms else Reason.UNSEEN
    reply = Artwork.from_domain(store_artworks.to_domain(row, reason))
    return Response(reply.wire(), 201 if is_new else 200, media_type="application/json")


@router.get(
    "/images/{sha256}",
    response_class=Response,
    responses={
        200: {"description": "The image file", "content": {"image/*": {}}},
        206: {"description": "A part of it", "content": {"image/*": {}}},
        304: {"description": "The client has it"},
    },
)
async def image(
    services: TheServices,
    principal: Caller,
    sha256: str,
    range_: Annotated[str | None, Header(alias="range")] = None,
    if_range: Annotated[str | None, Header()] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Return an image file or a range of it; only of pieces the caller may see."""
    row = await services.database.read(
        lambda connection: store_artworks.find_by_content(connection, sha256, visible_in=lanes_of(principal.user_id))
    )
    if row is None:
        raise ApiProblem(404, "not_found", "There is no such image, or it is not for this user.")
    etag = f'"{row.sha256}"'
    scope = "private" if row.lane == principal.user_id else "public"
    headers = {
        "ETag": etag,
        "Cache-Control": f"{scope}, max-age=31536000, immutable",
        "Accept-Ranges": "bytes",
    }
    if if_none_match is not None and (if_none_match.strip() == "*" or etag in if_none_match):
        return Response(status_code=304, headers=headers)
    path = services.images.path(row.sha256, row.media_type)
    if not path.is_file():
        raise ApiProblem(404, "image_missing", "The image file is missing on the server.")
    part = slice_of(range_ if if_range is None or if_range.strip() == etag else None, row.byte_count)
    if part is None:
        raise ApiProblem(
            416,
            "range_not_satisfiable",
            "No byte of this range is there.",
            headers={"Content-Range": f"bytes */{row.byte_count}"},
        )
    headers["Content-Length"] = str(part.end - part.start)
    if part.is_partial:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{row.byte_count}"
    return StreamingResponse(
        _chunks(path, part), 206 if part.is_partial else 200, headers=headers, media_type=row.media_type
    )


async def _chunks(path: Path, part: Slice) -> AsyncIterator[bytes]:
    position = part.start
    while position < part.end:
        data = await asyncio.to_thread(_read, path, position, min(CHUNK_BYTES, part.end - position))
        if not data:
            raise OSError(f"The image file {path.name} is shorter than it should be.")
        position += len(data)
        yield data


def _read(path: Path, position: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(position)
        return file.read(length)


def _clean(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:_TEXT_MAX]
