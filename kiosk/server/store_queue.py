"""The queue of one user on one display: candidates from the database, put in order by `rules`. On a read transaction.

Unseen pieces come from unseen spans, lane by lane; nothing here walks past what was seen. The statements are made once:
building them costs more than running them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, bindparam, exists, func, select

from kiosk.domain.artworks import Artwork, Pool
from kiosk.server import dialect, store_artworks
from kiosk.server.rules import QueueRules, arrange
from kiosk.server.spans import LAST_POS
from kiosk.server.store_people import lanes_of
from kiosk.server.tables import DEMO_LANE, PUBLIC_LANE, AnyRow, artworks, fresh_shown, impressions, lanes, now_playing

COOLING_COUNTED_MAX = 1_000
NO_DEVICE = 0

_USER, _DEVICE, _NOW, _SINCE, _BEFORE, _LANE, _LIMIT = (
    bindparam(name, type_=BigInteger) for name in ("user", "device", "now", "since", "before", "lane", "limit")
)
_VISIBLE = dialect.in_lanes([PUBLIC_LANE, _USER, DEMO_LANE])

_WAITING: ColumnElement[bool] = and_(  # made for the user, and not shown on this display yet
    now_playing.c.user_id == _USER,
    now_playing.c.fresh_until > _NOW,
    ~exists().where(fresh_shown.c.device_id == _DEVICE, fresh_shown.c.artwork_id == now_playing.c.artwork_id),
)
_FRESH = (
    select(artworks)
    .join(now_playing, now_playing.c.artwork_id == artworks.c.id)
    .where(_WAITING, _VISIBLE)
    .order_by(now_playing.c.inserted_at.desc(), artworks.c.id.desc())
    .limit(_LIMIT)
)
_COUNT_FRESH = (
    select(func.count().label("all"), (func.count() - func.count(impressions.c.artwork_id)).label("unseen"))
    .select_from(
        now_playing.outerjoin(
            impressions, and_(impressions.c.user_id == _USER, impressions.c.artwork_id == now_playing.c.artwork_id)
        )
    )
    .where(_WAITING)
)
_COOLED = (
    select(artworks)
    .join(impressions, impressions.c.artwork_id == artworks.c.id)
    .where(impressions.c.user_id == _USER, impressions.c.viewed_at < _BEFORE, artworks.c.created_at >= _SINCE, _VISIBLE)
    .order_by(impressions.c.viewed_at, impressions.c.artwork_id)
    .limit(_LIMIT)
)
_COUNT_COOLING = select(func.count()).select_from(
    select(impressions.c.artwork_id)
    .where(impressions.c.user_id == _USER, impressions.c.viewed_at >= _BEFORE)
    .limit(COOLING_COUNTED_MAX)
    .subquery()
)
_HEADS = select(lanes.c.lane, lanes.c.head).where(lanes.c.lane.in_([PUBLIC_LANE, _USER, DEMO_LANE]))
_FLOOR = (
    select(artworks.c.pos)
    .where(artworks.c.lane == _LANE, artworks.c.created_at >= _SINCE)
    .order_by(artworks.c.created_at, artworks.c.pos)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose queue it is: a user, on a display (`NO_DEVICE` when the caller is none)."""

    user_id: int
    device_id: int = NO_DEVICE


def next_page(
    connection: Connection, viewer: Viewer, *, limit: int, now_ms: int, rules: QueueRules
) -> tuple[list[Artwork], Pool]:
    """Return at most `limit` pieces in order, and how many there are; `cooling` is counted up to 1,000."""
    user, since = viewer.user_id, rules.created_since(now_ms)
    values = {"user": user, "device": viewer.device_id, "now": now_ms, "before": rules.cooled_before(now_ms)}
    fresh = connection.execute(_FRESH, values | {"limit": limit}).all()
    unseen: list[AnyRow] = []
    unseen_count = 0
    for lane, head in _heads(connection, user):
        floor = 0 if since is None else _floor(connection, lane, since)
        unseen_count += dialect.count_unseen(connection, user=user, lane=lane, floor=floor, head=head)
        unseen += dialect.unseen(connection, user=user, lane=lane, floor=floor, limit=limit)
    missing = limit - len({row.id for row in (*fresh, *unseen)})
    wanted = {"limit": missing + len(fresh), "since": -LAST_POS if since is None else since}
    cooled = connection.execute(_COOLED, values | wanted).all() if missing > 0 else []
    waiting = connection.execute(_COUNT_FRESH, values).one()
    pool = Pool(
        fresh=waiting.all,
        unseen=max(unseen_count - waiting.unseen, 0),
        cooling=connection.execute(_COUNT_COOLING, values).scalar_one(),
    )
    queue = arrange(fresh, unseen, cooled, limit)
    return [store_artworks.to_domain(row, reason) for row, reason in queue], pool


def counts(connection: Connection, viewer: Viewer, *, now_ms: int) -> tuple[int, int, int]:
    """Return how many pieces are fresh for the viewer, stored where they may see them, and without an impression."""
    user = viewer.user_id
    heads = _heads(connection, user)
    unseen = sum(dialect.count_unseen(connection, user=user, lane=lane, floor=0, head=head) for lane, head in heads)
    values = {"user": user, "device": viewer.device_id, "now": now_ms}
    fresh: int = connection.execute(_COUNT_FRESH, values).one().all
    return fresh, sum(head for _, head in heads), unseen


def _heads(connection: Connection, user: int) -> Sequence[tuple[int, int]]:
    found = {row.lane: row.head for row in connection.execute(_HEADS, {"user": user})}
    return [(lane, found[lane]) for lane in lanes_of(user)]


def _floor(connection: Connection, lane: int, since_ms: int) -> int:
    """Return the lowest position of a lane that is not too old; beyond the last one when all are."""
    return connection.execute(_FLOOR, {"lane": lane, "since": since_ms}).scalar() or LAST_POS
