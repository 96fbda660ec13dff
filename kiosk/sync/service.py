"""Keeps the display's queue and images in step with the server, and says so upward.

    stream (hints) --+--> debounced page of the queue (the truth) --> listener.queue_synced
    poll ------------+
    prefetch --> images in the cache ------------------------------> listener.image_ready

A notification is a hint, the poll is the truth. `run` is owned and restarted by the app's supervisor; faults of the
network never come out of it, they show as `link` and are tried again.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence

from pydantic import ValidationError

from kiosk.domain.artworks import Artwork
from kiosk.domain.ports import Clock, Random
from kiosk.protocol.artworks import GenerateRequest
from kiosk.protocol.events import ART_FAILED, ART_READY, ART_REMOVED, ArtFailed, ArtReady, ArtRemoved
from kiosk.sync.cache import CachedPiece, ImageCache
from kiosk.sync.client import ApiClient
from kiosk.sync.generation import GIVE_UP_AFTER_S, make_piece
from kiosk.sync.listener import Link, SyncListener
from kiosk.sync.prefetch import Prefetcher
from kiosk.sync.queue_sync import QueueSync
from kiosk.sync.sse import SseEvent
from kiosk.sync.stream import StreamFollower

_log = logging.getLogger(__name__)


class SyncService:
    """One display's synchronisation.

    `undelivered` returns the ids of artworks with impressions the server has not acknowledged. `poll_s` is the pace
    while the stream is down (ten times slower while it is live), `debounce_ms` gathers a burst of hints into one page,
    `heartbeat_s` is the server's: after three of them in silence the stream is opened anew.
    """

    def __init__(
        self,
        *,
        client: ApiClient,
        cache: ImageCache,
        listener: SyncListener,
        clock: Clock,
        random: Random,
        undelivered: Callable[[], Collection[str]],
        debounce_ms: int = 250,
        poll_s: float = 30.0,
        heartbeat_s: float = 30.0,
        refetch_after_generate_s: float = 2.0,
        page_limit: int = 20,
        session_id: str | None = None,
    ) -> None:
        self._client = client
        self._cache = cache
        self._listener = listener
        self._clock = clock
        self._random = random
        self._undelivered = undelivered
        self._refetch_after_generate_s = refetch_after_generate_s
        self._link: Link = "offline"
        self._stream_live = False
        self._last_page_ok = False
        self._queue = QueueSync(
            client=client,
            cache=cache,
            clock=clock,
            random=random,
            undelivered=undelivered,
            on_queue=listener.queue_synced,
            on_page=self._page_came,
            debounce_s=debounce_ms / 1000,
            poll_s=poll_s,
            page_limit=page_limit,
            session_id=session_id,
        )
        self._stream = StreamFollower(
            client=client,
            clock=clock,
            random=random,
            heartbeat_s=heartbeat_s,
            session_id=lambda: self._queue.session_id,
            on_event=self._heard,
            on_live=self._stream_changed,
        )
        self._prefetcher = Prefetcher(
            client=client,
            cache=cache,
            clock=clock,
            random=random,
            on_ready=listener.image_ready,
            on_failed=listener.image_failed,
        )

    # ------------------------------------------------------------------ state
    @property
    def link(self) -> Link:
        """How news come at this moment."""
        return self._link

    @property
    def session_id(self) -> str | None:
        """The canonical session as the server last named it."""
        return self._queue.session_id

    @property
    def problem(self) -> str:
        """Why the last page of the queue could not be had, in one line; empty while all is well."""
        return self._queue.problem

    @property
    def last_sync_age_ms(self) -> int | None:
        """Milliseconds since the last page of the queue, None before the first."""
        if self._queue.synced_at_s is None:
            return None
        return round((self._clock.monotonic() - self._queue.synced_at_s) * 1000)

    # ------------------------------------------------------------------ commands
    async def restore(self) -> list[CachedPiece]:
        """Read the cache and return what can be shown at once, without a network; call once, before `run`.

        The newest known queue first; pieces with undelivered impressions have been shown (`queued` is False).
        """
        await asyncio.to_thread(self._cache.load)
        undelivered = self._undelivered()
        pieces = [
            CachedPiece(piece.artwork, piece.path, queued=piece.queued and piece.artwork.id not in undelivered)
            for piece in self._cache.artworks()
        ]
        return sorted(pieces, key=lambda piece: not piece.queued)

    def request_sync(self, delay_s: float = 0.0) -> None:
        """Fetch a page of the queue soon (after `delay_s`); requests close together become one."""
        self._queue.request(delay_s)

    def prefetch(self, artworks: Sequence[Artwork], *, on_glass: Collection[Artwork] = ()) -> None:
        """Bring the images of these pieces here, most urgent first; replaces the list before. Each is reported once.

        Neither these nor the pieces `on_glass` leave the cache meanwhile.
        """
        self._prefetcher.want(artworks, on_glass=on_glass)

    def shown(self, artwork_id: str) -> None:
        """Tell that an impression of this piece has been opened: nothing older may bring it back."""
        self._queue.shown(artwork_id)
        self._cache.shown(artwork_id)

    def set_aside(self, sha256: str, reason: str) -> None:
        """Keep a picture that turned out to be undecodable off this wall for good."""
        self._cache.set_aside(sha256, reason, lasting=True, at=self._clock.now())
        self._prefetcher.save_soon()
        self._queue.request()

    def doubt(self, sha256: str, reason: str) -> None:
        """Tell that a picture's file was gone, or not what it should be, when it was used: it is fetched again."""
        self._prefetcher.doubt(sha256, reason)

    def server_is_back(self) -> None:
        """The server was started again, or has moved: end every wait for a next try."""
        self._prefetcher.again()
        self._stream.reconnect()
        self._queue.request_now()

    async def generate(self, request: GenerateRequest, *, faults_for_s: float = GIVE_UP_AFTER_S) -> Artwork:
        """Ask for a new piece and return it once it is made; a page follows, whether it came or not.

        A server that does not answer is asked again for `faults_for_s`.
        Raises GenerationFailed, ServerRefused or ServerUnreachable.
        """
        try:
            reply = await make_piece(
                request.model_copy(update={"session_id": request.session_id or self.session_id}),
                client=self._client,
                clock=self._clock,
                random=self._random,
                faults_for_s=faults_for_s,
            )
            self._queue.adopt_session(reply.session.session_id)
            artwork = reply.artwork.to_domain()
            self._queue.announced(artwork)
            return artwork
        finally:
            self._queue.request(self._refetch_after_generate_s)

    # ------------------------------------------------------------------ running
    async def run(self) -> None:
        """Follow, poll and prefetch until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._queue.run(), name="sync-poll")
            group.create_task(self._follow(), name="sync-stream")
            group.create_task(self._prefetcher.run(), name="sync-prefetch")

    async def _follow(self) -> None:
        """The stream is asked for under the canonical session: the first page names it."""
        await self._queue.session_known.wait()
        await self._stream.run()

    def _heard(self, event: SseEvent) -> None:
        try:
            if event.type == ART_READY:
                ready = ArtReady.model_validate_json(event.data)
                self._heard_ready(ready.artwork.to_domain(), ready.job_id)
            elif event.type == ART_FAILED:
                failed = ArtFailed.model_validate_json(event.data)
                self._listener.art_failed(failed.job_id, failed.reason)
            elif event.type == ART_REMOVED:
                self._heard_removed(ArtRemoved.model_validate_json(event.data).artwork_id)
            else:
                return
        except ValidationError:
            _log.warning("An event of the server (%s) has a shape this program does not know.", event.type[:40])
        self._queue.request()

    def _heard_ready(self, artwork: Artwork, job_id: str | None) -> None:
        if not self._queue.was_shown(artwork.id):
            self._queue.announced(artwork)
            self._listener.art_ready(artwork, job_id)

    def _heard_removed(self, artwork_id: str) -> None:
        self._queue.removed(artwork_id)
        self._cache.removed(artwork_id)
        self._listener.art_removed(artwork_id)

    # ------------------------------------------------------------------ the link
    def _stream_changed(self, live: bool) -> None:
        if live != self._stream_live:
            self._stream_live = live
            self._queue.set_live(live)
            self._update_link()

    def _page_came(self, ok: bool) -> None:
        if ok and not self._last_page_ok:
            self._prefetcher.again()
        if ok:
            self._prefetcher.save_soon()
        self._last_page_ok = ok
        self._update_link()

    def _update_link(self) -> None:
        link: Link = "live" if self._stream_live else "polling" if self._last_page_ok else "offline"
        if link != self._link:
            self._link = link
            self._listener.link_changed(link)
