"""Sums of plays by day and by month, which outlive the plays and answer reports. Functions on an open transaction.

`store_impressions` adds here what it has really inserted, in the same transaction; `store_reports` reads. A user has
one writer at a time (the user's row is locked), so sums never lose an addition.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, text

from kiosk.server import dialect
from kiosk.server.dialect import Played
from kiosk.server.moments import DAY_MS
from kiosk.server.periods import month_of

USAGE = ("impressions", "generated", "deduplicated", "sessions")

_ADD_USAGE = text(
    "INSERT INTO usage_sums AS kept (user_id, impressions, generated, deduplicated, sessions)"
    " VALUES (:user, :impressions, :generated, :deduplicated, :sessions)"
    " ON CONFLICT (user_id) DO UPDATE SET impressions = kept.impressions + excluded.impressions,"
    " generated = kept.generated + excluded.generated, deduplicated = kept.deduplicated + excluded.deduplicated,"
    " sessions = kept.sessions + excluded.sessions"
)


def add(connection: Connection, user: int, device: int, played: Sequence[tuple[int, int, int]]) -> None:
    """Add plays of a user on a display (0: none) to the sums: (artwork, start in ms, visible ms) each."""
    if not played:
        return
    days = _sums((at // DAY_MS, artwork, 1, visible_ms, at, at) for artwork, at, visible_ms in played)
    months_of = {day: month_of(day) for day in {row[0] for row in days}}
    months = _sums((months_of[day], *sums) for day, *sums in days)
    dialect.sum_plays(connection, user=user, device=device, days=days, months=months)
    add_usage(connection, user, impressions=len(played))


def add_usage(connection: Connection, user: int, **counts: int) -> None:
    """Add to what is counted of a user: any of `USAGE`."""
    connection.execute(_ADD_USAGE, {"user": user, **dict.fromkeys(USAGE, 0), **counts})


def _sums(rows: Iterable[Sequence[int]]) -> list[Played]:
    """Return one row per period and artwork, in the order of the key."""
    sums: dict[tuple[int, int], Played] = {}
    for period, artwork, plays, visible_ms, first, last in rows:
        row = (period, artwork, plays, visible_ms, first, last)
        kept = sums.setdefault((period, artwork), row)
        if kept is not row:
            added = (kept[2] + plays, kept[3] + visible_ms, min(kept[4], first), max(kept[5], last))
            sums[period, artwork] = (period, artwork, *added)
    return [sums[key] for key in sorted(sums)]
