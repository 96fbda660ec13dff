"""Applies changes to the outbox's tables, so that applying one twice is the same as once.

Called by `store` inside one transaction. Applying twice happens: a commit whose answer was lost to a fault of the disk
is tried again. Only dropped records, which have no row, could then be counted twice; the sum holds all the same.
"""

from typing import assert_never

from sqlalchemy import Connection, insert, select, update

from kiosk.domain.impressions import EndedBy
from kiosk.outbox.records import Beat, Books, Change, Closed, Delivered, Dropped, Opened, SetAside
from kiosk.outbox.tables import State, books, impressions, read_books, row_of

_CHUNK = 500


def apply(connection: Connection, change: Change) -> None:
    """Make one change; unknown ids and steps already taken are left alone."""
    match change:
        case Opened(record=record):
            done = connection.execute(insert(impressions).prefix_with("OR IGNORE").values(row_of(record)))
            _add(connection, "painted", done.rowcount)
        case Beat(id=id_, showing=showing, at=at):
            connection.execute(
                update(impressions)
                .where(impressions.c.id == id_, impressions.c.state == State.OPEN)
                .values(visible_ms=showing.visible_ms, frames_painted=showing.frames_painted, changed_at=at.isoformat())
            )
        case Closed(id=id_, showing=showing, ended_by=ended_by, at=at):
            connection.execute(
                update(impressions)
                .where(impressions.c.id == id_, impressions.c.state == State.OPEN)
                .values(
                    visible_ms=showing.visible_ms,
                    frames_painted=showing.frames_painted,
                    ended_by=ended_by.value,
                    state=State.CLOSED,
                    changed_at=at.isoformat(),
                )
            )
        case Delivered(ids=ids, at=at):
            for start in range(0, len(ids), _CHUNK):
                done = connection.execute(
                    update(impressions)
                    .where(
                        impressions.c.id.in_(ids[start : start + _CHUNK]),
                        impressions.c.state.in_([State.CLOSED, State.ASIDE]),
                    )
                    .values(state=State.DELIVERED, changed_at=at.isoformat(), refused_because=None)
                )
                _add(connection, "delivered", done.rowcount)
        case SetAside(id=id_, reason=reason):
            connection.execute(
                update(impressions)
                .where(impressions.c.id == id_, impressions.c.state == State.CLOSED)
                .values(state=State.ASIDE, refused_because=reason)
            )
        case Dropped(count=count):
            _add(connection, "painted", count)
            _add(connection, "dropped", count)
        case _:
            assert_never(change)


def close_what_was_left_open(connection: Connection) -> int:
    """Close records a killed process left open, with their last figures; return how many. Give refused ones a try."""
    done = connection.execute(
        update(impressions)
        .where(impressions.c.state == State.OPEN)
        .values(state=State.CLOSED, ended_by=EndedBy.RECOVERED.value)
    )
    connection.execute(update(impressions).where(impressions.c.state == State.ASIDE).values(state=State.CLOSED))
    return done.rowcount


def load_books(connection: Connection) -> Books:
    """Return the totals as they stand on disk."""
    return Books(**read_books(connection))


def undelivered_artworks(connection: Connection) -> dict[str, str]:
    """Return the artwork of every record not delivered, by record id."""
    rows = connection.execute(
        select(impressions.c.id, impressions.c.artwork_id).where(impressions.c.state != State.DELIVERED)
    )
    return {row.id: row.artwork_id for row in rows}


def _add(connection: Connection, name: str, amount: int) -> None:
    if amount:
        connection.execute(update(books).where(books.c.name == name).values(value=books.c.value + amount))
