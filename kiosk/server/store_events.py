"""Events for the streams, in the database under a sequence: the table is the truth, a notification only a hint.

The sequence comes from a counter that is held until the transaction ends, so numbers appear in the order of commits:
who has read up to one never misses a smaller one. Take it last in a transaction; others wait for it.

An event names its artwork or job; what is sent is read when it is sent, so nobody gets a piece that is not theirs.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from kiosk.domain.artworks import Reason
from kiosk.protocol.artworks import Artwork
from kiosk.protocol.base import Wire
from kiosk.protocol.events import ART_FAILED, ART_READY, ART_REMOVED, ArtFailed, ArtReady, ArtRemoved
from kiosk.server import store_artworks
from kiosk.server.store_people import lanes_of
from kiosk.server.tables import EVENTS, AnyRow, artworks, counters, events

BATCH = 100


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event as the stream sends it."""

    seq: int
    kind: str
    data: Wire


def add_ready(connection: Connection, *, user: int, artwork: int, job_id: str | None, now_ms: int) -> None:
    """Tell a user's displays that a piece is there."""
    _add(connection, user_id=user, kind=ART_READY, artwork_id=artwork, job_id=job_id, created_at=now_ms)


def add_failed(connection: Connection, *, user: int, job_id: str, reason: str, now_ms: int) -> None:
    """Tell a user's displays that a piece will not come."""
    _add(connection, user_id=user, kind=ART_FAILED, job_id=job_id, reason=reason, created_at=now_ms)


def last_seq(connection: Connection, *, user: int) -> int:
    """Return the sequence number of the user's last event, 0 when there was none."""
    return int(connection.execute(select(func.max(events.c.seq)).where(events.c.user_id == user)).scalar() or 0)


def after(connection: Connection, *, user: int, seq: int) -> list[StoredEvent]:
    """Return the user's next events after `seq`, at most `BATCH` of them; fewer mean that there are no more."""
    query = (
        select(events, artworks.c.public_id, artworks.c.lane)
        .outerjoin(artworks, artworks.c.id == events.c.artwork_id)
        .where(events.c.user_id == user, events.c.seq > seq)
        .order_by(events.c.seq)
        .limit(BATCH)
    )
    return [_stored(connection, user, row) for row in connection.execute(query)]


def purge(connection: Connection, *, before_ms: int) -> None:
    """Forget events older than `before_ms`; a display away for longer reads the queue anew anyway."""
    connection.execute(delete(events).where(events.c.created_at < before_ms))


def _add(connection: Connection, **values: Any) -> None:
    raised = update(counters).where(counters.c.name == EVENTS).values(value=counters.c.value + 1)
    seq = connection.execute(raised.returning(counters.c.value)).scalar_one()
    connection.execute(events.insert().values(seq=seq, **values))


def _stored(connection: Connection, user: int, row: AnyRow) -> StoredEvent:
    if row.kind == ART_FAILED:
        return StoredEvent(row.seq, ART_FAILED, ArtFailed(job_id=row.job_id, reason=row.reason))
    if row.kind == ART_REMOVED or row.lane not in lanes_of(user):
        return StoredEvent(row.seq, ART_REMOVED, ArtRemoved(artwork_id=row.public_id))
    piece = store_artworks.to_domain(store_artworks.by_key(connection, row.artwork_id), Reason.FRESH)
    return StoredEvent(row.seq, ART_READY, ArtReady(artwork=Artwork.from_domain(piece), job_id=row.job_id))
