"""Unseen spans in the database: cut by a batch, by a removal, rebuilt from impressions. On an open transaction.

`spans` has the arithmetic, `dialect` the statements that differ by database. A user's spans are the extents of their
lanes less what they have seen, at every commit: `differences` tells where that is not so.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import BigInteger, Connection, bindparam, delete, select

from kiosk.server import dialect
from kiosk.server.spans import Cut, Span, runs_of, subtract, without
from kiosk.server.store_people import lanes_of, lock_user
from kiosk.server.tables import (
    DEMO_LANE,
    PUBLIC_LANE,
    REMOVED_LANE,
    artworks,
    extents,
    impressions,
    lanes,
    spans,
    users,
)

_SEEN = (
    select(artworks.c.pos)
    .join(impressions, impressions.c.artwork_id == artworks.c.id)
    .where(
        impressions.c.user_id == bindparam("user", type_=BigInteger),
        artworks.c.lane == bindparam("lane", type_=BigInteger),
    )
)


def mark_seen(connection: Connection, *, user: int, seen: Iterable[tuple[int, int]]) -> None:
    """Take (lane, position) pairs out of a user's unseen spans; the user's row is locked."""
    by_lane: defaultdict[int, list[int]] = defaultdict(list)
    for lane, position in seen:
        by_lane[lane].append(position)
    for lane, positions in by_lane.items():
        runs = runs_of(positions)
        cut = subtract(dialect.spans_touched(connection, user=user, lane=lane, runs=runs), runs)
        _apply(connection, lane, [(user, cut)])


def mark_seen_by(connection: Connection, *, users_who: Collection[int], lane: int, position: int) -> None:
    """Take one position of a lane out of the unseen spans of some users, whom the caller has locked."""
    run = [Span(position, position)]
    touched = dialect.spans_touched_of_all(connection, lane=lane, runs=run)
    _apply(connection, lane, [(user, subtract([Span(lo, hi)], run)) for user, lo, hi in touched if user in users_who])


def close(connection: Connection, *, lane: int, position: int) -> None:
    """Take a position that no longer holds a piece out of the lane, and out of the spans of all who can see it.

    Costs a step for every user, so that no later reading ever walks over a hole. Lock the lane first (`lock_lanes`).
    """
    run = [Span(position, position)]
    below = select(extents.c.lo, extents.c.hi).where(extents.c.lane == lane, extents.c.lo <= position)
    here = connection.execute(below.order_by(extents.c.lo.desc()).limit(1)).one()
    connection.execute(delete(extents).where(extents.c.lane == lane, extents.c.lo == here.lo))
    rows = [{"lane": lane, "lo": span.lo, "hi": span.hi} for span in without([Span(here.lo, here.hi)], run)]
    if rows:
        connection.execute(extents.insert(), rows)
    touched = dialect.spans_touched_of_all(connection, lane=lane, runs=run)
    _apply(connection, lane, [(user, subtract([Span(lo, hi)], run)) for user, lo, hi in touched])


def lock_lanes(connection: Connection, of_lanes: Collection[int]) -> None:
    """Hold lanes, and then all who see them, until the transaction ends: nobody adds there, sees or joins meanwhile."""
    held = select(lanes.c.lane).where(lanes.c.lane.in_(sorted(of_lanes)))
    connection.execute(held.order_by(lanes.c.lane).with_for_update())
    who = select(users.c.id).order_by(users.c.id).with_for_update(key_share=True)
    if not {PUBLIC_LANE, DEMO_LANE} & set(of_lanes):
        who = who.where(users.c.id.in_([lane for lane in of_lanes if lane != REMOVED_LANE]))
    connection.execute(who)


def rebuild(connection: Connection, *, user: int) -> None:
    """Write a user's spans anew from their impressions, which are the truth."""
    lock_user(connection, user)
    connection.execute(delete(spans).where(spans.c.user_id == user))
    _write(connection, user, from_impressions(connection, user=user))


def purge_impressions(connection: Connection, *, user: int, before_ms: int) -> int:
    """Forget what a user saw before a time, so that it is unseen again; return how many pieces that were."""
    lock_user(connection, user)
    old = delete(impressions).where(impressions.c.user_id == user, impressions.c.viewed_at < before_ms)
    purged = connection.execute(old).rowcount
    if purged:
        rebuild(connection, user=user)
    return purged


def differences(connection: Connection, *, user: int) -> dict[int, tuple[list[Span], list[Span]]]:
    """Return per lane (stored, due) where a user's spans are not what impressions and extents say; {} when all are."""
    kept, due = stored(connection, user=user), from_impressions(connection, user=user)
    return {
        lane: (kept.get(lane, []), due.get(lane, []))
        for lane in kept.keys() | due.keys()
        if kept.get(lane, []) != due.get(lane, [])
    }


def from_impressions(connection: Connection, *, user: int) -> dict[int, list[Span]]:
    """Return what a user's spans must be by their impressions, per lane they may see."""
    return {
        lane: without(here, runs_of(connection.scalars(_SEEN, {"user": user, "lane": lane})))
        for lane, here in extents_of(connection, lanes_of(user)).items()
    }


def extents_of(connection: Connection, of_lanes: Sequence[int]) -> dict[int, list[Span]]:
    """Return the ranges of positions that hold pieces, per lane, lowest first; the top one is open."""
    found: dict[int, list[Span]] = {lane: [] for lane in of_lanes}
    query = select(extents.c.lane, extents.c.lo, extents.c.hi).where(extents.c.lane.in_(of_lanes))
    for lane, lo, hi in connection.execute(query.order_by(extents.c.lo)):
        found[lane].append(Span(lo, hi))
    return found


def stored(connection: Connection, *, user: int) -> dict[int, list[Span]]:
    """Return a user's spans as they are stored, per lane, lowest first."""
    found: dict[int, list[Span]] = {lane: [] for lane in lanes_of(user)}
    query = select(spans.c.lane, spans.c.lo, spans.c.hi).where(spans.c.user_id == user).order_by(spans.c.lo)
    for lane, lo, hi in connection.execute(query):
        found.setdefault(lane, []).append(Span(lo, hi))
    return found


def all_users(connection: Connection) -> Sequence[int]:
    """Return the inner ids of all users."""
    return connection.scalars(select(users.c.id).order_by(users.c.id)).all()


def _write(connection: Connection, user: int, by_lane: dict[int, list[Span]]) -> None:
    for lane, due in by_lane.items():
        dialect.put_spans(connection, lane=lane, rows=[(user, span.lo, span.hi) for span in due])


def _apply(connection: Connection, lane: int, cuts: Sequence[tuple[int, Cut]]) -> None:
    deleted = [(user, lo) for user, cut in cuts for lo in cut.deleted]
    dialect.delete_spans(connection, lane=lane, rows=deleted)
    put = [(user, span.lo, span.hi) for user, cut in cuts for span in (*cut.shrunk, *cut.inserted)]
    dialect.put_spans(connection, lane=lane, rows=put)
