"""Plain values that cross the stage's border: pieces and options going in, the state of the frames coming out."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StagePiece:
    """A picture that lies on this machine, checked, and its words. Sizes in pixels, 0 when unknown."""

    artwork_id: str
    path: Path
    sha256: str
    title: str
    artist: str
    year: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class StageOptions:
    """How the window is put up.

    `windowed` is a size in pixels, or None for the whole of screen number `screen`; `fit` is cover, contain or blur;
    `label` is off or corner; `brightness` 0-1; with `reduced_motion` every morph is a plain dissolve.
    """

    windowed: tuple[int, int] | None = None
    screen: int = 0
    fit: str = "cover"
    label: str = "off"
    brightness: float = 1.0
    reduced_motion: bool = False


@dataclass(frozen=True, slots=True)
class FrameStatus:
    """The frames so far, as `kiosk status` prints them: times in milliseconds, `size` in device pixels.

    `last_swap_age_ms` is None before the first frame. `missed` counts refreshes in which a running morph drew nothing.
    """

    frames_swapped: int
    last_swap_age_ms: int | None
    median_ms: float
    p99_ms: float
    missed: int
    renderer: str
    size: tuple[int, int]
