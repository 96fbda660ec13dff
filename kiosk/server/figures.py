"""What the database knows of the queue and the jobs, read when somebody looks at `/metrics`.

Nothing here counts rows of a table that grows with history: pieces come from the extents of the lanes, jobs from an
index and up to a limit. What was read is believed for a few seconds, so that many who look cost as much as one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from kiosk.domain.ports import Clock
from kiosk.server.database import Database
from kiosk.server.dialect import database_bytes
from kiosk.server.moments import HOUR_MS, to_ms
from kiosk.server.store_jobs import JobStatus
from kiosk.server.tables import DEMO_LANE, PUBLIC_LANE, REMOVED_LANE, devices, extents, jobs, lanes

BELIEVED_S = 5.0
JOBS_MAX = 10_000
_KINDS = {PUBLIC_LANE: "public", DEMO_LANE: "demo", REMOVED_LANE: "removed"}
_PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Figures:
    """`pieces` by kind of lane; `jobs` by state, ended ones of the last hour; `displays` as (public id, name)."""

    pieces: Mapping[str, int]
    jobs: Mapping[str, int]
    oldest_queued_s: float
    database_bytes: int
    displays: Mapping[int, tuple[str, str]]


class Reader:
    """Reads the figures, at most once in `BELIEVED_S`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._read: tuple[float, Figures] | None = None

    async def figures(self, displays: frozenset[int]) -> Figures:
        """Return the figures, with the names of `displays`."""
        now_s = self._clock.monotonic()
        if self._read is None or now_s - self._read[0] >= BELIEVED_S:
            now_ms = to_ms(self._clock.now())
            found = await self._database.read(lambda connection: read(connection, now_ms=now_ms, displays=displays))
            self._read = (now_s, found)
        return self._read[1]


def read(connection: Connection, *, now_ms: int, displays: frozenset[int]) -> Figures:
    """Read the figures as they are at `now_ms`."""
    queued_since = connection.execute(
        select(func.min(jobs.c.created_at)).where(jobs.c.state == JobStatus.QUEUED)
    ).scalar_one()
    named = select(devices.c.id, devices.c.public_id, devices.c.name).where(devices.c.id.in_(displays))
    return Figures(
        pieces=_pieces(connection),
        jobs={state.value: _count_jobs(connection, state, now_ms) for state in JobStatus},
        oldest_queued_s=0.0 if queued_since is None else max(0, now_ms - queued_since) / 1_000,
        database_bytes=database_bytes(connection),
        displays={row.id: (row.public_id, row.name) for row in connection.execute(named)},
    )


def _pieces(connection: Connection) -> dict[str, int]:
    kind = case(_KINDS, value=extents.c.lane, else_=_PRIVATE).label("kind")
    last = case((extents.c.hi < lanes.c.head, extents.c.hi), else_=lanes.c.head)
    query = (
        select(kind, func.sum(last - extents.c.lo + 1).label("pieces"))
        .join(lanes, lanes.c.lane == extents.c.lane)
        .where(extents.c.lo <= lanes.c.head)
        .group_by(kind)
    )
    found = {row.kind: int(row.pieces) for row in connection.execute(query)}
    # What is removed takes the next position there and never leaves; nobody sees that lane, so it has no extents.
    removed = connection.scalar(select(lanes.c.head).where(lanes.c.lane == REMOVED_LANE))
    found[_KINDS[REMOVED_LANE]] = removed or 0
    return {kind: found.get(kind, 0) for kind in (*_KINDS.values(), _PRIVATE)}


def _count_jobs(connection: Connection, state: JobStatus, now_ms: int) -> int:
    wanted = select(jobs.c.state).where(jobs.c.state == state)
    if state in {JobStatus.DONE, JobStatus.FAILED}:
        wanted = wanted.where(jobs.c.created_at >= now_ms - HOUR_MS)
    return int(connection.execute(select(func.count()).select_from(wanted.limit(JOBS_MAX).subquery())).scalar_one())
