"""Making a piece for a job: claim it, have it painted, store the image, finish; or give it up with a reason.

`Maker.make` is what a `job_queue` calls, in the server and in `render_worker`. A claim is a lease, renewed while the
provider works, so that a job of a dead worker is free again soon; `job_upkeep` takes it back.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from kiosk.domain.artworks import Origin
from kiosk.domain.errors import BadGenome
from kiosk.domain.ids import new_id
from kiosk.domain.ports import Clock
from kiosk.generator.genome import Genome, genome_from_json
from kiosk.generator.titles import ARTIST, explain, prompt_of, summary_of, title_of
from kiosk.server import store_jobs, store_lineage
from kiosk.server.broker import Broker
from kiosk.server.database import Database
from kiosk.server.images import ImageStore
from kiosk.server.job_queue import JobQueue
from kiosk.server.jobs import own_seed
from kiosk.server.moments import SECOND_MS, to_ms
from kiosk.server.providers.port import PaintedImage, PaintOrder, Provider
from kiosk.server.providers.procedural import NAME as OWN
from kiosk.server.renderers import RenderFailed
from kiosk.server.rules import QueueRules
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.store_jobs import JobStatus
from kiosk.server.tables import AnyRow

log = logging.getLogger(__name__)

PAUSE_AFTER_FAULT_S = 1.0


@dataclass(frozen=True, slots=True)
class MakingRules:
    """How pieces are made: their size in pixels, and how long a job stays with a worker that fell silent."""

    width_px: int
    height_px: int
    lease_s: float


class _LeaseLostError(Exception):
    """Another worker has the job, or it is over."""


class Maker:
    """Makes the piece of a job with one provider."""

    def __init__(
        self,
        *,
        database: Database,
        images: ImageStore,
        broker: Broker,
        clock: Clock,
        queue: JobQueue,
        provider: Provider,
        queue_rules: QueueRules,
        rules: MakingRules,
    ) -> None:
        self._database = database
        self._images = images
        self._broker = broker
        self._clock = clock
        self._queue = queue
        self._provider = provider
        self._queue_rules = queue_rules
        self._rules = rules

    async def make(self, job_id: str) -> None:
        """Make a job's piece; nothing happens when it is not queued. Raises SQLAlchemyError: then call again."""
        job = await self._claim(job_id)
        if job is None:
            return
        try:
            await self._make(job)
        except asyncio.CancelledError:
            await self._release(job)
            raise

    async def _claim(self, job_id: str) -> AnyRow | None:
        """Take a job; one that a cancelled claim has taken all the same is given back."""
        claiming = asyncio.ensure_future(  # noqa: TID251 - waited for here, however this ends
            self._database.write(
                lambda connection: store_jobs.claim(connection, job_id, lease_until=self._lease_until(connection))
            )
        )
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            await asyncio.wait({claiming})
            if claiming.exception() is None and (job := claiming.result()) is not None:
                await self._release(job)
            raise

    async def _make(self, job: AnyRow) -> None:
        try:
            piece, artwork = await self._paint(job)
        except _LeaseLostError:
            log.warning("job %s, try %d: its lease was lost; it is another's now", job.id, job.attempts)
        except RenderFailed as error:
            log.warning("job %s, try %d: %s", job.id, job.attempts, error)
            await self._give_up(job, reason=error.message, is_final=error.is_final)
        except OSError as error:
            log.warning("job %s, try %d: the image cannot be stored: %s", job.id, job.attempts, error)
            await self._give_up(job, reason=f"The image cannot be stored: {error.strerror or error}.", is_final=False)
            await self._clock.sleep(PAUSE_AFTER_FAULT_S)
        except Exception as error:
            log.exception("job %s, try %d", job.id, job.attempts)
            await self._give_up(job, reason=f"The server failed on it: {type(error).__name__}.", is_final=False)
        else:
            await self._finish(job, piece, artwork)

    async def _paint(self, job: AnyRow) -> tuple[PaintedImage, NewArtwork]:
        """Draw the piece and store its image while the job is kept.

        Raises RenderFailed, OSError, what went wrong, or _LeaseLostError: then the drawing was stopped.
        """
        async with asyncio.TaskGroup() as group:
            keeping, drawing = group.create_task(self._keep(job)), group.create_task(self._outcome(job))
            try:
                await asyncio.wait({keeping, drawing}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                keeping.cancel()
                drawing.cancel()
        if drawing.cancelled():
            raise _LeaseLostError
        if isinstance(outcome := drawing.result(), Exception):
            raise outcome
        return outcome

    async def _outcome(self, job: AnyRow) -> tuple[PaintedImage, NewArtwork] | Exception:
        """Return what `_draw` returns or raises: out of a group it would come wrapped."""
        try:
            return await self._draw(job)
        except Exception as error:  # noqa: BLE001 - raised again by `_paint`
            return error

    async def _draw(self, job: AnyRow) -> tuple[PaintedImage, NewArtwork]:
        try:
            genome = genome_from_json(job.genome)
            is_named = genome.seed != own_seed(job.user_id, job.prompt_sha256, job.music, job.bucket)
            recent = () if is_named else await self._database.read(self._recent_of(job))
            order = PaintOrder.of(
                job.genome, width_px=self._rules.width_px, height_px=self._rules.height_px, recent=recent
            )
        except BadGenome as error:
            raise RenderFailed(str(error), is_final=True) from error
        generation = await self._database.read(
            lambda connection: store_lineage.generation_of(connection, genome.parents)
        )
        piece = await self._provider.make(order)
        await self._keep_image(piece)
        return piece, describe(job.genome, piece, generation=generation)

    def _recent_of(self, job: AnyRow) -> Callable[[Connection], list[str]]:
        """Return the read of what a piece may not be like; one whose seed was named is drawn whatever it is like."""
        now_ms = to_ms(self._clock.now())
        return lambda connection: store_lineage.recent_signatures(connection, user=job.user_id, now_ms=now_ms)

    async def _keep_image(self, piece: PaintedImage) -> None:
        await asyncio.to_thread(self._images.put, piece.data, piece.media_type)

    async def _keep(self, job: AnyRow) -> None:
        """Renew the lease again and again; return when the job is no longer this worker's."""
        is_ours = True
        while is_ours:
            await self._clock.sleep(self._rules.lease_s / 3)
            try:
                is_ours = await self._database.write(
                    lambda connection: store_jobs.renew(connection, job, lease_until=self._lease_until(connection))
                )
            except (SQLAlchemyError, OSError) as error:
                log.warning("job %s: its lease could not be renewed: %s", job.id, error)

    async def _finish(self, job: AnyRow, piece: PaintedImage, artwork: NewArtwork) -> None:
        now_ms = to_ms(self._clock.now())
        fresh_until = self._queue_rules.fresh_until(now_ms)
        if await self._database.write(
            lambda connection: store_jobs.finish(connection, job, artwork, now_ms=now_ms, fresh_until=fresh_until)
        ):
            self._broker.publish(job.user_id)
            log.info("job %s: %s, %.1f s", job.id, artwork.title, piece.seconds)
            try:
                await self._keep_image(piece)  # gone, if the last other piece with these bytes was just removed
            except OSError as error:
                log.warning("job %s: its image may be missing: %s", job.id, error)

    async def _give_up(self, job: AnyRow, *, reason: str, is_final: bool) -> None:
        now_ms = to_ms(self._clock.now())

        def work(connection: Connection) -> JobStatus | None:
            state = store_jobs.give_up(connection, job, reason=reason, is_final=is_final, now_ms=now_ms)
            if state is JobStatus.QUEUED:
                self._queue.offer(connection, job.id)
            return state

        if await self._database.write(work) is JobStatus.FAILED:
            self._broker.publish(job.user_id)
        self._queue.nudge()

    async def _release(self, job: AnyRow) -> None:
        """Give a job back: this worker stops in good order."""

        def work(connection: Connection) -> None:
            if store_jobs.release(connection, job):
                self._queue.offer(connection, job.id)

        try:
            await self._database.write(work)
        except (SQLAlchemyError, OSError) as error:
            log.warning("job %s could not be given back; its lease will run out: %s", job.id, error)

    def _lease_until(self, connection: Connection) -> int:
        return self._queue.now_ms(connection) + round(self._rules.lease_s * SECOND_MS)


def describe(genome_json: str, piece: PaintedImage, *, generation: int = 0) -> NewArtwork:
    """Return a painted piece with its title, its prompt and its provenance; `generation` counts from those without
    parents.
    """
    genome = genome_from_json(piece.genome or genome_json)
    return NewArtwork(
        public_id=new_id(),
        sha256=piece.sha256,
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
            "summary": summary_of(genome),
            "explanation": explain(genome) if piece.provider == OWN else _painted_words(piece, genome),
            "generation": generation,
            **piece.provenance(),
        },
    )


def _painted_words(piece: PaintedImage, genome: Genome) -> str:
    """Say how a piece from outside came to be: what the music asked for, and who painted it."""
    return f"Painted by {piece.model or piece.provider}, which was asked for: {prompt_of(genome)}"
