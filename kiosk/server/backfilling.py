"""Backfill: pieces that were shown when nobody kept impressions get one. Functions on an open transaction.

An administrator asks for it (`kiosk backfill`), or it happens by itself, once, at a user's first session after an
upgrade: `users.legacy_before` says which pieces are meant, `impressions_backfilled` that it is done. Nothing tells when
such a piece was seen, so it counts as seen when it is marked: after the cooldown it may come back. A row in `backfills`
says who was marked when and why.
"""

from enum import StrEnum

from sqlalchemy import Connection, delete, select, update

from kiosk.server import dialect, store_spans
from kiosk.server.store_people import lanes_of, lock_user
from kiosk.server.tables import backfills, now_playing, users


class Cause(StrEnum):
    """Why pieces were marked."""

    ASKED = "asked"
    UPGRADE = "upgrade"


def backfill(
    connection: Connection, *, user: int, as_of_ms: int | None, now_ms: int, cause: Cause = Cause.ASKED
) -> int:
    """Mark every piece the user may see, made before `as_of_ms` (None: by now), as seen now; return how many were not.

    Pieces that have an impression keep it. What was fresh among those meant no longer is.
    """
    lock_user(connection, user)
    limit_ms = now_ms + 1 if as_of_ms is None else as_of_ms
    updated = dialect.backfill(connection, user=user, lanes=lanes_of(user), as_of=limit_ms, now=now_ms)
    if updated:
        store_spans.rebuild(connection, user=user)
    marked = (now_playing.c.user_id == user, now_playing.c.inserted_at < limit_ms)
    connection.execute(delete(now_playing).where(*marked))
    values = {"user_id": user, "as_of": as_of_ms, "updated": updated, "done_at": now_ms, "cause": cause.value}
    connection.execute(backfills.insert().values(values))
    return updated


def after_upgrade(connection: Connection, *, user: int, now_ms: int) -> None:
    """Mark what a user was shown before impressions were kept, unless that was done or there was no such time."""
    due = select(users.c.legacy_before).where(
        users.c.id == user, users.c.legacy_before.is_not(None), users.c.impressions_backfilled.is_(False)
    )
    if connection.scalar(due) is None:
        return
    lock_user(connection, user)
    legacy_before = connection.scalar(due)  # again: another session may have been first
    if legacy_before is None:
        return
    backfill(connection, user=user, as_of_ms=legacy_before, now_ms=now_ms, cause=Cause.UPGRADE)
    connection.execute(update(users).where(users.c.id == user).values(impressions_backfilled=True))
