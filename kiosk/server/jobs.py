"""Generation: wishes become jobs, jobs become pieces. The books are `store_jobs`; drawing is a `Renderer`'s.

`Generation.submit` and `wait` serve the API; `work` is a loop the server runs once a renderer. A job in work when the
server stops is put back; one in work when it is killed is found again at the next start.
"""

import asyncio
import hashlib
import json
import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from kiosk.domain.artworks import Origin
from kiosk.domain.ids import new_id
from kiosk.domain.ports import Clock
from kiosk.generator.compose import compose
from kiosk.generator.features import fingerprint
from kiosk.generator.genome import SEED_LIMIT, genome_from_json
from kiosk.generator.render import RenderedPiece
from kiosk.generator.titles import ARTIST, explain, prompt_of, title_of
from kiosk.protocol.artworks import GenerateRequest
from kiosk.server import store_jobs
from kiosk.server.broker import Broker
from kiosk.server.database import Database
from kiosk.server.images import ImageFolder
from kiosk.server.moments import to_ms
from kiosk.server.renderer_process import Order
from kiosk.server.renderers import Renderer, RenderFailed
from kiosk.server.rules import QueueRules, bucket_of
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.store_jobs import JobStatus, Submitted, Wish
from kiosk.server.tables import AnyRow
from kiosk.server.waiting import is_set_within

log = logging.getLogger(__name__)

LEASE_MS = 180_000
PAUSE_AFTER_FAULT_S = 1.0
_ENDED = (JobStatus.DONE, JobStatus.FAILED)


@dataclass(frozen=True, slots=True)
class PieceSize:
    """The size of what is generated, in pixels."""

    width_px: int
    height_px: int


class Generation:
    """Takes wishes, hands jobs to renderers, wakes who waits for them."""

    def __init__(
        self,
        *,
        database: Database,
        images: ImageFolder,
        broker: Broker,
        clock: Clock,
        rules: QueueRules,
        size: PieceSize,
    ) -> None:
        self._database = database
        self._images = images
        self._broker = broker
        self._clock = clock
        self._rules = rules
        self._size = size
        self._news = asyncio.Event()
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    async def submit(self, request: GenerateRequest, *, user_id: int, idempotency_key: str | None) -> Submitted:
        """Return the job that answers a wish; raises KeyReused or TooManyJobs."""
        now_ms = self._now_ms()
        wish = make_wish(request, user_id=user_id, now_ms=now_ms, idempotency_key=idempotency_key)
        submitted = await self._database.write(lambda connection: store_jobs.submit(connection, wish, now_ms=now_ms))
        self._news.set()
        return submitted

    async def wait(self, job_id: str, *, user_id: int, seconds: float) -> AnyRow | None:
        """Return a user's job once it has ended, or as it stands after `seconds`; None for an unknown one."""
        ended = asyncio.Event()
        self._waiting[job_id].add(ended)
        try:
            job = await self._find(job_id, user_id)
            if job is None or job.state in _ENDED or not await is_set_within(ended, seconds, self._clock):
                return job
            return await self._find(job_id, user_id)
        finally:
            self._waiting[job_id].discard(ended)
            if not self._waiting[job_id]:
                del self._waiting[job_id]

    async def recover(self) -> None:
        """Take up what an earlier run of the server left in work; call before any `work`."""
        await self._give_up_abandoned(None)

    async def give_up_overdue(self) -> None:
        """Give up jobs whose lease has run out."""
        await self._give_up_abandoned(self._now_ms())

    async def work(self, renderer: Renderer) -> None:
        """Make pieces, one at a time, for ever."""
        while True:
            self._news.clear()
            try:
                if not await self._make_one(renderer):
                    await self._news.wait()
            except (SQLAlchemyError, OSError):
                log.exception("a generation job could not be kept in the database")
                await self._clock.sleep(PAUSE_AFTER_FAULT_S)

    async def _make_one(self, renderer: Renderer) -> bool:
        now_ms = self._now_ms()
        job = await self._database.write(
            lambda connection: store_jobs.claim(connection, now_ms=now_ms, lease_ms=LEASE_MS)
        )
        if job is None:
            return False
        try:
            piece = await renderer.render(Order(job.genome, self._size.width_px, self._size.height_px))
            await self._store(job, piece)
        except RenderFailed as error:
            log.warning("job %s, try %d: %s", job.id, job.attempts, error)
            await self._give_up(job, reason=error.message, is_final=error.is_final)
        except OSError as error:
            log.warning("job %s, try %d: the image cannot be stored: %s", job.id, job.attempts, error)
            await self._give_up(job, reason=f"The image cannot be stored: {error.strerror or error}.", is_final=False)
            await self._clock.sleep(PAUSE_AFTER_FAULT_S)
        except asyncio.CancelledError:
            await self._database.write(lambda connection: store_jobs.release(connection, job))
            raise
        return True

    async def _store(self, job: AnyRow, piece: RenderedPiece) -> None:
        sha256 = await asyncio.to_thread(self._images.put, piece.data, piece.media_type)
        artwork = describe(job.genome, piece, sha256)
        now_ms = self._now_ms()
        fresh_until = self._rules.fresh_until(now_ms)
        is_stored = await self._database.write(
            lambda connection: store_jobs.finish(connection, job, artwork, now_ms=now_ms, fresh_until=fresh_until)
        )
        if is_stored:
            self._tell(job)

    async def _give_up(self, job: AnyRow, *, reason: str, is_final: bool) -> None:
        now_ms = self._now_ms()
        ended = await self._database.write(
            lambda connection: store_jobs.give_up(connection, job, reason=reason, is_final=is_final, now_ms=now_ms)
        )
        if ended:
            self._tell(job)

    async def _give_up_abandoned(self, lease_before_ms: int | None) -> None:
        now_ms = self._now_ms()
        ended = await self._database.write(
            lambda connection: store_jobs.give_up_abandoned(connection, lease_before_ms=lease_before_ms, now_ms=now_ms)
        )
        for job in ended:
            self._tell(job)
        self._news.set()

    def _tell(self, job: AnyRow) -> None:
        self._broker.publish(job.user_id)
        for event in self._waiting.get(job.id, ()):
            event.set()

    async def _find(self, job_id: str, user_id: int) -> AnyRow | None:
        return await self._database.read(lambda connection: store_jobs.find(connection, job_id, user=user_id))

    def _now_ms(self) -> int:
        return to_ms(self._clock.now())


def make_wish(request: GenerateRequest, *, user_id: int, now_ms: int, idempotency_key: str | None) -> Wish:
    """Return what a request asks for. Equal requests of a user within a bucket give the same wish, genome included."""
    asked = request.model_dump(mode="json", by_alias=True)
    analysis: dict[str, Any] = {
        name: value for name, value in (asked["audioAnalysis"] or {}).items() if value is not None
    }
    prompt_sha256 = _digest([asked["preferences"], asked["musicInfo"]])
    music, bucket = fingerprint(analysis), bucket_of(now_ms)
    seed = _named_seed(request)
    if seed is None:
        seed = int(_digest([user_id, prompt_sha256, music, bucket])[:16], 16) % SEED_LIMIT
    preferences = request.preferences
    genome = compose(
        analysis,
        seed,
        styles=preferences.styles,
        artists=preferences.artists,
        dynamic_mode=preferences.dynamic_mode,
    )
    return Wish(
        user_id=user_id,
        prompt_sha256=prompt_sha256,
        music=music,
        bucket=bucket,
        genome=genome.to_json(),
        body_sha256=_digest(asked),
        idempotency_key=idempotency_key,
    )


def _named_seed(request: GenerateRequest) -> int | None:
    """Return the seed a wish names in `musicInfo`, or None: then the wish itself decides."""
    named = (request.music_info or {}).get("seed")
    return named if isinstance(named, int) and not isinstance(named, bool) and 0 <= named < SEED_LIMIT else None


def describe(genome_json: str, piece: RenderedPiece, sha256: str) -> NewArtwork:
    """Return a drawn piece with its title, its prompt and its provenance."""
    genome = genome_from_json(genome_json)
    return NewArtwork(
        public_id=new_id(),
        sha256=sha256,
        byte_count=len(piece.data),
        width=piece.width_px,
        height=piece.height_px,
        media_type=piece.media_type,
        title=title_of(genome),
        artist=ARTIST,
        origin=Origin.GENERATED,
        prompt=prompt_of(genome),
        style=genome.style,
        provenance={
            "genome": genome.to_dict(),
            "explanation": explain(genome),
            "engineVersion": piece.engine_version,
            "seconds": round(piece.seconds, 3),
        },
    )


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
