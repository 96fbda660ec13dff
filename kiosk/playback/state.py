"""What playback knows at one moment: a plain value that `decide` turns into the next one.

The queue holds slots, next first: a piece, or the placeholder of one being made. A hanging is what has the stage at
one time: a piece, or two side by side (a diptych). A showing is one stay of a hanging on the stage; the same piece
shown twice makes two showings.
"""

from dataclasses import dataclass, field, replace

from kiosk.domain.artworks import Artwork, Pool, Reason

Hanging = tuple[Artwork, ...]

HISTORY_MAX = 50
RECENT_MAX = 500


@dataclass(frozen=True, slots=True)
class Timing:
    """The operator's wishes; seconds. A piece has the stage, half weight to half weight, for `stage_s`.

    By hand a change takes `skip_morph_s`, the first picture of a start `first_morph_s`, where `morph_s` is longer.
    With `diptychs` two portrait pieces share a landscape screen.
    """

    pin_s: float = 3.0
    dwell_s: float = 12.0
    morph_s: float = 4.0
    transition: str = "flow"
    cooldown_s: float = 7 * 86_400.0
    refetch_after_generate_s: float = 2.0
    skip_morph_s: float = 1.2
    first_morph_s: float = 0.6
    diptychs: bool = True

    @property
    def stage_s(self) -> float:
        return max(self.pin_s, self.dwell_s)


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece in the queue. `ready`: its checked image lies on disk. `urgent`: news, which may cut a neighbour's dwell.

    `pushed_at_s` is when it came ahead of the server's page, None once a page has listed it.
    """

    artwork: Artwork
    ready: bool = False
    urgent: bool = False
    pushed_at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A piece being made. `urgent` when a person asked for it, not the display for its own pool."""

    request_id: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Showing:
    """A stay on the stage. `half_at_s` is when it was first seen with half its weight, None before that (monotonic)."""

    showing_id: str
    hanging: Hanging
    half_at_s: float | None = None
    settled_at_s: float | None = None

    @property
    def artwork(self) -> Artwork:
        """The piece it was chosen for; of a diptych the one on the left."""
        return self.hanging[0]


@dataclass(frozen=True, slots=True)
class State:
    """All of playback's knowledge. `on_stage` has (or last had) half the weight; `incoming` is on its way to it.

    `recent` are pieces this run has shown, with monotonic times; `before` those of earlier runs; `broken` those that
    cannot be shown. `history` and `ahead` are the way back and forth by hand. `screen_px` is the stage's size.
    """

    timing: Timing = Timing()
    queue: tuple[Entry | Placeholder, ...] = ()
    on_stage: Showing | None = None
    incoming: Showing | None = None
    history: tuple[Hanging, ...] = ()
    ahead: tuple[Hanging, ...] = ()
    recent: tuple[tuple[str, float], ...] = ()
    before: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    pool: Pool = field(default_factory=Pool)
    paused: bool = False
    asleep: bool = False
    exposed: bool = True
    screen_px: tuple[int, int] = (0, 0)
    showings: int = 0

    @property
    def holder(self) -> Showing | None:
        """The showing that has or is about to have the stage."""
        return self.incoming or self.on_stage

    @property
    def pieces(self) -> tuple[Entry, ...]:
        """The queue without its placeholders."""
        return tuple(slot for slot in self.queue if isinstance(slot, Entry))

    @property
    def upcoming(self) -> Entry | None:
        """The piece that goes on next: the first whose image is ready."""
        return next((entry for entry in self.pieces if entry.ready), None)

    def joining(self, other: "State") -> "State":
        """Return this state with the queue of another screen of the same wall, less what that one has on its stage."""
        return replace(
            self,
            queue=other.queue,
            recent=other.recent,
            before=other.before,
            broken=other.broken,
            pool=other.pool,
            paused=other.paused,
            asleep=other.asleep,
        )

    def is_resting(self, artwork: Artwork, at_s: float) -> bool:
        """Tell whether this display has shown the piece less than the cooldown ago, whatever a stale page says.

        Of earlier runs it only knows that they showed it: there the server's word that it has cooled counts.
        """
        if artwork.id in self.before and artwork.reason is not Reason.COOLED:
            return True
        return any(known == artwork.id and at_s - shown_s < self.timing.cooldown_s for known, shown_s in self.recent)
