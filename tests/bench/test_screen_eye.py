"""Frames seen on a screen are put together into changes of pictures."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.bench.screen_eye import PAUSE_S, changes

TIMES = st.lists(st.floats(0, 600), unique=True).map(sorted)


def test_a_pause_parts_two_changes() -> None:
    """Frames closer than the pause are one change; its longest wait is the widest gap within."""
    first, second = changes([1.0, 1.1, 1.4, 5.0, 5.1])
    assert first.frames_s == [1.0, 1.1, 1.4]
    assert round(first.longest_wait_s, 6) == 0.3
    assert second.frames_s == [5.0, 5.1]


@given(seen_s=TIMES)
def test_no_frame_is_lost_or_counted_twice(seen_s: list[float]) -> None:
    """Every frame is in exactly one change, in order, and changes lie further apart than the pause."""
    found = changes(seen_s)
    assert [at_s for change in found for at_s in change.frames_s] == seen_s
    assert all(change.longest_wait_s <= PAUSE_S for change in found)
    assert all(after.frames_s[0] - before.frames_s[-1] > PAUSE_S for before, after in pairwise(found))
