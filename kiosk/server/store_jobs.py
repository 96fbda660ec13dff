"""Generation jobs: asked for once, claimed with a lease, done, or failed with a reason. On an open transaction.

    queued -> running -> done
       ^         |
       +---------+  the renderer died, the lease ran out, or the server was started again; after 3 tries: failed

Equal wishes of a user within one bucket are one job, and so are wishes under one idempotency key. A row that has become
`queued` is to be offered to the `job_queue` in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Update, func, select, update

from kiosk.domain.errors import KioskError
from kiosk.domain.ids import new_id
from kiosk.server import store_artworks, store_events
from kiosk.server.moments import MINUTE_MS, SECOND_MS
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.tables import PUBLIC_LANE, AnyRow, idempotency_keys, jobs

TRIES_MAX = 3
UNFINISHED_MAX = 20
NEW_MAX_A_MINUTE = 60
UNFINISHED_RETRY_AFTER_S = 10.0


class JobStatus(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class KeyReused(KioskError):
    """The idempotency key was used with another body."""

    code = "idempotency_key_reused"


class TooManyJobs(KioskError):
    """The user has too many unfinished jobs, or asked for too many within a minute; wait `retry_after_s`."""

    code = "too_many_jobs"

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Wish:
    """What makes two wishes equal, and the genome to be made when this is the first."""

    user_id: int
    prompt_sha256: str
    music: str
    bucket: int
    genome: str
    body_sha256: str
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """The job that answers a wish. `is_new`: this wish is what it is made for, so it has to be offered."""

    job_id: str
    is_new: bool


def submit(connection: Connection, wish: Wish, *, now_ms: int) -> Submitted:
    """Return the job for a wish, a new one when there is none; a failed one is queued anew. Hold the user's row.

    Raises KeyReused, and TooManyJobs when it would be one too many to make.
    """
    job = _by_key(connection, wish) or _by_content(connection, wish)
    is_new = job is None or job.state == JobStatus.FAILED
    if is_new:
        _check_room(connection, wish.user_id, now_ms)
    if job is None:
        job = _insert(connection, wish, now_ms)
    elif is_new:
        _change(
            connection, job, state=JobStatus.QUEUED.value, attempts=0, reason=None, artwork_id=None, created_at=now_ms
        )
    else:
        _change(connection, job, repeats=jobs.c.repeats + 1)
    if wish.idempotency_key is not None:
        _remember_key(connection, wish, job.id, now_ms)
    return Submitted(job.id, is_new)


def find(connection: Connection, job_id: str, *, user: int) -> AnyRow | None:
    """Return a user's job."""
    query = select(jobs).where(jobs.c.id == job_id.lower(), jobs.c.user_id == user)
    return connection.execute(query).one_or_none()


def oldest_waiting(connection: Connection) -> str | None:
    """Return the id of the job that has been queued longest, None when none is."""
    queued = select(jobs.c.id).where(jobs.c.state == JobStatus.QUEUED.value)
    return connection.execute(queued.order_by(jobs.c.created_at, jobs.c.id).limit(1)).scalar_one_or_none()


def claim(connection: Connection, job_id: str, *, lease_until: int) -> AnyRow | None:
    """Take a queued job until a time; None when it is not queued (any more)."""
    changes = {"state": JobStatus.RUNNING.value, "attempts": jobs.c.attempts + 1, "lease_until": lease_until}
    queued = update(jobs).where(jobs.c.id == job_id, jobs.c.state == JobStatus.QUEUED.value)
    return connection.execute(queued.values(**changes).returning(jobs)).one_or_none()


def renew(connection: Connection, job: AnyRow, *, lease_until: int) -> bool:
    """Keep a claimed job for longer; False when it is no longer this worker's."""
    return connection.execute(_ours(job).values(lease_until=lease_until)).rowcount > 0


def finish(connection: Connection, job: AnyRow, piece: NewArtwork, *, now_ms: int, fresh_until: int) -> bool:
    """Store a job's piece and tell the streams; False, and nothing stored, when the job is no longer this worker's."""
    store_artworks.hold_lane(connection, PUBLIC_LANE)  # before the job, which who holds the lane may be waiting for
    ended = _ours(job).values(state=JobStatus.DONE.value, lease_until=None, reason=None)
    if connection.execute(ended).rowcount == 0:
        return False
    row = store_artworks.insert(
        connection, piece, lane=PUBLIC_LANE, created_by=job.user_id, created_at=now_ms, fresh_until=fresh_until
    )
    _change(connection, job, artwork_id=row.id)
    store_events.add_ready(connection, user=job.user_id, artwork=row.id, job_id=job.id, now_ms=now_ms)
    return True


def give_up(connection: Connection, job: AnyRow, *, reason: str, is_final: bool, now_ms: int) -> JobStatus | None:
    """Queue a job again, or end it after its last try; return which, None when it is no longer this worker's."""
    state = JobStatus.FAILED if is_final or job.attempts >= TRIES_MAX else JobStatus.QUEUED
    given_up = _ours(job).values(state=state.value, reason=reason, lease_until=None)
    if connection.execute(given_up).rowcount == 0:
        return None
    if state is JobStatus.FAILED:
        store_events.add_failed(connection, user=job.user_id, job_id=job.id, reason=reason, now_ms=now_ms)
    return state


def abandoned(connection: Connection, *, lease_before_ms: int | None) -> Sequence[AnyRow]:
    """Return, and hold, the running jobs whose lease ended before a time (None: all of them)."""
    query = select(jobs).where(jobs.c.state == JobStatus.RUNNING.value)
    if lease_before_ms is not None:
        query = query.where(jobs.c.lease_until < lease_before_ms)
    return connection.execute(query.order_by(jobs.c.id).with_for_update(skip_locked=True)).all()


def release(connection: Connection, job: AnyRow) -> bool:
    """Queue a job again as if it had not been tried; False when it is no longer this worker's."""
    changes = {"state": JobStatus.QUEUED.value, "attempts": jobs.c.attempts - 1, "lease_until": None}
    return connection.execute(_ours(job).values(**changes)).rowcount > 0


def _ours(job: AnyRow) -> Update:
    """A change of a job for as long as the try that claimed it is under way."""
    return update(jobs).where(
        jobs.c.id == job.id, jobs.c.state == JobStatus.RUNNING.value, jobs.c.attempts == job.attempts
    )


def _change(connection: Connection, job: AnyRow, **values: Any) -> None:
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(**values))


def _by_key(connection: Connection, wish: Wish) -> AnyRow | None:
    if wish.idempotency_key is None:
        return None
    mine = (idempotency_keys.c.user_id == wish.user_id, idempotency_keys.c.key == wish.idempotency_key)
    used = connection.execute(select(idempotency_keys).where(*mine)).one_or_none()
    if used is None:
        return None
    if used.body_sha256 != wish.body_sha256:
        raise KeyReused("This Idempotency-Key came with another body before.", hint="Use a new key for a new wish.")
    # Held, so that retention cannot delete it before its key is kept anew; None when it just has.
    held = select(jobs).where(jobs.c.id == used.job_id).with_for_update(read=True, key_share=True)
    return connection.execute(held).one_or_none()


def _by_content(connection: Connection, wish: Wish) -> AnyRow | None:
    equal = (
        jobs.c.user_id == wish.user_id,
        jobs.c.prompt_sha256 == wish.prompt_sha256,
        jobs.c.music == wish.music,
        jobs.c.bucket == wish.bucket,
    )
    return connection.execute(select(jobs).where(*equal)).one_or_none()


def _check_room(connection: Connection, user: int, now_ms: int) -> None:
    mine = jobs.c.user_id + 0 == user  # the sum keeps planners from walking all jobs of a user by their index
    unfinished = (JobStatus.QUEUED.value, JobStatus.RUNNING.value)
    query = select(func.count()).where(jobs.c.state.in_(unfinished), mine)
    if connection.execute(query).scalar_one() >= UNFINISHED_MAX:
        message = f"{UNFINISHED_MAX} pieces are being made for this user already."
        raise TooManyJobs(message, retry_after_s=UNFINISHED_RETRY_AFTER_S)
    since = now_ms - MINUTE_MS
    lately = select(jobs.c.created_at).where(
        jobs.c.state.in_([state.value for state in JobStatus]),
        jobs.c.created_at > since,
        jobs.c.created_at <= now_ms,  # a clock that was ahead has left later ones
        mine,
    )
    times = connection.execute(lately.order_by(jobs.c.created_at.desc()).limit(NEW_MAX_A_MINUTE)).scalars().all()
    if len(times) == NEW_MAX_A_MINUTE:
        message = f"{NEW_MAX_A_MINUTE} pieces were asked for by this user within a minute."
        raise TooManyJobs(message, retry_after_s=(times[-1] - since) / SECOND_MS)


def _insert(connection: Connection, wish: Wish, now_ms: int) -> AnyRow:
    values = {
        "id": new_id(),
        "user_id": wish.user_id,
        "prompt_sha256": wish.prompt_sha256,
        "music": wish.music,
        "bucket": wish.bucket,
        "genome": wish.genome,
        "state": JobStatus.QUEUED.value,
        "attempts": 0,
        "repeats": 0,
        "created_at": now_ms,
    }
    return connection.execute(jobs.insert().values(values).returning(jobs)).one()


def _remember_key(connection: Connection, wish: Wish, job_id: str, now_ms: int) -> None:
    mine = (idempotency_keys.c.user_id == wish.user_id, idempotency_keys.c.key == wish.idempotency_key)
    if connection.execute(select(idempotency_keys.c.key).where(*mine)).one_or_none() is None:
        values = {"body_sha256": wish.body_sha256, "job_id": job_id, "created_at": now_ms}
        connection.execute(idempotency_keys.insert().values(user_id=wish.user_id, key=wish.idempotency_key, **values))
