"""Brings the images of the pieces next up into the cache, in order, two at a time, for as long as it takes.

`service` says which pieces are wanted; `download` does one fetch; every wanted piece is reported ready, or failed, once
for each time it becomes wanted. A file that vanished is fetched again when its piece is wanted the next time.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.domain.artworks import Artwork
from kiosk.domain.errors import KioskError, ServerRefused
from kiosk.domain.ports import Clock, Random
from kiosk.sync.backoff import Backoff
from kiosk.sync.cache import ImageCache
from kiosk.sync.client import ApiClient
from kiosk.sync.download import WrongContent, fetch
from kiosk.sync.waiting import wait_for

_log = logging.getLogger(__name__)

CONCURRENCY: Final = 2
SAVE_PAUSE_S: Final = 2.0
WRONG_CONTENT_TRIES: Final = 3
RETRIES: Final = Backoff(base_s=0.5, cap_s=60.0)
_GONE: Final = frozenset({404, 410})


@dataclass(slots=True)
class _Progress:
    """How far one content hash has come."""

    failures: int = 0
    wrong: int = 0
    not_before_s: float = 0.0
    in_flight: bool = False


class Prefetcher:
    """Fetches what is wanted; `on_ready(artwork_id, path)` and `on_failed(artwork_id, reason)` are called by `run`."""

    def __init__(
        self,
        *,
        client: ApiClient,
        cache: ImageCache,
        clock: Clock,
        random: Random,
        on_ready: Callable[[str, Path], None],
        on_failed: Callable[[str, str], None],
    ) -> None:
        self._client = client
        self._cache = cache
        self._clock = clock
        self._random = random
        self._on_ready = on_ready
        self._on_failed = on_failed
        self._wanted: dict[str, Artwork] = {}
        self._reported: set[str] = set()
        self._progress: dict[str, _Progress] = {}
        self._doubts: dict[str, int] = {}
        self._pinned: frozenset[str] = frozenset()
        self._wake = asyncio.Event()
        self._unsaved = asyncio.Event()

    def want(self, artworks: Sequence[Artwork], *, on_glass: Collection[Artwork] = ()) -> None:
        """Replace the list of wanted pieces, most urgent first; they and those `on_glass` are never evicted."""
        self._wanted = {artwork.id: artwork for artwork in artworks}
        self._pinned = frozenset(artwork.sha256 for artwork in (*artworks, *on_glass))
        self._reported = {
            artwork.id
            for artwork in artworks
            if artwork.id in self._reported
            and (self._cache.reason_set_aside(artwork.sha256) or self._cache.find(artwork.sha256))
        }
        self._progress = {
            sha256: progress
            for sha256, progress in self._progress.items()
            if sha256 in self._pinned or progress.in_flight or progress.wrong
        }
        self._wake.set()

    def again(self) -> None:
        """Try everything that waits for its next try now: the server is back."""
        for progress in self._progress.values():
            progress.not_before_s = 0.0
        self._wake.set()

    def doubt(self, sha256: str, reason: str) -> None:
        """Look at a file again that was not what it should be when it was used: a wrong one is fetched anew.

        A file that is there and is doubted all the same, three times, is set aside; one that is gone is not to blame.
        """
        if self._cache.find(sha256) is not None:
            self._doubts[sha256] = self._doubts.get(sha256, 0) + 1
        self._reported -= {artwork.id for artwork in self._wanted.values() if artwork.sha256 == sha256}
        if self._doubts.get(sha256, 0) >= WRONG_CONTENT_TRIES:
            _log.warning("The image %s is set aside: %s.", sha256[:12], reason)
            self._cache.set_aside(sha256, reason, lasting=False, at=self._clock.now())
        self._wake.set()

    def save_soon(self) -> None:
        """Write the cache's index within the next seconds: the known queue has changed."""
        self._unsaved.set()

    async def run(self) -> None:
        """Work until cancelled."""
        for progress in self._progress.values():
            progress.in_flight = False
        async with asyncio.TaskGroup() as workers:
            for number in range(CONCURRENCY):
                workers.create_task(self._work(), name=f"prefetch-{number}")
            workers.create_task(self._keep_tidy(), name="prefetch-tidy")

    async def _work(self) -> None:
        while True:
            self._wake.clear()
            artwork, wait_s = self._next_job()
            if artwork is None:
                await wait_for(self._wake, self._clock, wait_s)
                continue
            progress = self._progress.setdefault(artwork.sha256, _Progress())
            progress.in_flight = True
            try:
                await self._attempt(artwork, progress)
            finally:
                progress.in_flight = False

    def _next_job(self) -> tuple[Artwork | None, float | None]:
        """Return the most urgent piece to work on now, or None and the seconds until there is one (None: unknown)."""
        now_s = self._clock.monotonic()
        waits = []
        for artwork in self._wanted.values():
            progress = self._progress.get(artwork.sha256) or _Progress()
            if artwork.id in self._reported or progress.in_flight:
                continue
            if progress.not_before_s <= now_s:
                return artwork, None
            waits.append(progress.not_before_s - now_s)
        return None, min(waits, default=None)

    async def _attempt(self, artwork: Artwork, progress: _Progress) -> None:
        reason = self._cache.reason_set_aside(artwork.sha256)
        if reason is not None:
            self._report_failed(artwork.sha256, reason)
            return
        try:
            path = await asyncio.to_thread(self._cache.verified, artwork)
            if path is None:
                path = await fetch(artwork, client=self._client, cache=self._cache)
                self._unsaved.set()
        except WrongContent as error:
            progress.wrong += 1
            self._wrong_content(artwork, progress, error)
        except ServerRefused as error:
            if error.status in _GONE:
                self._report_failed(artwork.sha256, "the server does not have its image")
                return
            self._try_later(artwork, progress, error, retry_after_s=error.retry_after_s)
        except KioskError as error:
            self._try_later(artwork, progress, error)
        except OSError as error:
            await asyncio.to_thread(self._cache.evict, self._pinned, everything=True)
            self._try_later(artwork, progress, error)
        else:
            self._progress.pop(artwork.sha256, None)
            self._report_ready(artwork.sha256, path)

    async def _keep_tidy(self) -> None:
        """Keep the budget and write the index; a disk that does not take it is named, and asked again next time."""
        while True:
            await self._unsaved.wait()
            self._unsaved.clear()
            try:
                await asyncio.to_thread(self._cache.evict, self._pinned)
                await asyncio.to_thread(self._cache.save)
            except OSError as error:
                _log.warning("The cache's index cannot be written: %s", error.strerror or error)
            await self._clock.sleep(SAVE_PAUSE_S)

    def _wrong_content(self, artwork: Artwork, progress: _Progress, error: WrongContent) -> None:
        if not error.hopeless and progress.wrong < WRONG_CONTENT_TRIES:
            self._try_later(artwork, progress, error)
            return
        _log.warning("The image of %s (%s) is set aside: %s.", artwork.id, artwork.sha256[:12], error)
        self._cache.set_aside(artwork.sha256, str(error), lasting=False, at=self._clock.now())
        self._report_failed(artwork.sha256, str(error))

    def _try_later(
        self, artwork: Artwork, progress: _Progress, error: Exception, *, retry_after_s: float | None = None
    ) -> None:
        delay_s = RETRIES.delay_s(progress.failures, self._random, retry_after_s=retry_after_s)
        progress.failures += 1
        progress.not_before_s = self._clock.monotonic() + delay_s
        _log.info("The image of %s comes later (in %.1f s): %s", artwork.id, delay_s, error)

    def _report_ready(self, sha256: str, path: Path) -> None:
        for artwork_id in self._take_unreported(sha256):
            self._on_ready(artwork_id, path)

    def _report_failed(self, sha256: str, reason: str) -> None:
        for artwork_id in self._take_unreported(sha256):
            self._on_failed(artwork_id, reason)

    def _take_unreported(self, sha256: str) -> list[str]:
        ids = [a.id for a in self._wanted.values() if a.sha256 == sha256 and a.id not in self._reported]
        self._reported.update(ids)
        return ids
