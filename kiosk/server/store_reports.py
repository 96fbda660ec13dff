"""What was played and what was used: counts over the log of plays. Functions on a read transaction."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from kiosk.server.store_jobs import JobStatus
from kiosk.server.tables import AnyRow, artworks, devices, jobs, plays, sessions, votes


@dataclass(frozen=True, slots=True)
class UsageCounts:
    """What one user has used so far."""

    impressions: int
    generated: int
    deduplicated: int
    votes: int
    sessions: int


def plays_between(connection: Connection, *, start_ms: int, end_ms: int, user: int | None) -> list[AnyRow]:
    """Return plays per artwork and display with start_ms <= start of showing < end_ms; of every user when None."""
    query = (
        select(
            artworks.c.public_id,
            artworks.c.title,
            artworks.c.artist,
            func.coalesce(devices.c.name, "").label("device"),
            func.count().label("plays"),
            func.sum(plays.c.visible_ms).label("visible_ms"),
            func.min(plays.c.painted_at).label("first"),
            func.max(plays.c.painted_at).label("last"),
        )
        .join(artworks, artworks.c.id == plays.c.artwork_id)
        .outerjoin(devices, devices.c.id == plays.c.device_id)
        .where(plays.c.painted_at >= start_ms, plays.c.painted_at < end_ms)
        .group_by(plays.c.artwork_id, plays.c.device_id)
        .order_by(func.min(plays.c.painted_at), plays.c.artwork_id, plays.c.device_id)
    )
    return list(connection.execute(query if user is None else query.where(plays.c.user_id == user)))


def usage(connection: Connection, *, user: int) -> UsageCounts:
    """Return what a user has used so far."""
    made = select(func.count(), func.coalesce(func.sum(jobs.c.repeats), 0)).where(jobs.c.user_id == user)
    generated = made.where(jobs.c.state == JobStatus.DONE.value)
    return UsageCounts(
        impressions=_count(connection, select(func.count()).where(plays.c.user_id == user)),
        generated=_count(connection, generated),
        deduplicated=int(connection.execute(made).one()[1]),
        votes=_count(connection, select(func.count()).where(votes.c.user_id == user)),
        sessions=_count(connection, select(func.count()).where(sessions.c.user_id == user)),
    )


def _count(connection: Connection, query: Any) -> int:
    return int(connection.execute(query).one()[0])
