"""The page of a piece, at /piece/{id}: where the code on the wall label may lead. For visitors, who have no token.

It shows only what everybody may see: public and bundled pieces. A piece's address is its id, which nobody can guess;
a list of them this page is not. The picture comes small, so that a phone has it soon.
"""

import asyncio
import io
import json
from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from kiosk.domain.ids import is_uuid
from kiosk.server import store_artworks, store_lineage
from kiosk.server.api import piece_html
from kiosk.server.api.callers import TheServices
from kiosk.server.api.piece_html import Ancestor, Shown
from kiosk.server.images import ImageMissing, ImageStore
from kiosk.server.moments import from_ms
from kiosk.server.tables import DEMO_LANE, PUBLIC_LANE, AnyRow

router = APIRouter(prefix="/piece", include_in_schema=False)

ON_SHOW = (PUBLIC_LANE, DEMO_LANE)
LONGEST_SIDE_PX = 1280
QUALITY = 84


@router.get("/{artwork_id}")
async def page(services: TheServices, artwork_id: str) -> Response:
    """Show a piece, how it came to be, and whom it descends from."""
    if not is_uuid(artwork_id):
        return HTMLResponse(piece_html.missing(), 404, piece_html.headers())

    def read(connection: Connection) -> str | None:
        row = store_artworks.find(connection, artwork_id, visible_in=ON_SHOW)
        return None if row is None else _told(connection, row)

    text = await services.database.read(read)
    if text is None:
        return HTMLResponse(piece_html.missing(), 404, piece_html.headers())
    return HTMLResponse(text, headers=piece_html.headers())


@router.get("/fonts/title.ttf")
async def title_font() -> Response:
    """Return the face the titles are set in, as on the wall label."""
    data = await asyncio.to_thread(
        files("fontpkg_eb_garamond").joinpath("files", "EBGaramond-Italic[wght].ttf").read_bytes
    )
    return Response(data, headers={"Cache-Control": "public, max-age=2592000"}, media_type="font/ttf")


@router.get("/{artwork_id}/picture")
async def picture(services: TheServices, artwork_id: str) -> Response:
    """Return the piece as a JPEG of at most `LONGEST_SIDE_PX`."""
    if not is_uuid(artwork_id):
        return Response(status_code=404)
    row = await services.database.read(
        lambda connection: store_artworks.find(connection, artwork_id, visible_in=ON_SHOW)
    )
    if row is None:
        return Response(status_code=404)
    async with services.page_gate.turn():  # one large picture is in memory at a time
        try:
            data = await asyncio.to_thread(_small, services.images, row)
        except ImageMissing:
            return Response(status_code=404)
    return Response(data, headers={"Cache-Control": "public, max-age=3600"}, media_type="image/jpeg")


def _told(connection: Connection, row: AnyRow) -> str:
    provenance = json.loads(row.provenance)
    parents = store_lineage.parents_of(connection, provenance, visible_in=ON_SHOW)
    summary, explanation = (str(provenance.get(name) or "") for name in ("summary", "explanation"))
    summary = f"{summary[:1].upper()}{summary[1:]}" + "." * bool(summary)
    shown = Shown(
        id=row.public_id,
        title=row.title,
        artist=row.artist,
        year=str(from_ms(row.created_at).year) if row.created_by is not None else "",
        style=row.style.replace("_", " "),
        alt=row.prompt,
        summary=summary,
        explanation=explanation.removeprefix(summary).strip(),
        generation=store_lineage.generation_in(provenance),
    )
    lost = len(store_lineage.parents_in(provenance)) - len(parents)
    return piece_html.piece(shown, [Ancestor(parent.public_id, parent.title) for parent in parents], lost=lost)


def _small(images: ImageStore, row: AnyRow) -> bytes:
    from kiosk.imaging.copies import small_copy  # noqa: PLC0415 - few servers of one wall are asked for it

    buffer = io.BytesIO()
    small_copy(images.read(row.sha256, row.media_type, 0, row.byte_count), LONGEST_SIDE_PX).save(
        buffer, "JPEG", quality=QUALITY
    )
    return buffer.getvalue()
