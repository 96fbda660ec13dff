"""Applies changes to the outbox's tables, so that applying one twice is the same as once.

Called by `store` inside one transaction. Applying twice happens: a commit whose answer was lost to a fault of the disk
is tried again. Only dropped records, which have no row, could then be counted twice; the sum holds all the same.
"""

import sqlite3
from typing import Final, assert_never

from kiosk.domain.impressions import EndedBy
from kiosk.outbox.records import Beat, Books, Change, Closed, Delivered, Dropped, Opened, SetAside
from kiosk.outbox.tables import State, put, read_books, row_of

BEAT: Final = "UPDATE impressions SET visible_ms = ?, frames_painted = ?, changed_at = ? WHERE id = ? AND state = ?"
CLOSE: Final = (
    "UPDATE impressions SET visible_ms = ?, frames_painted = ?, ended_by = ?, state = ?, changed_at = ?"
    " WHERE id = ? AND state = ?"
)
DELIVER: Final = (
    "UPDATE impressions SET state = ?, changed_at = ?, refused_because = NULL WHERE id = ? AND state IN (?, ?)"
)
PUT_ASIDE: Final = "UPDATE impressions SET state = ?, refused_because = ? WHERE id = ? AND state = ?"
RECOVER: Final = "UPDATE impressions SET state = ?, ended_by = ? WHERE state = ?"


def apply(connection: sqlite3.Connection, change: Change) -> None:
    """Make one change; unknown ids and steps already taken are left alone."""
    match change:
        case Opened(record=record):
            _add(connection, "painted", put(connection, row_of(record)))
        case Beat(id=id_, showing=showing, at=at):
            connection.execute(BEAT, (showing.visible_ms, showing.frames_painted, at.isoformat(), id_, State.OPEN))
        case Closed(id=id_, showing=showing, ended_by=ended_by, at=at):
            figures = (showing.visible_ms, showing.frames_painted, ended_by.value)
            connection.execute(CLOSE, (*figures, State.CLOSED, at.isoformat(), id_, State.OPEN))
        case Delivered(ids=ids, at=at):
            steps = [(State.DELIVERED, at.isoformat(), id_, State.CLOSED, State.ASIDE) for id_ in ids]
            _add(connection, "delivered", connection.executemany(DELIVER, steps).rowcount)
        case SetAside(id=id_, reason=reason):
            connection.execute(PUT_ASIDE, (State.ASIDE, reason, id_, State.CLOSED))
        case Dropped(count=count):
            _add(connection, "painted", count)
            _add(connection, "dropped", count)
        case _:
            assert_never(change)


def close_what_was_left_open(connection: sqlite3.Connection) -> int:
    """Close records a killed process left open, with their last figures; return how many. Give refused ones a try."""
    done = connection.execute(RECOVER, (State.CLOSED, EndedBy.RECOVERED.value, State.OPEN))
    connection.execute("UPDATE impressions SET state = ? WHERE state = ?", (State.CLOSED, State.ASIDE))
    return done.rowcount


def load_books(connection: sqlite3.Connection) -> Books:
    """Return the totals as they stand on disk."""
    return Books(**read_books(connection))


def undelivered_artworks(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the artwork of every record not delivered, by record id."""
    rows = connection.execute("SELECT id, artwork_id FROM impressions WHERE state != ?", (State.DELIVERED,))
    return dict(rows.fetchall())


def _add(connection: sqlite3.Connection, name: str, amount: int) -> None:
    if amount:
        connection.execute("UPDATE books SET value = value + ? WHERE name = ?", (amount, name))
