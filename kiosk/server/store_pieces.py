"""What becomes of a piece after it was added: it is made private or public, or removed. On an open transaction.

Either way it leaves a position behind, which is closed for everybody at once (`store_spans.close`). Lanes are locked
first, then who sees them, and the events' counter last.
"""

from sqlalchemy import Connection, delete, select, update

from kiosk.domain.errors import KioskError
from kiosk.server import store_events, store_spans
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

    It takes a new position, the newest of its lane, and stays seen for all who have seen it. Raises NotMovable.
    """
    row, locked = _locked(connection, artwork_id, private=private)
    if row.lane in {locked, REMOVED_LANE}:
        return row
    moved = _move(connection, row, locked, placed_at=now_ms)
    seen_by = connection.scalars(select(impressions.c.user_id).where(impressions.c.artwork_id == artwork_id)).all()
    for user in seen_by:
        if locked in {PUBLIC_LANE, user}:
            store_spans.mark_seen(connection, user=user, seen=[(moved.lane, moved.pos)])
    if private:
        _forget_fresh(connection, artwork_id, all_but=row.created_by)
        store_events.add_removed(connection, user=None, artwork=artwork_id, now_ms=now_ms)
    return moved


def remove(connection: Connection, *, artwork_id: int, now_ms: int) -> AnyRow:
    """Take a piece out of every queue for good; return its row as it was. Its plays stay, and so does what it was.

    Removing twice changes nothing. The image file is the caller's to delete, once no living piece has these bytes.
    """
    row = _row(connection, artwork_id)
    if row.lane == REMOVED_LANE:
        return row
    row = _lock(connection, row, REMOVED_LANE)
    if row.lane == REMOVED_LANE:
        return row
    _move(connection, row, REMOVED_LANE, removed_at=now_ms)
    connection.execute(delete(impressions).where(impressions.c.artwork_id == artwork_id))
    _forget_fresh(connection, artwork_id, all_but=None)
    whose = row.lane if row.lane > PUBLIC_LANE else None
    store_events.add_removed(connection, user=whose, artwork=artwork_id, now_ms=now_ms)
    return row


def _locked(connection: Connection, artwork_id: int, *, private: bool) -> tuple[AnyRow, int]:
    row = _row(connection, artwork_id)
    if row.created_by is None:
        raise NotMovable("The bundled pieces are everybody's.")
    target = int(row.created_by) if private else PUBLIC_LANE
    return _lock(connection, row, target), target


def _lock(connection: Connection, row: AnyRow, target: int) -> AnyRow:
    """Hold the lane a piece lies in and the one it goes to, lowest first, and return the row as it is then."""
    while True:
        for lane in sorted({row.lane, target}):
            store_spans.lock_lane(connection, lane)
        now = _row(connection, row.id)
        if now.lane == row.lane:
            return now
        row = now  # moved by another while we waited


def _move(connection: Connection, row: AnyRow, lane: int, **changes: int) -> AnyRow:
    raised = update(lanes).where(lanes.c.lane == lane).values(head=lanes.c.head + 1).returning(lanes.c.head)
    place = {"lane": lane, "pos": connection.execute(raised).scalar_one()}
    moved = update(artworks).where(artworks.c.id == row.id).values(**place, **changes).returning(artworks)
    result = connection.execute(moved).one()
    store_spans.close(connection, lane=row.lane, positions=[row.pos])
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
