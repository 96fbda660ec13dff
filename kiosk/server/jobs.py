"""Wishes: each becomes a job, or finds the one there is; who asked can wait for its end.

`Generation` serves the API. The books are `store_jobs`; what is queued is offered to the `job_queue` in the same
transaction, and `making` does the rest, in this process or on another machine.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from kiosk.domain.ids import is_uuid
from kiosk.domain.ports import Clock
from kiosk.generator.breed import Parent, breed
from kiosk.generator.compose import compose
from kiosk.generator.features import fingerprint
from kiosk.generator.genome import SEED_LIMIT, Genome
from kiosk.protocol.artworks import GenerateRequest
from kiosk.server import breeding, lately, store_jobs, store_people
from kiosk.server.broker import Broker, Wake
from kiosk.server.database import Database
from kiosk.server.job_queue import JobQueue
from kiosk.server.moments import to_ms
from kiosk.server.rules import bucket_of
from kiosk.server.store_jobs import JobStatus, Submitted, Wish
from kiosk.server.tables import AnyRow
from kiosk.server.waiting import woken_within

LOOK_AGAIN_S = 5.0  # what a lost hint costs
_ENDED = (JobStatus.DONE, JobStatus.FAILED)


class Generation:
    """Takes wishes and waits for their jobs."""

    def __init__(self, *, database: Database, broker: Broker, queue: JobQueue, clock: Clock) -> None:
        self._database = database
        self._broker = broker
        self._queue = queue
        self._clock = clock

    async def submit(self, request: GenerateRequest, *, user_id: int, idempotency_key: str | None) -> Submitted:
        """Return the job that answers a wish; raises KeyReused or TooManyJobs."""
        now_ms = to_ms(self._clock.now())
        voted = {vote.artwork_id.lower(): vote.value for vote in request.previous_votes if is_uuid(vote.artwork_id)}

        def look(connection: Connection) -> tuple[list[Parent], list[Genome]]:
            parents = breeding.parents_for(connection, user=user_id, previous=voted, now_ms=now_ms)
            return parents, lately.genomes_lately(connection, user=user_id)

        parents, recent = await self._database.read(look)
        wish = make_wish(
            request,
            user_id=user_id,
            now_ms=now_ms,
            idempotency_key=idempotency_key,
            parents=parents,
            recent=recent,
        )

        def work(connection: Connection) -> Submitted:
            store_people.lock_user(connection, user_id)
            submitted = store_jobs.submit(connection, wish, now_ms=now_ms)
            if submitted.is_new:
                self._queue.offer(connection, submitted.job_id)
            return submitted

        submitted = await self._database.write(work)
        self._queue.nudge()
        return submitted

    async def wait(self, job_id: str, *, user_id: int, seconds: float) -> AnyRow | None:
        """Return a user's job once it has ended, or as it stands after `seconds`; None for an unknown one."""
        give_up_at = self._clock.monotonic() + seconds
        with self._broker.subscribe(user_id) as news:
            while True:
                job = await self._database.read(lambda connection: store_jobs.find(connection, job_id, user=user_id))
                left_s = give_up_at - self._clock.monotonic()
                if job is None or job.state in _ENDED or left_s <= 0:
                    return job
                if Wake.ENDED in await woken_within(news, min(left_s, LOOK_AGAIN_S), self._clock):
                    return job


def make_wish(
    request: GenerateRequest,
    *,
    user_id: int,
    now_ms: int,
    idempotency_key: str | None,
    parents: Sequence[Parent] = (),
    recent: Sequence[Genome] = (),
) -> Wish:
    """Return what a request asks for. Equal requests of a user within a bucket give equal wishes.

    Without a seed named in it, the piece may descend from `parents`, and its composition is none of the `recent`
    pieces' (newest first) as far as there are others. The genome counts for the first of equal wishes.
    """
    asked = request.model_dump(mode="json", by_alias=True)
    analysis: dict[str, Any] = {
        name: value for name, value in (asked["audioAnalysis"] or {}).items() if value is not None
    }
    prompt_sha256 = _digest([asked["preferences"], asked["musicInfo"]])
    music, bucket = fingerprint(analysis), bucket_of(now_ms)
    named = _named_seed(request)
    seed = own_seed(user_id, prompt_sha256, music, bucket) if named is None else named
    preferences = request.preferences
    genome = compose(
        analysis,
        seed,
        styles=preferences.styles,
        artists=preferences.artists,
        dynamic_mode=preferences.dynamic_mode,
        recent=recent if named is None else (),
    )
    if named is None:
        genome = breed(genome, parents, styles=preferences.styles, recent=recent)
    return Wish(
        user_id=user_id,
        prompt_sha256=prompt_sha256,
        music=music,
        bucket=bucket,
        genome=genome.to_json(),
        body_sha256=_digest(asked),
        idempotency_key=idempotency_key,
    )


def own_seed(user_id: int, prompt_sha256: str, music: str, bucket: int) -> int:
    """Return the seed of a wish that names none."""
    return int(_digest([user_id, prompt_sha256, music, bucket])[:16], 16) % SEED_LIMIT


def _named_seed(request: GenerateRequest) -> int | None:
    """Return the seed a wish names in `musicInfo`, or None: then the wish itself decides."""
    named = (request.music_info or {}).get("seed")
    return named if isinstance(named, int) and not isinstance(named, bool) and 0 <= named < SEED_LIMIT else None


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
