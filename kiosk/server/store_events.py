"""Events for the streams, in the database under a sequence: the table is the truth, a notification only a hint.

The sequence comes from a counter that is held until the transaction ends, so numbers appear in the order of commits:
who has read up to one never misses a smaller one. Take it last in a transaction; others wait for it.

An event names its artwork or job; what is sent is read when it is sent, so nobody gets a piece that is not theirs.
Its user is empty when it concerns everybody. `fan_out` reads what comes for all, `after` what one display has missed.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, select, union_all, update

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
    """One event as the stream sends it; `user_id` None: to everybody."""

    seq: int
    user_id: int | None
    kind: str
    data: Wire


def add_ready(connection: Connection, *, user: int, artwork: int, job_id: str | None, now_ms: int) -> None:
    """Tell a user's displays that a piece is there."""
    _add(connection, user_id=user, kind=ART_READY, artwork_id=artwork, job_id=job_id, created_at=now_ms)


def add_failed(connection: Connection, *, user: int, job_id: str, reason: str, now_ms: int) -> None:
    """Tell a user's displays that a piece will not come."""
    _add(connection, user_id=user, kind=ART_FAILED, job_id=job_id, reason=reason, created_at=now_ms)


def add_removed(connection: Connection, *, user: int | None, artwork: int, now_ms: int) -> None:
    """Tell a user's displays, or with None everybody's, that a piece is gone."""
    _add(connection, user_id=user, kind=ART_REMOVED, artwork_id=artwork, created_at=now_ms)


def last_seq(connection: Connection) -> int:
    """Return the sequence number of the last event of all, 0 before the first."""
    return int(connection.execute(select(counters.c.value).where(counters.c.name == EVENTS)).scalar_one())


def after(connection: Connection, *, user: int, seq: int) -> list[StoredEvent]:
    """Return the next events after `seq` for a user, everybody's among them: `BATCH`, or fewer when that is all."""
    # Two ranges of the index, each with its own limit: an OR of both would be a walk past all that others missed.
    own, everybodys = (_next(seq, events.c.user_id == user), _next(seq, events.c.user_id.is_(None)))
    both = union_all(select(own.subquery()), select(everybodys.subquery())).subquery()
    return _read(connection, both)


def after_of_all(connection: Connection, *, seq: int) -> list[StoredEvent]:
    """Return the next events after `seq`, whomever they are for: `BATCH`, or fewer when that is all."""
    return _read(connection, _next(seq).subquery())


def _add(connection: Connection, **values: Any) -> None:
    raised = update(counters).where(counters.c.name == EVENTS).values(value=counters.c.value + 1)
    seq = connection.execute(raised.returning(counters.c.value)).scalar_one()
    connection.execute(events.insert().values(seq=seq, **values))


def _next(seq: int, *whose: ColumnElement[bool]) -> Select[Any]:
    return select(events).where(events.c.seq > seq, *whose).order_by(events.c.seq).limit(BATCH)


def _read(connection: Connection, found: FromClause) -> list[StoredEvent]:
    query = (
        select(found.c.seq, found.c.user_id, found.c.kind, found.c.job_id, found.c.reason, artworks)
        .select_from(found.outerjoin(artworks, artworks.c.id == found.c.artwork_id))
        .order_by(found.c.seq)
        .limit(BATCH)
    )
    return [StoredEvent(row.seq, row.user_id, *_told(row)) for row in connection.execute(query)]


def _told(row: AnyRow) -> tuple[str, Wire]:
    if row.kind == ART_FAILED:
        return ART_FAILED, ArtFailed(job_id=row.job_id, reason=row.reason)
    if row.kind == ART_REMOVED or row.lane not in lanes_of(row.user_id):
        return ART_REMOVED, ArtRemoved(artwork_id=row.public_id)
    piece = store_artworks.to_domain(row, Reason.FRESH)
    return ART_READY, ArtReady(artwork=Artwork.from_domain(piece), job_id=row.job_id)
