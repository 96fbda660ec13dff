"""Retention: what nobody needs any more leaves the database, a few thousand rows a transaction, in no order.

    plays, loads             after `plays_kept_d`; their daily and monthly sums stay
    events                   after a week: a display away for longer reads the queue anew
    jobs, idempotency keys   a week after they were asked for, once ended; their pieces stay
    sessions, freshness      when they are over; with freshness, which display has shown the piece

What `usage` counts in such rows is kept in `usage_sums`. The upkeep of every server process calls `purge`; where two
meet, each deletes what it finds.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from sqlalchemy import Column, ColumnElement, Connection, Table, delete, exists, select, tuple_

from kiosk.server import dialect
from kiosk.server.database import Database
from kiosk.server.moments import DAY_MS
from kiosk.server.store_jobs import JobStatus
from kiosk.server.store_play_days import add_usage
from kiosk.server.tables import (
    PLAYS_PURGED,
    AnyRow,
    counters,
    events,
    fresh_shown,
    idempotency_keys,
    jobs,
    loads,
    now_playing,
    plays,
    sessions,
)

ROWS_A_STEP = 5_000
STEPS_A_ROUND = 20
EVENTS_KEPT_MS = 7 * DAY_MS
JOBS_KEPT_MS = 7 * DAY_MS
PLAYS_KEPT_MIN_D = 30.0  # a display that was away that long may send a play again, which then must be known


@dataclass(frozen=True, slots=True)
class Limits:
    """Up to when rows go, in milliseconds since 1970; `plays_before` None keeps them all."""

    now: int
    plays_before: int | None

    @classmethod
    def at(cls, now_ms: int, *, plays_kept_d: float) -> "Limits":
        """Return the limits at a time; `plays_kept_d` 0 keeps single plays for ever, less than 30 counts as 30."""
        return cls(now_ms, now_ms - round(max(plays_kept_d, PLAYS_KEPT_MIN_D) * DAY_MS) if plays_kept_d else None)


class _Step(Protocol):
    def __call__(self, connection: Connection, limits: Limits) -> int:
        """Delete some rows of one kind; return how many, less than `ROWS_A_STEP` when none are left."""
        ...


async def purge(database: Database, limits: Limits) -> None:
    """Take one round: of each kind at most `STEPS_A_ROUND` steps, every step a transaction of its own."""
    for step in _STEPS:
        for _ in range(STEPS_A_ROUND):
            if await database.write(partial(step, limits=limits)) < ROWS_A_STEP:
                break


def _plays(connection: Connection, limits: Limits) -> int:
    """A play that came late is kept as long after its receipt, in case it comes again."""
    before = limits.plays_before
    if before is None:
        return 0
    gone = _take(connection, plays, plays.c.painted_at < before, plays.c.received_at < before)
    if gone:
        note = dialect.insert(connection, counters).values(name=PLAYS_PURGED, value=before)
        later = note.on_conflict_do_update(
            index_elements=["name"], set_={"value": before}, where=counters.c.value < before
        )
        connection.execute(later)
    return len(gone)


def _loads(connection: Connection, limits: Limits) -> int:
    before = limits.plays_before
    return 0 if before is None else len(_take(connection, loads, loads.c.loaded_at < before))


def _events(connection: Connection, limits: Limits) -> int:
    return len(_take(connection, events, events.c.created_at < limits.now - EVENTS_KEPT_MS))


def _sessions(connection: Connection, limits: Limits) -> int:
    gone = _take(connection, sessions, sessions.c.expires_at <= limits.now, returning=(sessions.c.user_id,))
    for user, count in sorted(Counter(row.user_id for row in gone).items()):
        add_usage(connection, user, sessions=count)
    return len(gone)


def _keys(connection: Connection, limits: Limits) -> int:
    is_old = idempotency_keys.c.created_at < limits.now - JOBS_KEPT_MS
    return len(_take(connection, idempotency_keys, is_old))


def _jobs(connection: Connection, limits: Limits) -> int:
    gone = _take(
        connection,
        jobs,
        jobs.c.state.in_((JobStatus.DONE.value, JobStatus.FAILED.value)),
        jobs.c.created_at < limits.now - JOBS_KEPT_MS,
        ~exists().where(idempotency_keys.c.job_id == jobs.c.id),
        returning=(jobs.c.user_id, jobs.c.state, jobs.c.repeats),
    )
    of_user: defaultdict[int, list[AnyRow]] = defaultdict(list)
    for job in gone:
        of_user[job.user_id].append(job)
    for user, ended in sorted(of_user.items()):
        done = sum(job.state == JobStatus.DONE for job in ended)
        add_usage(connection, user, generated=done, deduplicated=sum(job.repeats for job in ended))
    return len(gone)


def _freshness(connection: Connection, limits: Limits) -> int:
    """What was shown goes by what is fresh, however that ended: both tables hold no more than the last minutes."""
    over = _take(connection, now_playing, now_playing.c.fresh_until <= limits.now)
    fresh = select(now_playing.c.artwork_id)
    shown = _take(connection, fresh_shown, fresh_shown.c.artwork_id.not_in(fresh))
    return max(len(over), len(shown))


def _take(
    connection: Connection,
    table: Table,
    *conditions: ColumnElement[bool],
    returning: Sequence[Column[Any]] = (),
) -> Sequence[AnyRow]:
    """Delete at most `ROWS_A_STEP` rows of a table that nobody else holds; return them."""
    key = tuple_(*table.primary_key)
    some = select(*table.primary_key).where(*conditions).limit(ROWS_A_STEP).with_for_update(skip_locked=True)
    gone = delete(table).where(key.in_(some)).returning(*(returning or table.primary_key))
    return connection.execute(gone).all()


_STEPS: tuple[_Step, ...] = (_plays, _loads, _events, _sessions, _keys, _jobs, _freshness)
