"""Making a piece for a job: claim it, have it painted, store the image, finish; or give it up with a reason.

`Maker.make` is what a `job_queue` calls, in the server and in `render_worker`. A claim is a lease, renewed while the
provider works, so that a job of a dead worker is free again soon; `job_upkeep` takes it back. A piece that was drawn
too near to one that was stored meanwhile is drawn again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from kiosk.domain.errors import BadGenome
from kiosk.domain.ports import Clock
from kiosk.generator.genome import genome_from_json
from kiosk.server import lately, store_artworks, store_jobs, store_likeness, store_lineage
from kiosk.server.broker import Broker
from kiosk.server.database import Database
from kiosk.server.describing import describe
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
from kiosk.server.store_likeness import Compared, Known
from kiosk.server.tables import PUBLIC_LANE, AnyRow

log = logging.getLogger(__name__)

T = TypeVar("T")

PAUSE_AFTER_FAULT_S = 1.0
STORE_TRIES_MAX = 60
STORE_AGAIN_S = 5.0
DRAWS_MAX = 4


@dataclass(frozen=True, slots=True)
class MakingRules:
    """How pieces are made: their size in pixels, and how long a job stays with a worker that fell silent."""

    width_px: int
    height_px: int
    lease_s: float


class _LeaseLostError(Exception):
    """Another worker has the job, or it is over."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A piece and what it was drawn knowing; None for one that hangs whatever it is like."""

    piece: PaintedImage
    artwork: NewArtwork
    known: Known | None

    def compare(self, connection: Connection) -> Compared:
        """Compare it with what came while it was drawn."""
        told = self.piece.nearest
        if self.known is None or told is None:
            return Compared(1.0)
        return store_likeness.compare(connection, self.piece.signature, nearest=told, known=self.known)

    def compared(self, found: Compared) -> NewArtwork:
        """Return the piece to be stored, which tells of the nearest there is by now."""
        if self.piece.nearest is None or found.nearest >= self.piece.nearest:
            return self.artwork
        return replace(self.artwork, provenance={**self.artwork.provenance, "nearest": round(found.nearest, 3)})


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
        drawn: list[_Drawn] = []
        while (newest := await self._painted(job)) is not None:
            drawn.append(newest)
            if await self._stored(job, newest.piece, lambda: self._finish(job, drawn)):
                return

    async def _painted(self, job: AnyRow) -> _Drawn | None:
        """Do `_paint`; what goes wrong with it ends this try of the job, and None is returned."""
        try:
            return await self._paint(job)
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
        return None

    async def _paint(self, job: AnyRow) -> _Drawn:
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

    async def _outcome(self, job: AnyRow) -> _Drawn | Exception:
        """Return what `_draw` returns or raises: out of a group it would come wrapped."""
        try:
            return await self._draw(job)
        except Exception as error:  # noqa: BLE001 - raised again by `_paint`
            return error

    async def _draw(self, job: AnyRow) -> _Drawn:
        try:
            genome = genome_from_json(job.genome)
            known = await self._known_to(job, genome.seed)
            order = PaintOrder.of(
                job.genome,
                width_px=self._rules.width_px,
                height_px=self._rules.height_px,
                recent=() if known is None else known.signatures,
            )
        except BadGenome as error:
            raise RenderFailed(str(error), is_final=True) from error
        piece = await self._provider.make(order)
        await self._stored(job, piece, lambda: self._keep_image(piece))
        generation, taken = await self._database.read(
            lambda connection: (
                store_lineage.generation_of(connection, genome.parents),
                lately.titles_lately(connection, user=job.user_id),
            )
        )
        return _Drawn(piece, describe(job.genome, piece, generation=generation, taken=taken), known)

    async def _known_to(self, job: AnyRow, seed: int) -> Known | None:
        """Return what a piece may not be like; None for one whose seed was named: it is drawn whatever it is like."""
        if seed != own_seed(job.user_id, job.prompt_sha256, job.music, job.bucket):
            return None
        now_ms = to_ms(self._clock.now())
        return await self._database.read(
            lambda connection: store_likeness.known_to(connection, user=job.user_id, now_ms=now_ms)
        )

    async def _stored(self, job: AnyRow, piece: PaintedImage, store: Callable[[], Awaitable[T]]) -> T:
        """Store what was painted. What a service painted may have cost money: there a full disk is waited out."""
        for _ in range(0 if piece.provider == OWN else STORE_TRIES_MAX):
            try:
                return await store()
            except (OSError, SQLAlchemyError) as error:
                log.warning("job %s: what %s painted cannot be stored yet: %s", job.id, piece.provider, error)
                await self._clock.sleep(STORE_AGAIN_S)
        return await store()

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

    async def _finish(self, job: AnyRow, drawn: Sequence[_Drawn]) -> bool:
        """Store the farthest of what was drawn for a job, if it is still ours, and tell the streams.

        False, and nothing stored, when what came meanwhile is too near to the newest: it is to be drawn once more.
        """
        now_ms = to_ms(self._clock.now())
        fresh_until = self._queue_rules.fresh_until(now_ms)

        def work(connection: Connection) -> tuple[bool, _Drawn | None]:
            store_artworks.hold_lane(connection, PUBLIC_LANE)  # nobody adds to it between this look and the commit
            found = [one.compare(connection) for one in drawn]
            if found[-1].is_crowded and len(drawn) < DRAWS_MAX:
                return False, None
            best, farthest = max(zip(drawn, found, strict=True), key=lambda pair: pair[1].nearest)
            artwork = best.compared(farthest)
            is_stored = store_jobs.finish(connection, job, artwork, now_ms=now_ms, fresh_until=fresh_until)
            return True, best if is_stored else None

        is_over, stored = await self._database.write(work)
        if stored is not None:
            self._broker.publish(job.user_id)
            log.info("job %s: piece %s, %.1f s", job.id, stored.artwork.public_id, stored.piece.seconds)
            try:
                await self._keep_image(stored.piece)  # gone, if the last other piece with these bytes was just removed
            except OSError as error:
                log.warning("job %s: its image may be missing: %s", job.id, error)
        elif not is_over:
            log.info("job %s: too near to a piece that came while it was drawn; it is drawn again", job.id)
        return is_over

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
