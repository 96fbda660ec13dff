"""Generation jobs: asked for once, claimed with a lease, done, or failed with a reason. On an open transaction.

    queued -> running -> done
       ^         |
       +---------+  the renderer died, the lease ran out, or the server was started again; after 3 tries: failed

Equal wishes of a user within one bucket are one job, and so are wishes under one idempotency key.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select, update

from kiosk.domain.errors import KioskError
from kiosk.domain.ids import new_id
from kiosk.server import store_artworks, store_events
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.tables import PUBLIC_LANE, AnyRow, idempotency_keys, jobs

TRIES_MAX = 3
UNFINISHED_MAX = 20


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
    """The user has too many unfinished jobs."""

    code = "too_many_jobs"


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
    """The job that answers a wish, whether it was there before, and whether its piece was."""

    job_id: str
    is_new: bool
    was_done: bool


def submit(connection: Connection, wish: Wish, *, now_ms: int) -> Submitted:
    """Return the job for a wish, a new one when there is none; a failed one is tried again.

    Raises KeyReused, and TooManyJobs when a new job would be one too many.
    """
    job = _by_key(connection, wish) or _by_content(connection, wish)
    if job is None or job.state == JobStatus.FAILED:
        _check_room(connection, wish.user_id)
    is_new = job is None
    if job is None:
        job = _insert(connection, wish, now_ms)
    else:
        changes: dict[str, Any] = {"repeats": jobs.c.repeats + 1}
        if job.state == JobStatus.FAILED:
            changes |= {"state": JobStatus.QUEUED.value, "attempts": 0, "reason": None}
        connection.execute(update(jobs).where(jobs.c.id == job.id).values(**changes))
    if wish.idempotency_key is not None:
        _remember_key(connection, wish, job.id, now_ms)
    return Submitted(job.id, is_new, job.state == JobStatus.DONE)


def find(connection: Connection, job_id: str, *, user: int) -> AnyRow | None:
    """Return a user's job."""
    query = select(jobs).where(jobs.c.id == job_id.lower(), jobs.c.user_id == user)
    return connection.execute(query).one_or_none()


def claim(connection: Connection, *, now_ms: int, lease_ms: int) -> AnyRow | None:
    """Take the oldest waiting job for `lease_ms`; None when there is none."""
    oldest = (
        select(jobs.c.id)
        .where(jobs.c.state == JobStatus.QUEUED.value)
        .order_by(jobs.c.created_at, jobs.c.id)
        .limit(1)
        .scalar_subquery()
    )
    changes = {
        "state": JobStatus.RUNNING.value,
        "attempts": jobs.c.attempts + 1,
        "lease_until": now_ms + lease_ms,
    }
    return connection.execute(update(jobs).where(jobs.c.id == oldest).values(**changes).returning(jobs)).one_or_none()


def finish(connection: Connection, job: AnyRow, piece: NewArtwork, *, now_ms: int, fresh_until: int) -> bool:
    """Store a job's piece and tell the streams; False, and nothing stored, when the job is no longer this worker's."""
    current = connection.execute(select(jobs.c.state, jobs.c.attempts).where(jobs.c.id == job.id)).one()
    if current.state != JobStatus.RUNNING or current.attempts != job.attempts:
        return False
    row = store_artworks.insert(
        connection, piece, lane=PUBLIC_LANE, created_by=job.user_id, created_at=now_ms, fresh_until=fresh_until
    )
    changes = {"state": JobStatus.DONE.value, "artwork_id": row.id, "lease_until": None, "reason": None}
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(**changes))
    store_events.add_ready(connection, user=job.user_id, artwork=row.id, job_id=job.id, now_ms=now_ms)
    return True


def give_up(connection: Connection, job: AnyRow, *, reason: str, is_final: bool, now_ms: int) -> bool:
    """Put a job back in the queue, or end it after its last try; tell whether it ended."""
    ended = is_final or job.attempts >= TRIES_MAX
    changes = {
        "state": (JobStatus.FAILED if ended else JobStatus.QUEUED).value,
        "reason": reason,
        "lease_until": None,
    }
    ours = (jobs.c.id == job.id, jobs.c.state == JobStatus.RUNNING.value, jobs.c.attempts == job.attempts)
    if connection.execute(update(jobs).where(*ours).values(**changes)).rowcount == 0:
        return False
    if ended:
        store_events.add_failed(connection, user=job.user_id, job_id=job.id, reason=reason, now_ms=now_ms)
    return ended


def give_up_abandoned(connection: Connection, *, lease_before_ms: int | None, now_ms: int) -> list[AnyRow]:
    """Give up running jobs whose lease ended before a time (None: all of them); return those that ended."""
    query = select(jobs).where(jobs.c.state == JobStatus.RUNNING.value)
    if lease_before_ms is not None:
        query = query.where(jobs.c.lease_until < lease_before_ms)
    reason = "The server or its renderer ended while it worked on this piece."
    found = connection.execute(query).all()
    return [job for job in found if give_up(connection, job, reason=reason, is_final=False, now_ms=now_ms)]


def release(connection: Connection, job: AnyRow) -> None:
    """Put a job back as if it had not been tried: the server stops in good order."""
    ours = (jobs.c.id == job.id, jobs.c.state == JobStatus.RUNNING.value, jobs.c.attempts == job.attempts)
    changes = {"state": JobStatus.QUEUED.value, "attempts": jobs.c.attempts - 1, "lease_until": None}
    connection.execute(update(jobs).where(*ours).values(**changes))


def _by_key(connection: Connection, wish: Wish) -> AnyRow | None:
    if wish.idempotency_key is None:
        return None
    mine = (idempotency_keys.c.user_id == wish.user_id, idempotency_keys.c.key == wish.idempotency_key)
    used = connection.execute(select(idempotency_keys).where(*mine)).one_or_none()
    if used is None:
        return None
    if used.body_sha256 != wish.body_sha256:
        raise KeyReused("This Idempotency-Key came with another body before.", hint="Use a new key for a new wish.")
    return connection.execute(select(jobs).where(jobs.c.id == used.job_id)).one()


def _by_content(connection: Connection, wish: Wish) -> AnyRow | None:
    equal = (
        jobs.c.user_id == wish.user_id,
        jobs.c.prompt_sha256 == wish.prompt_sha256,
        jobs.c.music == wish.music,
        jobs.c.bucket == wish.bucket,
    )
    return connection.execute(select(jobs).where(*equal)).one_or_none()


def _check_room(connection: Connection, user: int) -> None:
    unfinished = (JobStatus.QUEUED.value, JobStatus.RUNNING.value)
    query = select(func.count()).where(jobs.c.user_id == user, jobs.c.state.in_(unfinished))
    if connection.execute(query).scalar_one() >= UNFINISHED_MAX:
        raise TooManyJobs(f"{UNFINISHED_MAX} pieces are being made for this user already.")


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
