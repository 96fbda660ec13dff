"""Pictures in and out: uploads from people, what becomes of them later, image files for displays."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Header, Response, UploadFile
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from kiosk.domain.artworks import Origin
from kiosk.domain.ids import new_id
from kiosk.protocol.artworks import Artwork, ArtworkChange
from kiosk.server import store_artworks, store_events, store_pieces
from kiosk.server.api.callers import Caller, CallerFirst, TheServices
from kiosk.server.api.problems import ApiProblem
from kiosk.server.api.ranges import Slice, slice_of
from kiosk.server.auth import Principal
from kiosk.server.images import ImageMissing, ImageStore
from kiosk.server.pictures import check_picture
from kiosk.server.retention_images import delete_unused
from kiosk.server.rules import reason_of
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.store_people import NotFound, lanes_of
from kiosk.server.tables import PUBLIC_LANE, AnyRow
from kiosk.server.wiring import Services

router = APIRouter(prefix="/api", tags=["artworks"], route_class=CallerFirst)

CHUNK_BYTES = 1024 * 1024
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
    """Add a picture: JPEG, PNG or WebP, at most 40 megapixels and 64 MB. It is fresh for who added it.

    Pictures are taken one after another; when too many wait, the call is answered 503 with Retry-After.
    """
    async with services.picture_gate.turn():  # until its bytes are let go: one picture is in memory at a time
        return await _add(services, principal, file, title=title, artist=artist, private=private)


async def _add(
    services: Services, principal: Principal, file: UploadFile, *, title: str, artist: str, private: bool
) -> Response:
    data = await file.read()
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
        provenance={} if checked.orientation == 1 else {"orientation": checked.orientation},
        signature=checked.signature,
    )
    now_ms = services.now_ms()

    lane = principal.user_id if private else PUBLIC_LANE

    def add(connection: Connection) -> tuple[AnyRow, bool]:
        store_artworks.hold_lane(connection, lane)  # before the look, or the same bytes at once would come in twice
        there = store_artworks.find_by_content(connection, sha256, visible_in=lanes_of(principal.user_id))
        if there is not None:
            return there, False
        row = store_artworks.insert(
            connection,
            piece,
            lane=lane,
            created_by=principal.user_id,
            created_at=now_ms,
            fresh_until=services.rules.fresh_until(now_ms),
        )
        store_events.add_ready(connection, user=principal.user_id, artwork=row.id, job_id=None, now_ms=now_ms)
        return row, True

    row, is_new = await services.database.write(add)
    await asyncio.to_thread(services.images.put, data, checked.media_type)  # gone, if its last piece was just removed
    if is_new:
        services.broker.publish(principal.user_id)
    return _told(row, now_ms, 201 if is_new else 200)


@router.patch("/artworks/{artwork_id}", response_model=Artwork)
async def change(services: TheServices, principal: Caller, artwork_id: str, wanted: ArtworkChange) -> Response:
    """Make a piece private or public, or give it other words: by who made it, or an administrator.

    A private piece leaves every other user's displays at once.
    """
    now_ms = services.now_ms()
    words = {
        name: _clean(text) for name, text in (("title", wanted.title), ("artist", wanted.artist)) if text is not None
    }
    if words.get("title") == "":
        raise ApiProblem(422, "invalid", "A title has at least one printable character.")

    def apply(connection: Connection) -> tuple[AnyRow, bool]:
        before = row = _own(connection, principal, artwork_id)
        if wanted.private is not None:
            row = store_pieces.change_visibility(
                connection, artwork_id=before.id, private=wanted.private, now_ms=now_ms
            )
        has_moved = row.lane != before.lane
        return (store_artworks.retitle(connection, row.id, words) if words else row), has_moved

    row, has_moved = await services.database.write(apply)
    if has_moved:
        services.broker.publish(None)
    return _told(row, now_ms, 200)


@router.delete("/artworks/{artwork_id}", status_code=204)
async def remove(services: TheServices, principal: Caller, artwork_id: str) -> None:
    """Take a piece off every wall for good: by who made it, or an administrator. What was played stays on record."""
    now_ms = services.now_ms()
    row = await services.database.write(
        lambda connection: store_pieces.remove(
            connection, artwork_id=_own(connection, principal, artwork_id).id, now_ms=now_ms
        )
    )
    services.broker.publish(None)
    await delete_unused(services.database, services.images, row)


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
    try:
        first = await asyncio.to_thread(_read, services.images, row, part.start, part.end)
    except ImageMissing as error:
        raise ApiProblem(404, "image_missing", "The image file is missing on the server.") from error
    chunks = _chunks(services.images, row, part, first)
    return StreamingResponse(chunks, 206 if part.is_partial else 200, headers=headers, media_type=row.media_type)


async def _chunks(images: ImageStore, row: AnyRow, part: Slice, first: bytes) -> AsyncIterator[bytes]:
    yield first
    position = part.start + len(first)
    while position < part.end:
        data = await asyncio.to_thread(_read, images, row, position, part.end)
        position += len(data)
        yield data


def _read(images: ImageStore, row: AnyRow, position: int, end: int) -> bytes:
    return images.read(row.sha256, row.media_type, position, min(CHUNK_BYTES, end - position))


def _own(connection: Connection, principal: Principal, artwork_id: str) -> AnyRow:
    """Return the piece when the caller may change it: theirs, or any for an administrator."""
    if principal.is_admin:
        row = store_artworks.find_living(connection, artwork_id)
    else:
        row = store_artworks.find(connection, artwork_id, visible_in=lanes_of(principal.user_id))
    if row is None:
        raise NotFound("There is no such piece, or it is not for this user.")
    if row.created_by is None:
        raise ApiProblem(403, "forbidden", "The bundled pieces are everybody's: they stay as they are.")
    if row.created_by != principal.user_id and not principal.is_admin:
        raise ApiProblem(403, "forbidden", "Only who made a piece, or an administrator, may change it.")
    return row


def _told(row: AnyRow, now_ms: int, status: int) -> Response:
    reason = reason_of(row.fresh_until, now_ms=now_ms)
    reply = Artwork.from_domain(store_artworks.to_domain(row, reason))
    return Response(reply.wire(), status, media_type="application/json")


def _clean(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:_TEXT_MAX]
