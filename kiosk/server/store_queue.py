"""The queue of one user on one display: candidates from the database, put in order by `rules`. On a read transaction.

Unseen pieces come from unseen spans, lane by lane; nothing here walks past what was seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, exists, func, select

from kiosk.domain.artworks import Artwork, Pool
from kiosk.server import dialect, store_artworks
from kiosk.server.rules import QueueRules, arrange
from kiosk.server.spans import LAST_POS
from kiosk.server.store_people import lanes_of
from kiosk.server.tables import AnyRow, artworks, fresh_shown, impressions, lanes, now_playing

COOLING_COUNTED_MAX = 1_000
NO_DEVICE = 0


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose queue it is: a user, on a display (`NO_DEVICE` when the caller is none)."""

    user_id: int
    device_id: int = NO_DEVICE


def next_page(
    connection: Connection, viewer: Viewer, *, limit: int, now_ms: int, rules: QueueRules
) -> tuple[list[Artwork], Pool]:
    """Return at most `limit` pieces in order, and how many there are; `cooling` is counted up to 1,000."""
    fresh = _fresh(connection, viewer, now_ms=now_ms, limit=limit)
    unseen: list[AnyRow] = []
    unseen_count = 0
    for lane in lanes_of(viewer.user_id):
        floor = _floor(connection, lane, rules.created_since(now_ms))
        head = connection.execute(select(lanes.c.head).where(lanes.c.lane == lane)).scalar_one()
        unseen_count += dialect.count_unseen(connection, user=viewer.user_id, lane=lane, floor=floor, head=head)
        unseen += dialect.unseen(connection, user=viewer.user_id, lane=lane, floor=floor, limit=limit)
    missing = limit - len({row.id for row in (*fresh, *unseen)})
    cooled = _cooled(connection, viewer, now_ms=now_ms, limit=missing + len(fresh), rules=rules) if missing > 0 else []
    queue = arrange(fresh, unseen, cooled, limit)
    fresh_count, fresh_unseen = _count_fresh(connection, viewer, now_ms=now_ms)
    pool = Pool(
        fresh=fresh_count,
        unseen=max(unseen_count - fresh_unseen, 0),
        cooling=_count_cooling(connection, viewer, since_ms=rules.cooled_before(now_ms)),
    )
    return [store_artworks.to_domain(row, reason) for row, reason in queue], pool


def counts(connection: Connection, viewer: Viewer, *, now_ms: int) -> tuple[int, int, int]:
    """Return how many pieces are fresh for the viewer, stored where they may see them, and without an impression."""
    visible = lanes_of(viewer.user_id)
    heads = connection.execute(select(lanes.c.lane, lanes.c.head).where(lanes.c.lane.in_(visible))).all()
    unseen = sum(
        dialect.count_unseen(connection, user=viewer.user_id, lane=lane, floor=0, head=head) for lane, head in heads
    )
    return _count_fresh(connection, viewer, now_ms=now_ms)[0], sum(head for _, head in heads), unseen


def _waiting(viewer: Viewer, now_ms: int) -> Any:
    """Return the condition under which a piece is fresh on this display: made for the user, not shown here yet."""
    shown_here = exists().where(
        fresh_shown.c.device_id == viewer.device_id, fresh_shown.c.artwork_id == now_playing.c.artwork_id
    )
    return and_(now_playing.c.user_id == viewer.user_id, now_playing.c.fresh_until > now_ms, ~shown_here)


def _fresh(connection: Connection, viewer: Viewer, *, now_ms: int, limit: int) -> Sequence[AnyRow]:
    query = (
        select(artworks)
        .join(now_playing, now_playing.c.artwork_id == artworks.c.id)
        .where(_waiting(viewer, now_ms), artworks.c.lane.in_(lanes_of(viewer.user_id)))
        .order_by(now_playing.c.inserted_at.desc(), artworks.c.id.desc())
        .limit(limit)
    )
    return connection.execute(query).all()


def _count_fresh(connection: Connection, viewer: Viewer, *, now_ms: int) -> tuple[int, int]:
    seen = and_(impressions.c.user_id == viewer.user_id, impressions.c.artwork_id == now_playing.c.artwork_id)
    query = (
        select(func.count(), func.count() - func.count(impressions.c.artwork_id))
        .select_from(now_playing.outerjoin(impressions, seen))
        .where(_waiting(viewer, now_ms))
    )
    everything, unseen = connection.execute(query).one()
    return everything, unseen


def _cooled(connection: Connection, viewer: Viewer, *, now_ms: int, limit: int, rules: QueueRules) -> Sequence[AnyRow]:
    query = (
        select(artworks)
        .join(impressions, impressions.c.artwork_id == artworks.c.id)
        .where(
            impressions.c.user_id == viewer.user_id,
            impressions.c.viewed_at < rules.cooled_before(now_ms),
            artworks.c.lane.in_(lanes_of(viewer.user_id)),
        )
        .order_by(impressions.c.viewed_at, impressions.c.artwork_id)
        .limit(limit)
    )
    since = rules.created_since(now_ms)
    return connection.execute(query if since is None else query.where(artworks.c.created_at >= since)).all()


def _count_cooling(connection: Connection, viewer: Viewer, *, since_ms: int) -> int:
    seen = (
        select(impressions.c.artwork_id)
        .where(impressions.c.user_id == viewer.user_id, impressions.c.viewed_at >= since_ms)
        .limit(COOLING_COUNTED_MAX)
        .subquery()
    )
    return int(connection.execute(select(func.count()).select_from(seen)).scalar_one())


def _floor(connection: Connection, lane: int, since_ms: int | None) -> int:
    """Return the lowest position of a lane that is not too old; beyond the last one when all are."""
    if since_ms is None:
        return 0
    youngest = (
        select(artworks.c.pos)
        .where(artworks.c.lane == lane, artworks.c.created_at >= since_ms)
        .order_by(artworks.c.created_at, artworks.c.pos)
        .limit(1)
    )
    return connection.execute(youngest).scalar() or LAST_POS
