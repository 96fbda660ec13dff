"""The queue of one user on one display: candidates from the database, put in order by `rules`. On a read transaction.

Unseen pieces come from unseen spans, lane by lane; nothing here walks past what was seen. The statements are made once:
building them costs more than running them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Label, and_, bindparam, exists, func, select

from kiosk.domain.artworks import Pool, Reason
from kiosk.server import dialect
from kiosk.server.dialect import greatest, least
from kiosk.server.rules import QueueRules, arrange
from kiosk.server.spans import LAST_POS
from kiosk.server.store_people import lanes_of
from kiosk.server.tables import (
    DEMO_LANE,
    PUBLIC_LANE,
    AnyRow,
    artworks,
    fresh_shown,
    impressions,
    lanes,
    now_playing,
    spans,
)

COOLING_COUNTED_MAX = 1_000
SPANS_COUNTED_MAX = 1_000
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
_COOLED = (
    select(artworks)
    .join(impressions, impressions.c.artwork_id == artworks.c.id)
    .where(
        impressions.c.user_id == _USER,
        impressions.c.viewed_at < _BEFORE,
        impressions.c.viewed_at >= _SINCE,  # what the cutoff leaves out need not be walked past
        artworks.c.placed_at >= _SINCE,
        _VISIBLE,
    )
    .order_by(impressions.c.viewed_at, impressions.c.artwork_id)
    .limit(_LIMIT)
)
_COOLING = select(impressions.c.artwork_id).where(impressions.c.user_id == _USER, impressions.c.viewed_at >= _BEFORE)
_SEEN_FRESH = and_(impressions.c.user_id == _USER, impressions.c.artwork_id == now_playing.c.artwork_id)
_FLOOR = (
    select(artworks.c.pos)
    .where(artworks.c.lane == _LANE, artworks.c.placed_at >= _SINCE)
    .order_by(artworks.c.placed_at, artworks.c.pos)
    .limit(1)
)


def _unseen_in(lane: Any, name: str) -> Label[int]:
    """How many pieces of a lane the user has not seen, by the newest `spans` of their spans."""
    floor = bindparam(f"floor_{name}", type_=BigInteger)
    span = (
        select(spans.c.lo, spans.c.hi)
        .where(spans.c.user_id == _USER, spans.c.lane == lane)
        .order_by(spans.c.lo.desc())
        .limit(bindparam("spans", type_=BigInteger))
        .subquery()
    )
    length = least(span.c.hi, lanes.c.head) - greatest(span.c.lo, floor) + 1
    return (
        select(func.coalesce(func.sum(length), 0))
        .select_from(span.join(lanes, lanes.c.lane == lane))
        .where(span.c.lo <= lanes.c.head, span.c.hi >= floor, floor <= lanes.c.head)
        .scalar_subquery()
        .label(name)
    )


_FIGURES = select(  # everything that is counted, in one statement: each costs more on its way than in the database
    select(func.count()).select_from(now_playing).where(_WAITING).scalar_subquery().label("fresh"),
    select(func.count())
    .select_from(now_playing.join(impressions, _SEEN_FRESH))
    .where(_WAITING)
    .scalar_subquery()
    .label("fresh_seen"),
    select(func.count()).select_from(_COOLING.limit(COOLING_COUNTED_MAX).subquery()).scalar_subquery().label("cooling"),
    *(_unseen_in(lane, name) for lane, name in ((PUBLIC_LANE, "public"), (_USER, "own"), (DEMO_LANE, "demo"))),
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose queue it is: a user, on a display (`NO_DEVICE` when the caller is none)."""

    user_id: int
    device_id: int = NO_DEVICE


def next_page(
    connection: Connection, viewer: Viewer, *, limit: int, now_ms: int, rules: QueueRules
) -> tuple[list[tuple[AnyRow, Reason]], Pool]:
    """Return at most `limit` pieces in order (rows of `artworks`, each with its reason), and how many there are.

    Counting ends where it would take time: `cooling` at 1,000, `unseen` with the 1,000 newest spans.
    """
    user, oldest = viewer.user_id, rules.created_since(now_ms)
    since = -LAST_POS if oldest is None else oldest
    floors = [0 if oldest is None else _floor(connection, lane, oldest) for lane in lanes_of(user)]
    values = {"user": user, "device": viewer.device_id, "now": now_ms, "before": rules.cooled_before(now_ms)}
    figures = _figures(connection, values, floors, spans_counted=SPANS_COUNTED_MAX)
    fresh = connection.execute(_FRESH, values | {"limit": limit}).all() if figures.fresh else []
    unseen: list[AnyRow] = []
    for lane, floor, waiting in zip(lanes_of(user), floors, figures[-3:], strict=True):
        is_needed = lane != DEMO_LANE or _missing(limit, fresh, unseen) > 0  # the bundled pieces are the oldest
        if waiting and is_needed:
            unseen += dialect.unseen(connection, user=user, lane=lane, floor=floor, since=since, limit=limit)
    missing = _missing(limit, fresh, unseen)
    wanted = {"limit": missing + len(fresh), "since": since}
    cooled = connection.execute(_COOLED, values | wanted).all() if missing > 0 else []
    pool = Pool(
        fresh=figures.fresh,
        unseen=max(sum(figures[-3:]) - (figures.fresh - figures.fresh_seen), 0),
        cooling=figures.cooling,
    )
    return arrange(fresh, unseen, cooled, limit), pool


def counts(connection: Connection, viewer: Viewer, *, now_ms: int) -> tuple[int, int, int]:
    """Return how many pieces are fresh for the viewer, stored where they may see them, and without an impression."""
    values = {"user": viewer.user_id, "device": viewer.device_id, "now": now_ms, "before": now_ms}
    figures = _figures(connection, values, [0, 0, 0], spans_counted=LAST_POS)
    stored = dialect.count_stored(connection, lanes=lanes_of(viewer.user_id))
    return figures.fresh, stored, sum(figures[-3:])


def _figures(connection: Connection, values: dict[str, int], floors: Sequence[int], *, spans_counted: int) -> AnyRow:
    names = ("floor_public", "floor_own", "floor_demo")
    return connection.execute(_FIGURES, values | dict(zip(names, floors, strict=True)) | {"spans": spans_counted}).one()


def _missing(limit: int, *parts: Sequence[AnyRow]) -> int:
    return limit - len({row.id for part in parts for row in part})


def _floor(connection: Connection, lane: int, since_ms: int) -> int:
    """Return the lowest position of a lane that is not too old; beyond the last one when all are."""
    return connection.execute(_FLOOR, {"lane": lane, "since": since_ms}).scalar() or LAST_POS
