"""Making a piece for a job: claim it, draw, store the image, finish; or give it up with a reason.

`Maker.make` is what a `job_queue` calls, in the server and in `render_worker`. A claim is a lease, renewed while the
renderer works, so that a job of a dead worker is free again soon; `job_upkeep` takes it back.
"""

import asyncio
import logging
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from kiosk.domain.artworks import Origin
from kiosk.domain.ids import new_id
from kiosk.domain.ports import Clock
from kiosk.generator.genome import genome_from_json
from kiosk.generator.render import RenderedPiece
from kiosk.generator.titles import ARTIST, explain, prompt_of, title_of
from kiosk.server import store_jobs
from kiosk.server.broker import Broker
from kiosk.server.database import Database
from kiosk.server.images import ImageStore
from kiosk.server.job_queue import JobQueue
from kiosk.server.moments import SECOND_MS, to_ms
from kiosk.server.renderer_process import Order
from kiosk.server.renderers import Renderer, RenderFailed
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
    """Makes the piece of a job with one renderer or pool of them."""

    def __init__(
        self,
        *,
        database: Database,
        images: ImageStore,
        broker: Broker,
        clock: Clock,
        queue: JobQueue,
        renderer: Renderer,
        queue_rules: QueueRules,
        rules: MakingRules,
    ) -> None:
        self._database = database
        self._images = images
        self._broker = broker
        self._clock = clock
        self._queue = queue
        self._renderer = renderer
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

    async def _paint(self, job: AnyRow) -> tuple[RenderedPiece, NewArtwork]:
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

    async def _outcome(self, job: AnyRow) -> tuple[RenderedPiece, NewArtwork] | Exception:
        """Return what `_draw` returns or raises: out of a group it would come wrapped."""
        try:
            return await self._draw(job)
        except Exception as error:  # noqa: BLE001 - raised again by `_paint`
            return error

    async def _draw(self, job: AnyRow) -> tuple[RenderedPiece, NewArtwork]:
        piece = await self._renderer.render(Order(job.genome, self._rules.width_px, self._rules.height_px))
        await self._keep_image(piece)
        return piece, describe(job.genome, piece)

    async def _keep_image(self, piece: RenderedPiece) -> None:
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

    async def _finish(self, job: AnyRow, piece: RenderedPiece, artwork: NewArtwork) -> None:
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


def describe(genome_json: str, piece: RenderedPiece) -> NewArtwork:
    """Return a drawn piece with its title, its prompt and its provenance."""
    genome = genome_from_json(genome_json)
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
            "explanation": explain(genome),
            "engineVersion": piece.engine_version,
            "seconds": round(piece.seconds, 3),
        },
    )
