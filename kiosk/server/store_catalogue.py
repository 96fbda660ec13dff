"""The catalogue: the pieces a user may see, the newest first, page by page. Functions on an open transaction."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from kiosk.domain.artworks import Origin
from kiosk.server.dialect import in_lanes
from kiosk.server.tables import AnyRow, artworks


def page(
    connection: Connection, *, visible_in: Sequence[int], limit: int, before: int | None, origin: Origin | None
) -> Sequence[AnyRow]:
    """Return at most `limit` pieces of these lanes, made or imported last first; `before` is an inner key."""
    query = select(artworks).where(in_lanes(visible_in)).order_by(artworks.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(artworks.c.id < before)
    if origin is not None:
        query = query.where(artworks.c.origin == origin.value)
    return connection.execute(query).all()
