"""Who hears what the sync service finds out: the port the app implements to carry facts to playback."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from kiosk.domain.artworks import Artwork, Pool

Link = Literal["live", "polling", "offline"]


class SyncListener(Protocol):
    """Called on the loop's thread, between awaits of the service; must not block."""

    def queue_synced(self, artworks: Sequence[Artwork], pool: Pool) -> None:
        """The queue as it should be now, and how much the server still has."""
        ...

    def art_ready(self, artwork: Artwork, job_id: str | None) -> None:
        """A new piece is there: it belongs at the top."""
        ...

    def art_failed(self, job_id: str, reason: str) -> None:
        """A piece that was asked for will not come."""
        ...

    def art_removed(self, artwork_id: str) -> None:
        """A piece must no longer be shown."""
        ...

    def image_ready(self, artwork_id: str, path: Path) -> None:
        """A prefetched piece's image is on this machine, verified."""
        ...

    def image_failed(self, artwork_id: str, reason: str) -> None:
        """A prefetched piece's image cannot be shown."""
        ...

    def link_changed(self, link: Link) -> None:
        """News come live (stream), by polling (pages only), or not at all (offline)."""
        ...
