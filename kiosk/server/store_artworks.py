"""Artworks: put into a lane, found again, turned into the domain's value. Functions on an open transaction.

A position comes from the lane's counter row, raised in the inserting transaction: dense, and in the order of commits.
Image work is done before; nothing slow happens while the lane is held.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from kiosk.domain.artworks import Artwork, Origin, Reason
from kiosk.server.dialect import in_lanes
from kiosk.server.moments import from_ms
from kiosk.server.tables import PUBLIC_LANE, AnyRow, artworks, lanes, now_playing

# Made once: every image asked for is looked up here, and building a statement costs more than running it.
_VISIBLE = in_lanes(bindparam("lanes", expanding=True))
_BY_ID = select(artworks).where(artworks.c.public_id == bindparam("id"), _VISIBLE)
_BY_CONTENT = (
    select(artworks)
    .where(artworks.c.sha256 == bindparam("sha256"), _VISIBLE)
    .order_by((artworks.c.lane != PUBLIC_LANE), artworks.c.id)
)


@dataclass(frozen=True, slots=True)
class NewArtwork:
    """A piece about to be stored; its image is in the image folder already. `byte_count` is the file's length.

    `signature` is what later pieces are compared with, "" for none; it stays on the server.
    """

    public_id: str
    sha256: str
    byte_count: int
    width: int
    height: int
    media_type: str
    title: str
    artist: str
    origin: Origin
    prompt: str = ""
    style: str = ""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    signature: str = ""


def insert(
    connection: Connection,
    piece: NewArtwork,
    *,
    lane: int,
    created_by: int | None,
    created_at: int,
    fresh_until: int | None,
) -> AnyRow:
    """Store a piece on top of a lane; with `fresh_until` it is fresh for who made it. Returns its row."""
    raised = update(lanes).where(lanes.c.lane == lane).values(head=lanes.c.head + 1).returning(lanes.c.head)
    row = connection.execute(
        artworks.insert()
        .values(
            public_id=piece.public_id,
            created_by=created_by,
            lane=lane,
            pos=connection.execute(raised).scalar_one(),
            created_at=created_at,
            placed_at=created_at,
            fresh_until=fresh_until,
            origin=piece.origin.value,
            sha256=piece.sha256,
            byte_count=piece.byte_count,
            width=piece.width,
            height=piece.height,
            media_type=piece.media_type,
            title=piece.title,
            artist=piece.artist,
            prompt=piece.prompt,
            style=piece.style,
            provenance=json.dumps(piece.provenance),
            signature=piece.signature or None,
        )
        .returning(artworks)
    ).one()
    if fresh_until is not None and created_by is not None:
        connection.execute(
            now_playing.insert().values(
                user_id=created_by, artwork_id=row.id, inserted_at=created_at, fresh_until=fresh_until
            )
        )
    return row


def hold_lane(connection: Connection, lane: int) -> None:
    """Let nobody else add to a lane until the transaction ends."""
    connection.execute(select(lanes.c.head).where(lanes.c.lane == lane).with_for_update())


def find(connection: Connection, public_id: str, *, visible_in: Sequence[int]) -> AnyRow | None:
    """Return the piece with this id when it lies in one of the lanes."""
    return connection.execute(_BY_ID, {"id": public_id.lower(), "lanes": list(visible_in)}).one_or_none()


def find_living(connection: Connection, public_id: str) -> AnyRow | None:
    """Return the piece with this id whoever may see it, unless it was removed."""
    query = select(artworks).where(artworks.c.public_id == public_id.lower(), artworks.c.removed_at.is_(None))
    return connection.execute(query).one_or_none()


def retitle(connection: Connection, artwork_id: int, words: Mapping[str, str]) -> AnyRow:
    """Change a piece's title, its artist, or both; return its row."""
    changed = update(artworks).where(artworks.c.id == artwork_id).values(**words).returning(artworks)
    return connection.execute(changed).one()


def by_key(connection: Connection, artwork_id: int) -> AnyRow:
    """Return the piece with this inner key."""
    return connection.execute(select(artworks).where(artworks.c.id == artwork_id)).one()


def find_by_content(connection: Connection, sha256: str, *, visible_in: Sequence[int]) -> AnyRow | None:
    """Return a piece with these bytes that lies in one of the lanes, a public one first."""
    return connection.execute(_BY_CONTENT, {"sha256": sha256, "lanes": list(visible_in)}).first()


def to_domain(row: AnyRow, reason: Reason) -> Artwork:
    """Return a stored piece as the domain's value."""
    return Artwork(
        id=row.public_id,
        image_url=f"/api/images/{row.sha256}",
        sha256=row.sha256,
        bytes=row.byte_count,
        width=row.width,
        height=row.height,
        media_type=row.media_type,
        title=row.title,
        artist=row.artist,
        prompt=row.prompt,
        style=row.style,
        origin=Origin(row.origin),
        created_at=from_ms(row.created_at),
        fresh_until=_moment(row.fresh_until),
        reason=reason,
        provenance=json.loads(row.provenance),
    )


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)
