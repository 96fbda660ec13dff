"""Frame times: what counts as a missed refresh, and what does not."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.stage.frame_stats import WINDOW, FrameStats, figures, frame_swapped

REFRESH_S = 1 / 60


def swap(times_s: list[float], *, morphing: bool = True) -> FrameStats:
    """Counts frames swapped at these times."""
    stats = FrameStats(refresh_s=REFRESH_S)
    for at_s in times_s:
        stats = frame_swapped(stats, at_s, morphing=morphing)
    return stats


def test_a_steady_morph_misses_nothing() -> None:
    """Frames at the screen's own pace are none missed, and the median is the refresh period."""
    found = figures(swap([index * REFRESH_S for index in range(100)]), 99 * REFRESH_S)
    assert (found.swapped, found.missed, found.last_swap_age_ms) == (100, 0, 0)
    assert abs(found.median_ms - 16.67) < 0.01


def test_a_gap_in_a_morph_is_missed_refreshes() -> None:
    """A gap of five refresh periods within a morph is four refreshes missed."""
    assert swap([0.0, REFRESH_S, 6 * REFRESH_S]).missed == 4


def test_a_gap_while_still_is_none() -> None:
    """Between frames of a still picture nothing is missed, however long."""
    found = figures(swap([0.0, 1.0, 2.0], morphing=False), 2.5)
    assert (found.missed, found.median_ms, found.last_swap_age_ms) == (0, 0.0, 500)


def test_news_that_arrive_together_are_no_miss() -> None:
    """Frames heard of in one burst, after a busy GUI thread, take back what the gap before it seemed to miss."""
    stats = swap([0.0, REFRESH_S])
    late_s = REFRESH_S * 11
    for index in range(10):
        stats = frame_swapped(stats, late_s + index * 1e-5, morphing=True)
    assert stats.missed == 0


@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=400))
def test_counters_stay_sound(run: list[tuple[float, bool]]) -> None:
    """Every frame is counted, missed is never negative nor more than time allows, and the window stays bounded."""
    stats, at_s = FrameStats(refresh_s=REFRESH_S), 0.0
    for after_s, morphing in run:
        at_s += after_s
        stats = frame_swapped(stats, at_s, morphing=morphing)
        assert 0 <= stats.missed <= at_s / REFRESH_S + 1
    found = figures(stats, at_s)
    assert found.swapped == len(run)
    assert len(stats.intervals_s) <= WINDOW
    assert found.median_ms <= found.p99_ms or not stats.intervals_s
