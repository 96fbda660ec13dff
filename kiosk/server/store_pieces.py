"""What becomes of a piece after it was added: it is made private or public, or removed. On an open transaction.

Either way it leaves a position behind, which is closed for everybody at once (`store_spans.close`). Lanes are locked
first, then who sees them, and the events' counter last.
"""

from sqlalchemy import Connection, delete, select, update

from kiosk.domain.errors import KioskError
from kiosk.server import store_events, store_spans
from kiosk.server.store_people import NotFound
from kiosk.server.tables import (
    PUBLIC_LANE,
    REMOVED_LANE,
    AnyRow,
    artworks,
    fresh_shown,
    impressions,
    lanes,
    now_playing,
)


class NotMovable(KioskError):
    """The piece belongs to everybody: a bundled one."""

    code = "not_movable"


def change_visibility(connection: Connection, *, artwork_id: int, private: bool, now_ms: int) -> AnyRow:
    """Put a piece where only who made it sees it, or everybody; return its row. Nothing happens when it is there.

    It takes a new position, the newest of its lane, and stays seen for all who have seen it. Raises NotMovable, and
    NotFound for a piece that was removed.
    """
    maker = _row(connection, artwork_id).created_by
    if maker is None:
        raise NotMovable("The bundled pieces are everybody's.")
    target = int(maker) if private else PUBLIC_LANE
    row = _lock(connection, artwork_id, target)
    if row.lane == REMOVED_LANE:
        raise NotFound("This piece was removed.")
    if row.lane == target:
        return row
    moved = _move(connection, row, target, placed_at=now_ms)
    seen_by = connection.scalars(select(impressions.c.user_id).where(impressions.c.artwork_id == artwork_id)).all()
    concerned = set(seen_by) if target == PUBLIC_LANE else {target} & set(seen_by)
    store_spans.mark_seen_by(connection, users_who=concerned, lane=target, position=moved.pos)
    if private:
        _forget_fresh(connection, artwork_id, all_but=maker)
        store_events.add_removed(connection, user=None, artwork=artwork_id, now_ms=now_ms)
    return moved


def remove(connection: Connection, *, artwork_id: int, now_ms: int) -> AnyRow:
    """Take a piece out of every queue for good; return its row as it was. Its plays stay, and so does what it was.

    Removing twice changes nothing. The image file is the caller's to delete, once no living piece has these bytes.
    """
    row = _lock(connection, artwork_id, REMOVED_LANE)
    if row.lane == REMOVED_LANE:
        return row
    _move(connection, row, REMOVED_LANE, removed_at=now_ms)
    connection.execute(delete(impressions).where(impressions.c.artwork_id == artwork_id))
    _forget_fresh(connection, artwork_id, all_but=None)
    whose = row.lane if row.lane > PUBLIC_LANE else None
    store_events.add_removed(connection, user=whose, artwork=artwork_id, now_ms=now_ms)
    return row


def _lock(connection: Connection, artwork_id: int, target: int) -> AnyRow:
    """Hold the lane a piece lies in and the one it goes to; return the piece as it is then."""
    row = _row(connection, artwork_id)
    while True:
        store_spans.lock_lanes(connection, {row.lane, target})
        now = _row(connection, artwork_id)
        if now.lane == row.lane:
            return now
        row = now  # moved by another while we waited


def _move(connection: Connection, row: AnyRow, lane: int, **changes: int) -> AnyRow:
    raised = update(lanes).where(lanes.c.lane == lane).values(head=lanes.c.head + 1).returning(lanes.c.head)
    place = {"lane": lane, "pos": connection.execute(raised).scalar_one(), "left_lane": row.lane}
    moved = update(artworks).where(artworks.c.id == row.id).values(**place, **changes).returning(artworks)
    result = connection.execute(moved).one()
    store_spans.close(connection, lane=row.lane, position=row.pos)
    return result


def _forget_fresh(connection: Connection, artwork_id: int, *, all_but: int | None) -> None:
    waiting = delete(now_playing).where(now_playing.c.artwork_id == artwork_id)
    if all_but is None:
        connection.execute(waiting)
        connection.execute(delete(fresh_shown).where(fresh_shown.c.artwork_id == artwork_id))
    else:
        connection.execute(waiting.where(now_playing.c.user_id != all_but))


def _row(connection: Connection, artwork_id: int) -> AnyRow:
    return connection.execute(select(artworks).where(artworks.c.id == artwork_id)).one()
