"""Unseen spans in the database: cut by a batch, rebuilt from impressions. Functions on an open transaction.

`spans` has the arithmetic, `dialect` the statements that differ by database.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, select, update

from kiosk.server import dialect
from kiosk.server.spans import Span, runs_of, subtract, unseen_of
from kiosk.server.store_people import lanes_of
from kiosk.server.tables import artworks, impressions, spans, users

_SHRINK = (
    update(spans)
    .where(
        spans.c.user_id == bindparam("of_user"), spans.c.lane == bindparam("of_lane"), spans.c.lo == bindparam("of_lo")
    )
    .values(hi=bindparam("new_hi"))
)


def mark_seen(connection: Connection, *, user: int, seen: Iterable[tuple[int, int]]) -> None:
    """Take (lane, position) pairs out of a user's unseen spans."""
    by_lane: defaultdict[int, list[int]] = defaultdict(list)
    for lane, position in seen:
        by_lane[lane].append(position)
    for lane, positions in by_lane.items():
        _cut(connection, user, lane, runs_of(positions))


def rebuild(connection: Connection, *, user: int) -> None:
    """Write a user's spans anew from their impressions, which are the truth."""
    connection.execute(delete(spans).where(spans.c.user_id == user))
    for lane, unseen in from_impressions(connection, user=user).items():
        rows = [{"user_id": user, "lane": lane, "lo": span.lo, "hi": span.hi} for span in unseen]
        connection.execute(spans.insert(), rows)


def from_impressions(connection: Connection, *, user: int) -> dict[int, list[Span]]:
    """Return what a user's spans must be by their impressions, per lane they may see."""
    query = (
        select(artworks.c.pos)
        .join(impressions, impressions.c.artwork_id == artworks.c.id)
        .where(impressions.c.user_id == user, artworks.c.lane == bindparam("of_lane"))
    )
    return {lane: unseen_of(connection.scalars(query, {"of_lane": lane})) for lane in lanes_of(user)}


def stored(connection: Connection, *, user: int) -> dict[int, list[Span]]:
    """Return a user's spans as they are stored, per lane, lowest first."""
    found: dict[int, list[Span]] = {lane: [] for lane in lanes_of(user)}
    query = select(spans.c.lane, spans.c.lo, spans.c.hi).where(spans.c.user_id == user).order_by(spans.c.lo)
    for lane, lo, hi in connection.execute(query):
        found.setdefault(lane, []).append(Span(lo, hi))
    return found


def all_users(connection: Connection) -> Sequence[int]:
    """Return the inner ids of all users."""
    return connection.scalars(select(users.c.id)).all()


def _cut(connection: Connection, user: int, lane: int, runs: Sequence[Span]) -> None:
    cut = subtract(dialect.spans_touched(connection, user=user, lane=lane, runs=runs), runs)
    dialect.delete_spans(connection, user=user, lane=lane, los=cut.deleted)
    if cut.shrunk:
        values = [{"of_user": user, "of_lane": lane, "of_lo": span.lo, "new_hi": span.hi} for span in cut.shrunk]
        connection.execute(_SHRINK, values)
    if cut.inserted:
        rows = [{"user_id": user, "lane": lane, "lo": span.lo, "hi": span.hi} for span in cut.inserted]
        connection.execute(spans.insert(), rows)
