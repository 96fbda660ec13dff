"""The catalogue: what there is, whoever has seen it; for people and their pages, not for walls."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from kiosk.domain.artworks import Origin
from kiosk.protocol.artworks import CATALOGUE_LIMIT_MAX, Artwork, CatalogueReply
from kiosk.server import store_artworks, store_catalogue
from kiosk.server.api.callers import Caller, CallerFirst, TheServices
from kiosk.server.rules import reason_of
from kiosk.server.store_people import NotFound, lanes_of

router = APIRouter(prefix="/api", tags=["artworks"], route_class=CallerFirst)


@router.get("/artworks", response_model=CatalogueReply)
async def catalogue(
    services: TheServices,
    principal: Caller,
    limit: Annotated[int, Query(ge=1, le=CATALOGUE_LIMIT_MAX)] = 50,
    before: Annotated[str | None, Query(max_length=200)] = None,
    origin: Origin | None = None,
) -> Response:
    """Return the pieces the caller may see, the newest first; `next` of one page is the `before` of the following."""
    lanes = lanes_of(principal.user_id)
    now_ms = services.now_ms()

    def read(connection: Connection) -> CatalogueReply:
        edge = None
        if before is not None:
            row = store_artworks.find(connection, before, visible_in=lanes)
            if row is None:
                raise NotFound("There is no such piece to go on from, or it is not for this user.")
            edge = row.id
        rows = store_catalogue.page(connection, visible_in=lanes, limit=limit, before=edge, origin=origin)
        pieces = [store_artworks.to_domain(row, reason_of(row.fresh_until, now_ms=now_ms)) for row in rows]
        return CatalogueReply(
            artworks=[Artwork.from_domain(piece) for piece in pieces],
            next=pieces[-1].id if len(pieces) == limit else None,
        )

    return Response((await services.database.read(read)).wire(), media_type="application/json")
