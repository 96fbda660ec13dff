"""Frame times from swap times, pure: what `kiosk status` says about the frames.

`witness.py` hears of every swapped frame through the GUI thread's event queue. While that thread is busy the news
pile up and arrive together, so a long gap followed by a burst is one stretch of time with that many frames in it, not
a miss.
"""

from dataclasses import dataclass, replace
from statistics import median

WINDOW = 240
BURST_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class FrameStats:
    """Counters over a window's life and the last `WINDOW` intervals (s) that were measured during morphs.

    `refresh_s` is the screen's refresh period; `gap` the refreshes without a frame in the latest interval, which a
    burst right after it may still account for.
    """

    refresh_s: float = 1 / 60
    swapped: int = 0
    last_at_s: float | None = None
    morphing: bool = False
    missed: int = 0
    gap: int = 0
    intervals_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class FrameFigures:
    """Milliseconds; median and 99th percentile are of recent frames drawn during morphs, 0 before the first."""

    swapped: int
    last_swap_age_ms: int | None
    median_ms: float
    p99_ms: float
    missed: int


def frame_swapped(stats: FrameStats, at_s: float, *, morphing: bool) -> FrameStats:
    """Count a frame that was swapped at `at_s` (monotonic); `morphing` says whether a morph was running meanwhile.

    An interval counts when the morph ran at both of its ends.
    """
    counted = replace(stats, swapped=stats.swapped + 1, last_at_s=at_s, morphing=morphing)
    if stats.last_at_s is None or not (morphing and stats.morphing):
        return replace(counted, gap=0)
    interval_s = max(0.0, at_s - stats.last_at_s)
    if interval_s < BURST_SHARE * stats.refresh_s:
        made_up = min(1, stats.gap)
        return replace(counted, gap=stats.gap - made_up, missed=stats.missed - made_up)
    gap = max(0, round(interval_s / stats.refresh_s) - 1)
    intervals_s = (*stats.intervals_s, interval_s)[-WINDOW:]
    return replace(counted, gap=gap, missed=stats.missed + gap, intervals_s=intervals_s)


def figures(stats: FrameStats, at_s: float) -> FrameFigures:
    """Sum up what is known at `at_s` (monotonic)."""
    times_ms = sorted(1000 * interval_s for interval_s in stats.intervals_s)
    age_ms = None if stats.last_at_s is None else max(0, round((at_s - stats.last_at_s) * 1000))
    return FrameFigures(
        swapped=stats.swapped,
        last_swap_age_ms=age_ms,
        median_ms=round(median(times_ms), 2) if times_ms else 0.0,
        p99_ms=round(times_ms[min(len(times_ms) - 1, int(0.99 * len(times_ms)))], 2) if times_ms else 0.0,
        missed=stats.missed,
    )
