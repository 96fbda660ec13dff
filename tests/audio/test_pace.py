"""How often sound is analysed."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.audio.pace import EVERY_MAX_S, EVERY_MIN_S, SHARE_MAX, Pace


def test_a_fast_machine_analyses_every_few_seconds() -> None:
    """Before the first analysis, and where it costs next to nothing, the shortest step counts."""
    assert Pace().every_s == EVERY_MIN_S
    assert Pace().after(0.01).every_s == EVERY_MIN_S


@given(st.floats(0.001, EVERY_MAX_S * SHARE_MAX))
def test_the_cost_stays_below_its_share(cost_s: float) -> None:
    """With a steady cost its share of the sound is within the bound, for as long as the longest step can hold it."""
    pace = Pace()
    for _ in range(30):
        pace = pace.after(cost_s)
    assert cost_s / pace.every_s <= SHARE_MAX * 1.001


def test_one_slow_analysis_does_not_set_the_pace_for_good() -> None:
    """A hiccup stretches the step a little, and a slow machine never makes it longer than the longest."""
    pace = Pace().after(0.03).after(0.4)
    for _ in range(12):
        pace = pace.after(0.03)
    assert pace.every_s < 1.2 * EVERY_MIN_S
    assert Pace().after(60).every_s == EVERY_MAX_S
