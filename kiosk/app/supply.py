"""Between sync and playback: what arrives becomes an event, what is wanted is fetched."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, Protocol

from kiosk.domain.artworks import Artwork, Pool, Reason
from kiosk.domain.ports import Clock
from kiosk.playback.events import (
    ArtArrived,
    ArtRemoved,
    Event,
    ImageFailed,
    ImageReady,
    QueueSynced,
)

log = logging.getLogger(__name__)

Link = Literal["live", "polling", "offline"]


class Fetcher(Protocol):
    """The sync service as supply uses it."""

    def prefetch(self, artworks: Sequence[Artwork], *, on_glass: Collection[Artwork] = ()) -> None:
        """Have the images of these pieces, in this order, and keep those on the glass."""
        ...

    def request_sync(self, delay_s: float = 0.0) -> None:
        """Sync with the server after `delay_s`."""
        ...


class Supply:
    """Implements playback's supply port and the sync service's listener. Used on the loop's thread.

    `back_online` is called whenever the server answers again. `bundled` are the ids of the pieces that come with the
    program: whoever lists them, they count as demo pieces.
    """

    def __init__(
        self,
        *,
        bundled: Collection[str],
        clock: Clock,
        tell: Callable[[Event], None],
        back_online: Callable[[], None],
    ) -> None:
        self._bundled = frozenset(bundled)
        self._back_online = back_online
        self._clock = clock
        self._tell = tell
        self._fetcher: Fetcher | None = None

    def connect(self, fetcher: Fetcher) -> None:
        """Name who fetches; called once, when the parts are put together."""
        self._fetcher = fetcher

    # the port of playback
    def prefetch(self, artworks: Sequence[Artwork], on_glass: Sequence[Artwork]) -> None:
        """Have the images of these pieces, in this order, and keep those on the glass."""
        if self._fetcher is not None:
            self._fetcher.prefetch(artworks, on_glass=on_glass)

    def request_sync(self, delay_s: float) -> None:
        """Sync with the server after `delay_s`."""
        if self._fetcher is not None:
            self._fetcher.request_sync(delay_s)

    # the listener of sync
    def queue_synced(self, artworks: Sequence[Artwork], pool: Pool) -> None:
        """A page of the queue arrived."""
        pieces = tuple(self._marked(artwork) for artwork in artworks)
        self._tell(QueueSynced(self._clock.monotonic(), pieces, pool))

    def art_ready(self, artwork: Artwork, job_id: str | None) -> None:
        """A new piece was announced. Whose request it answers is told by the reply to that request."""
        del job_id
        self._tell(ArtArrived(self._clock.monotonic(), self._marked(artwork)))

    def art_failed(self, job_id: str, reason: str) -> None:
        """A piece will not come; the reply to its request tells the same, so there is nothing left to do."""

    def art_removed(self, artwork_id: str) -> None:
        """A piece is gone, or not ours any more."""
        self._tell(ArtRemoved(self._clock.monotonic(), artwork_id))

    def image_ready(self, artwork_id: str, path: Path) -> None:
        """An image lies in the cache, checked."""
        del path
        self._tell(ImageReady(self._clock.monotonic(), artwork_id))

    def image_failed(self, artwork_id: str, reason: str) -> None:
        """An image cannot be shown; the cache keeps the reason."""
        del reason
        self._tell(ImageFailed(self._clock.monotonic(), artwork_id))

    def link_changed(self, link: Link) -> None:
        """The server answers again, or does not."""
        log.info("the link to the server is %s", link)
        if link != "offline":
            self._back_online()

    def _marked(self, artwork: Artwork) -> Artwork:
        return replace(artwork, reason=Reason.DEMO) if artwork.id in self._bundled else artwork
