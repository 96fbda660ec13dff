"""The SQL that differs from one database to another, all of it in one place; the stores call it by what it means.

SQLite passes lists as JSON texts to `json_each`, so that every statement is one cached text whatever the length of the
list. The counterpart for PostgreSQL passes arrays to `unnest`.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select, text
from sqlalchemy.types import Integer, String

from kiosk.server.spans import Span
from kiosk.server.tables import AnyRow, artworks, spans

_TEXTS = text("SELECT value FROM json_each(:texts)").columns(value=String)

_FLOOR, _LANE, _USER, _LIMIT = (bindparam(name, type_=Integer) for name in ("floor", "lane", "user", "limit"))

# Spans are the outer loop: each holds an unseen piece, so the walk ends after `limit` rows whatever the history.
# A subquery round it would sort everything. tests/server/test_store_queue.py pins the plan.
UNSEEN: Select[Any] = (
    select(artworks)
    .select_from(spans.join(artworks, artworks.c.pos.between(func.max(spans.c.lo, _FLOOR), spans.c.hi)))
    .where(spans.c.user_id == _USER, spans.c.lane == _LANE, spans.c.hi >= _FLOOR, artworks.c.lane == _LANE)
    .order_by(spans.c.lo.desc(), artworks.c.pos.desc())
    .limit(_LIMIT)
)

_COUNT_UNSEEN = text(
    "SELECT coalesce(sum(min(hi, :head) - max(lo, :floor) + 1), 0) FROM spans"
    " WHERE user_id = :user AND lane = :lane AND lo <= :head AND hi >= :floor"
)

_UPSERT_IMPRESSIONS = text(
    "INSERT INTO impressions (user_id, artwork_id, viewed_at)"
    " SELECT :user, json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:rows) WHERE true"
    " ON CONFLICT (user_id, artwork_id) DO UPDATE SET viewed_at = max(viewed_at, excluded.viewed_at)"
)

# From the span that starts at or before a run to the last that starts within it: no run looks at all spans.
_SPANS_TOUCHED = text(
    "SELECT DISTINCT s.lo, s.hi FROM json_each(:runs) r CROSS JOIN spans s"
    " WHERE s.user_id = :user AND s.lane = :lane AND s.lo <= json_extract(r.value, '$[1]')"
    " AND s.lo >= coalesce((SELECT max(b.lo) FROM spans b WHERE b.user_id = :user AND b.lane = :lane"
    " AND b.lo <= json_extract(r.value, '$[0]')), 0)"
    " AND s.hi >= json_extract(r.value, '$[0]') ORDER BY s.lo"
)

_DELETE_SPANS = text(
    "DELETE FROM spans WHERE user_id = :user AND lane = :lane AND lo IN (SELECT value FROM json_each(:los))"
)

_BACKFILL = text(
    "INSERT INTO impressions (user_id, artwork_id, viewed_at)"
    " SELECT :user, id, :now FROM artworks WHERE lane IN (SELECT value FROM json_each(:lanes))"
    " AND created_at < :as_of ON CONFLICT (user_id, artwork_id) DO NOTHING"
)

_MARK_FRESH_SHOWN = text(
    "INSERT INTO fresh_shown (device_id, artwork_id)"
    " SELECT :device, artwork_id FROM now_playing"
    " WHERE user_id = :user AND artwork_id IN (SELECT value FROM json_each(:ids))"
    " ON CONFLICT (device_id, artwork_id) DO NOTHING"
)


def one_of_texts(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that `column` is one of the texts bound as `texts` (see `as_list`)."""
    return column.in_(_TEXTS)


def in_lanes(lanes: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a piece lies in one of `lanes` (numbers or parameters).

    It checks rows that something narrower has found: the sum keeps planners from walking whole lanes by their index.
    """
    return (artworks.c.lane + 0).in_(lanes)


def as_list(values: Iterable[object]) -> str:
    """Return a list the way this database takes it as one parameter."""
    return json.dumps(list(values))


def unseen(connection: Connection, *, user: int, lane: int, floor: int, limit: int) -> Sequence[AnyRow]:
    """Return at most `limit` pieces of a lane the user has not seen, at position `floor` or above, newest first."""
    return connection.execute(UNSEEN, {"user": user, "lane": lane, "floor": floor, "limit": limit}).all()


def count_unseen(connection: Connection, *, user: int, lane: int, floor: int, head: int) -> int:
    """Return how many positions of a lane from `floor` to `head` the user has not seen."""
    values = {"user": user, "lane": lane, "floor": floor, "head": head}
    return int(connection.execute(_COUNT_UNSEEN, values).scalar_one())


def upsert_impressions(connection: Connection, *, user: int, rows: Sequence[tuple[int, int]]) -> None:
    """Store (artwork, viewed_at) pairs of a user; a pair that is there keeps the later time."""
    if rows:
        connection.execute(_UPSERT_IMPRESSIONS, {"user": user, "rows": as_list(rows)})


def spans_touched(connection: Connection, *, user: int, lane: int, runs: Sequence[Span]) -> list[Span]:
    """Return the spans of a user and lane that overlap any of `runs`, lowest first."""
    found = connection.execute(_SPANS_TOUCHED, {"user": user, "lane": lane, "runs": as_list(runs)})
    return [Span(lo, hi) for lo, hi in found]


def delete_spans(connection: Connection, *, user: int, lane: int, los: Sequence[int]) -> None:
    """Delete the spans of a user and lane that start at `los`."""
    if los:
        connection.execute(_DELETE_SPANS, {"user": user, "lane": lane, "los": as_list(los)})


def backfill(connection: Connection, *, user: int, lanes: Sequence[int], as_of: int, now: int) -> int:
    """Mark every piece of `lanes` made before `as_of` as seen now by the user; return how many were not yet."""
    values = {"user": user, "lanes": as_list(lanes), "as_of": as_of, "now": now}
    return connection.execute(_BACKFILL, values).rowcount


def mark_fresh_shown(connection: Connection, *, user: int, device: int, artworks_shown: Sequence[int]) -> None:
    """Note that a display has shown those of the pieces that are fresh for its user."""
    values = {"user": user, "device": device, "ids": as_list(artworks_shown)}
    connection.execute(_MARK_FRESH_SHOWN, values)
