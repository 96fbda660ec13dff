"""What the display asks of the imaging process, and what comes back. Plain values; standard library only.

`kiosk.app.imaging_process` sends them, `wire` puts them into lines, `process` carries them out.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Fault(StrEnum):
    """Whose trouble it is when an order is refused.

    missing: no file is there. changed: its length or hash is not what was announced. unfit: this content can never be
    shown. failed: our own trouble (the disk is full, the process died); the same order may succeed later.
    """

    MISSING = "missing"
    CHANGED = "changed"
    UNFIT = "unfit"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Source:
    """A picture's file as it was announced; sizes as stored, before any EXIF turn. 0 or "" is unknown, not checked."""

    path: Path
    sha256: str
    bytes: int
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class PrintOrder:
    """Make one print of one picture, or of two side by side; `fit` is "cover", "contain" or "blur"."""

    sources: tuple[Source, ...]
    size_px: tuple[int, int]
    fit: str
    out: Path


@dataclass(frozen=True, slots=True)
class Print:
    """A finished print, a binary PPM. `coverage`: the share (0-1) of the screen that each source covers.

    `fingerprint` is a 64-bit perceptual hash of the whole print.
    """

    path: Path
    size_px: tuple[int, int]
    coverage: tuple[float, ...]
    fingerprint: int


@dataclass(frozen=True, slots=True)
class MotionOrder:
    """Make the motion between two prints of equal size."""

    origin: Path
    goal: Path
    out: Path


@dataclass(frozen=True, slots=True)
class Motion:
    """A finished motion, a binary PPM."""

    path: Path


@dataclass(frozen=True, slots=True)
class LookOrder:
    """Look at an X screen: `display` is its name (":0"), `rect` is x, y, width, height in its pixels.

    `out`: where a PNG of it is wanted. `turned`: by how many degrees clockwise (0, 90, 180, 270) what it shows is
    turned; the PNG has it so, the fingerprint is that of the upright picture.
    """

    display: str
    rect: tuple[int, int, int, int]
    out: Path | None
    turned: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """What the X screen shows there: its perceptual hash and its mean luminance (0-1, linear light)."""

    fingerprint: int
    mean: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no result; `source` counts from 0 and says which of two pictures was at fault."""

    fault: Fault
    reason: str
    source: int = 0


Order = PrintOrder | MotionOrder | LookOrder
Result = Print | Motion | Look | Refusal
