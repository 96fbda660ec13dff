"""What a new piece may not be like: pieces of the last days, and what came while it was drawn. On an open transaction.

A piece is drawn knowing what its user may see at one moment (`known_to`). Before it is stored its lane is held, and it
is compared with what has come to the user's lanes since (`compare`): of two that were drawn at once, wherever that
was, the second to be stored is compared with the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, and_, or_, select, text

from kiosk.domain.artworks import Origin
from kiosk.server import dialect
from kiosk.server.moments import DAY_MS
from kiosk.server.store_people import lanes_of
from kiosk.server.tables import artworks, lanes
from kiosk.server.tables.queue import SIGNED

RECENT_MAX = 500
RECENT_MS = 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class Known:
    """The signatures of recent pieces, newest first; and of each lane they lie in, the newest position at that time."""

    signatures: tuple[str, ...] = field(repr=False)
    heads: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Compared:
    """The distance from a piece to the nearest there is; crowded, when what came meanwhile is nearer than it may be."""

    nearest: float
    is_crowded: bool = False


def known_to(connection: Connection, *, user: int, now_ms: int) -> Known:
    """Return what this user may see of the last days: of generated and of imported pieces `RECENT_MAX` each."""
    seen = lanes_of(user)
    heads = select(lanes.c.lane, lanes.c.head).where(lanes.c.lane.in_(seen))
    recent = (
        select(artworks.c.created_at, artworks.c.signature)
        .where(text(SIGNED), dialect.in_lanes(seen))
        .order_by(artworks.c.id.desc())
        .limit(RECENT_MAX)
    )
    rows = [row for origin in Origin for row in connection.execute(recent.where(artworks.c.origin == origin.value))]
    newest_first = sorted(rows, key=lambda row: -row.created_at)
    return Known(
        signatures=tuple(row.signature for row in newest_first if row.created_at >= now_ms - RECENT_MS),
        heads={row.lane: row.head for row in connection.execute(heads)},
    )


def compare(connection: Connection, signature: str, *, nearest: float, known: Known) -> Compared:
    """Compare a piece that was drawn `known`, `nearest` away from it, with what has come to the same lanes since."""
    places = or_(*(and_(artworks.c.lane == lane, artworks.c.pos > head) for lane, head in known.heads.items()))
    query = select(artworks.c.signature).where(places, artworks.c.signature.is_not(None))
    newcomers = connection.scalars(query).all()
    if not newcomers:
        return Compared(nearest)
    from kiosk.generator.signatures import LEAST_APART, nearest_of, readable  # noqa: PLC0415 - 13 MB few walls need

    nearest_now = min(nearest, nearest_of(signature, readable(newcomers)))
    return Compared(nearest_now, is_crowded=nearest_now < min(nearest, LEAST_APART))
