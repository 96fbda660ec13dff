"""Plain values that cross the stage's border: prints and options going in, the state of the frames coming out."""

from dataclasses import dataclass
from pathlib import Path

from kiosk.stage.label import Caption


@dataclass(frozen=True, slots=True)
class StagePiece:
    """A print that lies on this machine: what has the screen at one time, one picture or two side by side.

    `key` names its content: another print of the same content (for another size of the screen) has the same. `path`
    is a file of exactly the pixels to show; `coverage` the share (0-1) of the screen's area each picture has; there
    is a caption for each picture too.
    """

    key: str
    path: Path
    coverage: tuple[float, ...] = (1.0,)
    captions: tuple[Caption, ...] = ()


@dataclass(frozen=True, slots=True)
class StageOptions:
    """How the window is put up.

    `windowed` is a size in pixels, or None for the whole of a monitor; `rotation` turns what is shown clockwise by 0,
    90, 180 or 270 degrees; `label` is off or corner; `brightness` 0-1; with `reduced_motion` every morph is a plain
    dissolve.
    """

    windowed: tuple[int, int] | None = None
    rotation: int = 0
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
