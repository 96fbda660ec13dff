"""An impression: the proof that a piece was on the glass. The painted witness opens it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kiosk.domain.artworks import Reason


class ImpressionType(StrEnum):
    """`DISPLAYED` was painted; `LOADED` only reached a client (legacy web pages) and starts no cooldown."""

    DISPLAYED = "displayed"
    LOADED = "loaded"


class EndedBy(StrEnum):
    """What took a piece off the glass."""

    NEXT = "next"
    SKIP = "skip"
    SLEEP = "sleep"
    HIDDEN = "hidden"
    EXIT = "exit"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class OpenImpression:
    """A piece that has just been seen on the glass with at least half its weight.

    `painted_at` is wall-clock UTC and `painted_mono_s` the monotonic clock at that instant, of the boot `boot_id`;
    `clock_synced` says whether the wall clock could be trusted then; `coverage` is the share (0-1) of the screen's area
    the piece covers; `planned_ms` the time it is meant to stay.
    """

    id: str
    artwork_id: str
    sha256: str
    title: str
    reason: Reason
    painted_at: datetime
    painted_mono_s: float
    boot_id: str
    clock_synced: bool
    planned_ms: int
    coverage: float


@dataclass(frozen=True, slots=True)
class Showing:
    """What is known of an impression so far: how long (ms) and in how many presented frames it was visible."""

    visible_ms: int
    frames_painted: int


@dataclass(frozen=True, slots=True)
class ImpressionCounts:
    """The books of a data folder over its whole life. Always `painted == delivered + pending + dropped`."""

    painted: int
    delivered: int
    pending: int
    dropped: int
