"""What playback is told (events, past tense) and what it wants done (effects, imperative). All plain values.

Every event carries `at_s`, the monotonic time at which it happened.
"""

from dataclasses import dataclass

from kiosk.domain.artworks import Artwork, Pool
from kiosk.domain.impressions import EndedBy
from kiosk.playback.state import Hanging, Timing


@dataclass(frozen=True, slots=True)
class QueueSynced:
    """The server's page arrived: its order is the truth for what it lists."""

    at_s: float
    artworks: tuple[Artwork, ...]
    pool: Pool


@dataclass(frozen=True, slots=True)
class QueueRestored:
    """Pieces known without a server, from the cache or the bundle, with their images on disk."""

    at_s: float
    artworks: tuple[Artwork, ...]


@dataclass(frozen=True, slots=True)
class ShownBefore:
    """Ids of pieces shown in earlier runs: they come back only when the server calls them cooled."""

    at_s: float
    shown: frozenset[str]


@dataclass(frozen=True, slots=True)
class ArtRequested:
    """A piece was asked for: its placeholder enters the queue."""

    at_s: float
    request_id: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class ArtArrived:
    """A piece is there: it enters at the top, in place of its placeholder when it had one. A sync follows."""

    at_s: float
    artwork: Artwork
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class ArtRequestFailed:
    """A piece asked for will not come: the queue goes back to what it was without it."""

    at_s: float
    request_id: str


@dataclass(frozen=True, slots=True)
class ArtRemoved:
    """A piece is gone, or not ours to show any more."""

    at_s: float
    artwork_id: str


@dataclass(frozen=True, slots=True)
class ImageReady:
    """A piece's image lies on disk, checked."""

    at_s: float
    artwork_id: str


@dataclass(frozen=True, slots=True)
class ImageLost:
    """A piece's image is not on disk after all (the cache was emptied): it must be fetched again."""

    at_s: float
    artwork_id: str


@dataclass(frozen=True, slots=True)
class ImageFailed:
    """A piece's image cannot be shown: set aside, never tried again."""

    at_s: float
    artwork_id: str


@dataclass(frozen=True, slots=True)
class HalfWeightSeen:
    """The painted witness saw the showing with at least half its weight; `at_s` is that instant."""

    at_s: float
    showing_id: str


@dataclass(frozen=True, slots=True)
class MorphEnded:
    """The showing has all the weight."""

    at_s: float
    showing_id: str


@dataclass(frozen=True, slots=True)
class ShowFailed:
    """The stage could not show it; what was on the glass stayed.

    `broken` names the piece that can never be shown; without one a file was missing, and all may come back.
    """

    at_s: float
    showing_id: str
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class Ticked:
    """The time asked for by `WakeAt` has come."""

    at_s: float


@dataclass(frozen=True, slots=True)
class NextAsked:
    """By hand: the next piece, at once."""

    at_s: float


@dataclass(frozen=True, slots=True)
class PreviousAsked:
    """By hand: the piece before, at once."""

    at_s: float


@dataclass(frozen=True, slots=True)
class PauseSet:
    """By hand: hold the piece on the stage, or go on."""

    at_s: float
    paused: bool


@dataclass(frozen=True, slots=True)
class SleepSet:
    """Sleep or wake, by hand or by the schedule."""

    at_s: float
    asleep: bool


@dataclass(frozen=True, slots=True)
class ExposureChanged:
    """The window can be seen, or not."""

    at_s: float
    exposed: bool


@dataclass(frozen=True, slots=True)
class TimingChanged:
    """The operator changed the timing."""

    at_s: float
    timing: Timing


@dataclass(frozen=True, slots=True)
class StageResized:
    """The stage has this many pixels now."""

    at_s: float
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class ShownElsewhere:
    """Another screen of this wall took these pieces: they are not for this one."""

    at_s: float
    artwork_ids: tuple[str, ...]


Event = (
    QueueSynced
    | QueueRestored
    | ShownBefore
    | ArtRequested
    | ArtArrived
    | ArtRequestFailed
    | ArtRemoved
    | ImageReady
    | ImageLost
    | ImageFailed
    | HalfWeightSeen
    | MorphEnded
    | ShowFailed
    | Ticked
    | NextAsked
    | PreviousAsked
    | PauseSet
    | SleepSet
    | ExposureChanged
    | TimingChanged
    | StageResized
    | ShownElsewhere
)


@dataclass(frozen=True, slots=True)
class ShowPiece:
    """Bring the hanging on. `cause` is why the one before leaves; `morph_s` 0 with transition `none`."""

    showing_id: str
    hanging: Hanging
    transition: str
    morph_s: float
    cause: EndedBy


@dataclass(frozen=True, slots=True)
class Prefetch:
    """Have the images of all these pieces on disk, most urgent first; `ImageReady` answers once for each.

    Those `on_glass` must stay there too.
    """

    artworks: tuple[Artwork, ...]
    on_glass: tuple[Artwork, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepare:
    """Get these ready, most urgent first: they go on soon."""

    hangings: tuple[Hanging, ...]


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Send `Ticked` at this monotonic time; replaces an earlier wish. None: no wish."""

    at_s: float | None


@dataclass(frozen=True, slots=True)
class Refetch:
    """Sync with the server after `delay_s`."""

    delay_s: float


@dataclass(frozen=True, slots=True)
class SetAsleep:
    """Darken the stage, or light it."""

    asleep: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """Tell whoever stands there, quietly. One of: `nothing-new`, `nothing-before`, `paused`, `resumed`."""

    word: str


Effect = ShowPiece | Prefetch | Prepare | WakeAt | Refetch | SetAsleep | Notice
