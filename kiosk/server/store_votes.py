"""Votes: one a user and artwork, the last one counts. Functions on an open transaction."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, delete, func, select

from kiosk.server.tables import votes

Vote = Literal[-1, 0, 1]


@dataclass(frozen=True, slots=True)
class Tally:
    """All votes for a piece."""

    up: int
    down: int


def cast_vote(connection: Connection, *, user: int, artwork: int, value: Vote, now_ms: int) -> Tally:
    """Store a user's vote for a piece, or take it back with 0; return all votes for the piece."""
    connection.execute(delete(votes).where(votes.c.user_id == user, votes.c.artwork_id == artwork))
    if value:
        connection.execute(votes.insert().values(user_id=user, artwork_id=artwork, value=value, voted_at=now_ms))
    query = select(votes.c.value, func.count()).where(votes.c.artwork_id == artwork).group_by(votes.c.value)
    counted: dict[int, int] = {row[0]: row[1] for row in connection.execute(query)}
    return Tally(up=counted.get(1, 0), down=counted.get(-1, 0))
