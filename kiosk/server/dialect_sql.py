"""The statements that differ from one database to another, side by side. `dialect` runs them.

Both walk spans from the newest down and look each one's pieces up by position: every span holds an unseen piece, so a
page of twenty costs twenty steps, whatever the history. tests/server/test_store_queue.py pins the plans.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, Select, TextClause, bindparam, func, select, text, true
from sqlalchemy.types import ARRAY, BigInteger

from kiosk.server.tables import artworks, spans

_FLOOR, _LANE, _USER, _LIMIT, _SINCE = (
    bindparam(name, type_=BigInteger) for name in ("floor", "lane", "user", "limit", "since")
)


@dataclass(frozen=True)
class Statements:
    """One database's way of saying it; the functions of `dialect` say what each does."""

    unseen: Executable
    count_stored: Executable
    upsert_impressions: Executable
    spans_touched: Executable
    spans_touched_of_all: Executable
    delete_spans: Executable
    put_spans: Executable
    backfill: Executable
    mark_fresh_shown: Executable
    sum_days: Executable
    sum_months: Executable
    database_bytes: Executable


# Spans must be the outer loop of the join: a subquery round it would sort everything.
_UNSEEN_SQLITE: Select[Any] = (
    select(artworks)
    .select_from(spans.join(artworks, artworks.c.pos.between(func.max(spans.c.lo, _FLOOR), spans.c.hi)))
    .where(
        spans.c.user_id == _USER,
        spans.c.lane == _LANE,
        spans.c.hi >= _FLOOR,
        artworks.c.lane == _LANE,
        artworks.c.placed_at >= _SINCE,
    )
    .order_by(spans.c.lo.desc(), artworks.c.pos.desc())
    .limit(_LIMIT)
)


def _sum_plays(source: str, table: str, period: str, least: str, greatest: str) -> str:
    """Return the statement that adds (period, artwork, plays, ms, first, last) rows to a user's sums on a display."""
    return (
        f"INSERT INTO {table} AS kept ({period}, user_id, device_id, artwork_id, plays, visible_ms, first_at, last_at)"
        f" {source} ON CONFLICT ({period}, user_id, device_id, artwork_id) DO UPDATE SET"
        " plays = kept.plays + excluded.plays, visible_ms = kept.visible_ms + excluded.visible_ms,"
        f" first_at = {least}(kept.first_at, excluded.first_at), last_at = {greatest}(kept.last_at, excluded.last_at)"
    )


_PLAYED_SQLITE = (
    "SELECT json_extract(value, '$[0]'), :user, :device, json_extract(value, '$[1]'), json_extract(value, '$[2]'),"
    " json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]')"
    " FROM json_each(:rows) WHERE true"
)
_PLAYED_POSTGRESQL = (
    "SELECT r.period, :user, :device, r.artwork, r.plays, r.ms, r.first_at, r.last_at"
    " FROM unnest(:periods, :artworks, :plays, :ms, :firsts, :lasts)"
    " AS r(period, artwork, plays, ms, first_at, last_at)"
)
PLAYED = ("periods", "artworks", "plays", "ms", "firsts", "lasts")

SQLITE = Statements(
    unseen=_UNSEEN_SQLITE,
    count_stored=text(
        "SELECT coalesce(sum(min(hi, head) - lo + 1), 0) FROM extents JOIN lanes USING (lane)"
        " WHERE lo <= head AND lane IN (SELECT value FROM json_each(:lanes))"
    ),
    upsert_impressions=text(
        "INSERT INTO impressions (user_id, artwork_id, viewed_at)"
        " SELECT :user, json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:rows) WHERE true"
        " ON CONFLICT (user_id, artwork_id) DO UPDATE SET viewed_at = max(viewed_at, excluded.viewed_at)"
    ),
    # From the span that starts at or before a run to the last that starts within it: no run looks at all spans.
    spans_touched=text(
        "SELECT DISTINCT s.lo, s.hi FROM json_each(:rows) r CROSS JOIN spans s"
        " WHERE s.user_id = :user AND s.lane = :lane AND s.lo <= json_extract(r.value, '$[1]')"
        " AND s.lo >= coalesce((SELECT max(b.lo) FROM spans b WHERE b.user_id = :user AND b.lane = :lane"
        " AND b.lo <= json_extract(r.value, '$[0]')), 0) AND s.hi >= json_extract(r.value, '$[0]') ORDER BY s.lo"
    ),
    spans_touched_of_all=text(
        "SELECT DISTINCT s.user_id, s.lo, s.hi FROM users u CROSS JOIN json_each(:rows) r CROSS JOIN spans s"
        " WHERE s.user_id = u.id AND s.lane = :lane AND s.lo <= json_extract(r.value, '$[1]')"
        " AND s.lo >= coalesce((SELECT max(b.lo) FROM spans b WHERE b.user_id = u.id AND b.lane = :lane"
        " AND b.lo <= json_extract(r.value, '$[0]')), 0) AND s.hi >= json_extract(r.value, '$[0]')"
        " ORDER BY s.user_id, s.lo"
    ),
    delete_spans=text(
        "DELETE FROM spans WHERE lane = :lane"
        " AND (user_id, lo) IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:rows))"
    ),
    put_spans=text(
        "INSERT INTO spans (user_id, lane, lo, hi)"
        " SELECT json_extract(value, '$[0]'), :lane, json_extract(value, '$[1]'), json_extract(value, '$[2]')"
        " FROM json_each(:rows) WHERE true"
        " ON CONFLICT (user_id, lane, lo) DO UPDATE SET hi = excluded.hi"
    ),
    backfill=text(
        "INSERT INTO impressions (user_id, artwork_id, viewed_at)"
        " SELECT :user, id, :now FROM artworks WHERE lane IN (SELECT value FROM json_each(:lanes))"
        " AND created_at < :as_of ON CONFLICT (user_id, artwork_id) DO NOTHING"
    ),
    mark_fresh_shown=text(
        "INSERT INTO fresh_shown (device_id, artwork_id)"
        " SELECT :device, artwork_id FROM now_playing"
        " WHERE user_id = :user AND artwork_id IN (SELECT value FROM json_each(:ids))"
        " ON CONFLICT (device_id, artwork_id) DO NOTHING"
    ),
    sum_days=text(_sum_plays(_PLAYED_SQLITE, "play_days", "day", "min", "max")),
    sum_months=text(_sum_plays(_PLAYED_SQLITE, "play_months", "month", "min", "max")),
    database_bytes=text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
)


def _newest_spans() -> Select[Any]:
    span = (
        select(spans.c.lo, spans.c.hi)
        .where(spans.c.user_id == _USER, spans.c.lane == _LANE, spans.c.hi >= _FLOOR)
        .order_by(spans.c.lo.desc())
        .limit(_LIMIT + 1)
        .subquery("span")
    )
    piece = (
        select(artworks)
        .where(
            artworks.c.lane == _LANE,
            artworks.c.pos.between(func.greatest(span.c.lo, _FLOOR), span.c.hi),
            artworks.c.placed_at >= _SINCE,
        )
        .order_by(artworks.c.pos.desc())
        .limit(_LIMIT)
        .lateral("piece")
    )
    newest_first = (span.c.lo.desc(), piece.c.pos.desc())
    return select(piece).select_from(span.join(piece, true())).order_by(*newest_first).limit(_LIMIT)


def _with_arrays(sql: str, *names: str) -> TextClause:
    return text(sql).bindparams(*(bindparam(name, type_=ARRAY(BigInteger)) for name in names))


POSTGRESQL = Statements(
    unseen=_newest_spans(),
    count_stored=_with_arrays(
        "SELECT coalesce(sum(least(hi, head) - lo + 1), 0) FROM extents JOIN lanes USING (lane)"
        " WHERE lo <= head AND lane = ANY(:lanes)",
        "lanes",
    ),
    upsert_impressions=_with_arrays(
        "INSERT INTO impressions (user_id, artwork_id, viewed_at)"
        " SELECT :user, r.artwork, r.seen FROM unnest(:artworks, :times) AS r(artwork, seen)"
        " ON CONFLICT (user_id, artwork_id)"
        " DO UPDATE SET viewed_at = greatest(impressions.viewed_at, excluded.viewed_at)",
        "artworks",
        "times",
    ),
    # OFFSET 0 keeps the planner from joining: it would read all spans above a run, for every run.
    spans_touched=_with_arrays(
        "SELECT DISTINCT s.lo, s.hi FROM unnest(:los, :his) AS r(lo, hi)"
        " CROSS JOIN LATERAL (SELECT max(lo) AS lo FROM spans"
        " WHERE user_id = :user AND lane = :lane AND lo <= r.lo) below"
        " CROSS JOIN LATERAL (SELECT lo, hi FROM spans WHERE user_id = :user AND lane = :lane"
        " AND lo BETWEEN coalesce(below.lo, 0) AND r.hi AND hi >= r.lo OFFSET 0) s ORDER BY s.lo",
        "los",
        "his",
    ),
    spans_touched_of_all=_with_arrays(
        "SELECT DISTINCT u.id, s.lo, s.hi FROM users u CROSS JOIN unnest(:los, :his) AS r(lo, hi)"
        " CROSS JOIN LATERAL (SELECT max(lo) AS lo FROM spans"
        " WHERE user_id = u.id AND lane = :lane AND lo <= r.lo) below"
        " CROSS JOIN LATERAL (SELECT lo, hi FROM spans WHERE user_id = u.id AND lane = :lane"
        " AND lo BETWEEN coalesce(below.lo, 0) AND r.hi AND hi >= r.lo OFFSET 0) s ORDER BY u.id, s.lo",
        "los",
        "his",
    ),
    delete_spans=_with_arrays(
        "DELETE FROM spans USING unnest(:users, :los) AS r(of_user, of_lo)"
        " WHERE user_id = r.of_user AND lane = :lane AND lo = r.of_lo",
        "users",
        "los",
    ),
    put_spans=_with_arrays(
        "INSERT INTO spans (user_id, lane, lo, hi)"
        " SELECT r.of_user, :lane, r.lo, r.hi FROM unnest(:users, :los, :his) AS r(of_user, lo, hi)"
        " ON CONFLICT (user_id, lane, lo) DO UPDATE SET hi = excluded.hi",
        "users",
        "los",
        "his",
    ),
    backfill=_with_arrays(
        "INSERT INTO impressions (user_id, artwork_id, viewed_at)"
        " SELECT :user, id, :now FROM artworks WHERE lane = ANY(:lanes) AND created_at < :as_of"
        " ON CONFLICT (user_id, artwork_id) DO NOTHING",
        "lanes",
    ),
    mark_fresh_shown=_with_arrays(
        "INSERT INTO fresh_shown (device_id, artwork_id)"
        " SELECT :device, artwork_id FROM now_playing WHERE user_id = :user AND artwork_id = ANY(:ids)"
        " ON CONFLICT (device_id, artwork_id) DO NOTHING",
        "ids",
    ),
    sum_days=_with_arrays(_sum_plays(_PLAYED_POSTGRESQL, "play_days", "day", "least", "greatest"), *PLAYED),
    sum_months=_with_arrays(_sum_plays(_PLAYED_POSTGRESQL, "play_months", "month", "least", "greatest"), *PLAYED),
    database_bytes=text("SELECT pg_database_size(current_database())"),
)
