"""Artworks, queue pages, generation, votes and uploads on the wire."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field

from kiosk.domain import artworks as domain
from kiosk.protocol.base import Timestamp, Wire

NEXT_LIMIT_MAX = 100
CATALOGUE_LIMIT_MAX = 200


class Artwork(Wire):
    """An artwork; `imageUrl` is a path below the server's URL, `bytes` the image file's length."""

    id: str
    image_url: str
    sha256: str
    bytes: int
    width: int
    height: int
    media_type: str
    title: str
    artist: str
    prompt: str
    style: str
    origin: Literal["generated", "imported"]
    created_at: Timestamp
    fresh_until: Timestamp | None
    reason: Literal["fresh", "unseen", "cooled"]
    provenance: dict[str, Any]

    @classmethod
    def from_domain(cls, artwork: domain.Artwork) -> Self:
        """Return the wire's value; a demo piece counts as unseen there."""
        values = {name: getattr(artwork, name) for name in cls.model_fields}
        reason = domain.Reason.UNSEEN if artwork.reason is domain.Reason.DEMO else artwork.reason
        return cls(**{**values, "origin": artwork.origin.value, "reason": reason.value})

    def to_domain(self) -> domain.Artwork:
        """Return the domain's value."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return domain.Artwork(
            **{**values, "origin": domain.Origin(self.origin), "reason": domain.Reason(self.reason)},
        )


class Pool(Wire):
    """Pieces left for this user, by state."""

    fresh: int
    unseen: int
    cooling: int

    def to_domain(self) -> domain.Pool:
        """Return the domain's value."""
        return domain.Pool(fresh=self.fresh, unseen=self.unseen, cooling=self.cooling)


class NextReply(Wire):
    """One page of the queue; `sessionId` is the canonical one, to be adopted."""

    session_id: str
    artworks: list[Artwork]
    pool: Pool
    server_time: Timestamp


class CatalogueReply(Wire):
    """One page of all pieces, the newest first; `next` is where the following page begins, null after the last."""

    artworks: list[Artwork]
    next: str | None


class AudioAnalysis(Wire):
    """What was heard. Unknown values are null; all of it may be null when nothing listens."""

    duration_s: Annotated[float, Field(ge=0)] | None = None
    tempo_bpm: Annotated[float, Field(gt=0, le=1000)] | None = None
    tempo_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    key: Literal["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"] | None = None
    mode: Literal["major", "minor"] | None = None
    key_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    loudness_dbfs: Annotated[float, Field(le=20)] | None = None
    brightness_hz: Annotated[float, Field(ge=0)] | None = None
    onsets_per_s: Annotated[float, Field(ge=0)] | None = None
    bands: dict[str, float] | None = None
    clipped_ratio: Annotated[float, Field(ge=0, le=1)] | None = None
    silent: bool | None = None
    kind: Literal["music", "speech", "noise", "silence"] | None = None


class Preferences(Wire):
    """What the operator likes: names of styles and artists, and whether the music may choose the style."""

    styles: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=100)] = []
    artists: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=100)] = []
    dynamic_mode: bool = True


class PreviousVote(Wire):
    """A vote the client remembers."""

    artwork_id: str
    value: Literal[-1, 0, 1]


class GenerateRequest(Wire):
    """A wish for a new piece. `musicInfo` is free-form (title, artist of the music when known)."""

    session_id: str | None = None
    audio_analysis: AudioAnalysis | None = None
    music_info: dict[str, Any] | None = None
    preferences: Preferences = Preferences()
    previous_votes: Annotated[list[PreviousVote], Field(max_length=1000)] = []


class GenerateSession(Wire):
    """`id` is the artwork's id (a name kept from the web app), `sessionId` the caller's session."""

    id: str
    session_id: str


class GenerateReply(Wire):
    """A finished piece; `deduplicated` when an equal request had made it before."""

    image_url: str
    session: GenerateSession
    artwork: Artwork
    deduplicated: bool


class JobAccepted(Wire):
    """The piece is still being made; ask again for the job."""

    job_id: str


class JobState(Wire):
    """Where a generation job stands; `result` when done, `reason` when failed."""

    job_id: str
    state: Literal["queued", "running", "done", "failed"]
    result: GenerateReply | None = None
    reason: str | None = None


class ArtworkChange(Wire):
    """What is to change of a piece; what is null or missing stays as it is. `private`: only its user sees it."""

    private: bool | None = None
    title: Annotated[str, Field(max_length=500)] | None = None
    artist: Annotated[str, Field(max_length=500)] | None = None


class VoteRequest(Wire):
    """-1 down, 1 up, 0 takes the vote back."""

    value: Literal[-1, 0, 1]


class VoteReply(Wire):
    """All votes for a piece, and the caller's own."""

    up: int
    down: int
    mine: Literal[-1, 0, 1]
