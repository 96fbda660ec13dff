"""Pieces and showings for tests of the stores, written by the stores themselves."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from kiosk.domain.artworks import Origin
from kiosk.domain.impressions import ImpressionType
from kiosk.server import store_artworks
from kiosk.server.intake import Seen
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.tables import PUBLIC_LANE, AnyRow


def uuid_of(number: int, kind: int = 0) -> str:
    """The UUID of a number, always the same; of another `kind`, another."""
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


def stored_piece(
    connection: Connection,
    number: int,
    *,
    at_ms: int = 0,
    artist: str = "",
    origin: Origin = Origin.IMPORTED,
    provenance: Mapping[str, Any] | None = None,
    lane: int = PUBLIC_LANE,
    created_by: int | None = None,
    signature: str = "",
) -> AnyRow:
    """Store the piece of that number, without an image."""
    piece = NewArtwork(
        public_id=uuid_of(number),
        sha256=f"{number:064x}",
        byte_count=1,
        width=1,
        height=1,
        media_type="image/jpeg",
        title=f"Piece {number}",
        artist=artist,
        origin=origin,
        provenance=provenance or {},
        signature=signature,
    )
    return store_artworks.insert(
        connection, piece, lane=lane, created_by=created_by, created_at=at_ms, fresh_until=None
    )


def seen(artwork_id: str, number: int, at_ms: int, **changes: Any) -> Seen:
    """The showing of that number; the same number comes again with the same id."""
    record = uuid_of(number, kind=1)
    return Seen(record, record, artwork_id, ImpressionType.DISPLAYED, at_ms, **changes)
