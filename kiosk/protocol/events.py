"""Server-sent events: their names and data."""

from kiosk.protocol.artworks import Artwork
from kiosk.protocol.base import Wire

ART_READY = "art-ready"
ART_FAILED = "art-failed"
ART_REMOVED = "art-removed"


class ArtReady(Wire):
    """A piece is there for this user: put it at the top at once, then sync. `jobId` when it was asked for."""

    artwork: Artwork
    job_id: str | None = None


class ArtFailed(Wire):
    """A piece that was asked for will not come."""

    job_id: str
    reason: str


class ArtRemoved(Wire):
    """A piece is gone, or no longer visible to this user."""

    artwork_id: str
