"""What the frames prove: the painted witness as a pure state machine, the only source of impressions.

Qt says `afterAnimating` on the GUI thread just before it copies the scene for the render thread. One older frame may
then still be in flight, so a picture that stood there with half its weight was certainly presented once two further
frames have been swapped. `witness.py` feeds the facts in, in the order in which they became true; the application
makes impressions of the outcomes.

    about to sync, X has half     -> X is a candidate
    first frame swapped           -> perhaps an older frame
    second frame swapped          -> X was on the glass: whatever was open ends, X opens
    hidden, asleep, closing       -> whatever was open ends; nothing opens until the next sync says otherwise

A showing is dated by the swap that proves it. It may have stood there from the sync on, and it did a frame earlier if
none was in flight, but neither is certain; so its time begins never early, and late by a frame or two, and by what the
GUI thread was kept then.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from kiosk.domain.impressions import EndedBy, Showing

SWAPS_THAT_PROVE = 2


@dataclass(frozen=True, slots=True)
class Glass:
    """What the scene holds as it is handed over for drawing.

    `showing_id` names the showing with at least half the weight and its texture ready (None: no piece has);
    `brought_by` says what its coming does to the piece before it (next or skip); `coverage` is the share (0-1) of the
    screen's area that each picture in it has.
    """

    showing_id: str | None
    exposed: bool
    asleep: bool
    coverage: tuple[float, ...] = (1.0,)
    brought_by: EndedBy = EndedBy.NEXT


@dataclass(frozen=True, slots=True)
class AboutToSync:
    """The scene as it stands is about to be copied for drawing."""

    glass: Glass
    at_s: float


@dataclass(frozen=True, slots=True)
class FrameSwapped:
    """A frame reached the screen."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Hidden:
    """The window is no longer seen: unmapped, minimised, or its screen is gone."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Asleep:
    """The wall was put to sleep."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Closing:
    """The window is being taken down."""

    at_s: float


Fact = AboutToSync | FrameSwapped | Hidden | Asleep | Closing


@dataclass(frozen=True, slots=True)
class Opened:
    """A showing was certainly presented with at least half its weight."""

    showing_id: str
    at_s: float
    coverage: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """An opened showing left the glass after `visible_ms`, having been presented in `frames_painted` frames."""

    showing_id: str
    at_s: float
    visible_ms: int
    frames_painted: int
    ended_by: EndedBy


Outcome = Opened | Ended


@dataclass(frozen=True, slots=True)
class Candidate:
    """A showing that has half the weight in the scene and awaits its proof."""

    glass: Glass
    swaps: int = 0


@dataclass(frozen=True, slots=True)
class OnGlass:
    """The showing that is open."""

    showing_id: str
    since_s: float
    frames: int


@dataclass(frozen=True, slots=True)
class PaintedState:
    """What is open and what awaits proof. Begin with `PaintedState()`."""

    open: OnGlass | None = None
    candidate: Candidate | None = None


def advance(state: PaintedState, fact: Fact) -> tuple[PaintedState, tuple[Outcome, ...]]:
    """Take one fact and return the new state with what it proves; at most one showing is open at any time."""
    match fact:
        case AboutToSync(glass, at_s):
            return _about_to_sync(state, glass, at_s)
        case FrameSwapped(at_s):
            return _frame_swapped(state, at_s)
        case Hidden(at_s):
            return _dark(state, at_s, EndedBy.HIDDEN)
        case Asleep(at_s):
            return _dark(state, at_s, EndedBy.SLEEP)
        case Closing(at_s):
            return _dark(state, at_s, EndedBy.EXIT)
        case _:
            assert_never(fact)


def tally(state: PaintedState, at_s: float) -> Showing | None:
    """Return what is known at `at_s` of the showing that is open, None when none is."""
    if state.open is None:
        return None
    return Showing(visible_ms=_visible_ms(state.open, at_s), frames_painted=state.open.frames)


def undecided(state: PaintedState) -> bool:
    """True while a candidate awaits frames; the window must go on drawing until it is decided."""
    return state.candidate is not None


def _about_to_sync(state: PaintedState, glass: Glass, at_s: float) -> tuple[PaintedState, tuple[Outcome, ...]]:
    if not glass.exposed:
        return _dark(state, at_s, EndedBy.HIDDEN)
    if glass.asleep:
        return _dark(state, at_s, EndedBy.SLEEP)
    if glass.showing_id is None or (state.open is not None and state.open.showing_id == glass.showing_id):
        return replace(state, candidate=None), ()
    if state.candidate is not None and state.candidate.glass.showing_id == glass.showing_id:
        return state, ()
    return replace(state, candidate=Candidate(glass)), ()


def _frame_swapped(state: PaintedState, at_s: float) -> tuple[PaintedState, tuple[Outcome, ...]]:
    candidate = state.candidate
    if candidate is not None and candidate.swaps + 1 >= SWAPS_THAT_PROVE:
        _, ended = _dark(state, at_s, candidate.glass.brought_by)
        showing_id = candidate.glass.showing_id
        assert showing_id is not None
        opened = Opened(showing_id, at_s, candidate.glass.coverage)
        return PaintedState(open=OnGlass(showing_id, since_s=at_s, frames=1)), (*ended, opened)
    on_glass = state.open and replace(state.open, frames=state.open.frames + 1)
    return PaintedState(on_glass, candidate and replace(candidate, swaps=candidate.swaps + 1)), ()


def _dark(state: PaintedState, at_s: float, ended_by: EndedBy) -> tuple[PaintedState, tuple[Outcome, ...]]:
    if state.open is None:
        return PaintedState(), ()
    ended = Ended(state.open.showing_id, at_s, _visible_ms(state.open, at_s), state.open.frames, ended_by)
    return PaintedState(), (ended,)


def _visible_ms(on_glass: OnGlass, at_s: float) -> int:
    return max(0, int((at_s - on_glass.since_s) * 1000))
