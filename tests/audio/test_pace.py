"""How often sound is analysed."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.audio.pace import EVERY_MAX_S, EVERY_MIN_S, SHARE_MAX, Pace


def test_a_fast_machine_analyses_every_few_seconds() -> None:
    """Before the first analysis, and where it costs next to nothing, the shortest step counts."""
    assert Pace().every_s == EVERY_MIN_S
    assert Pace().after(0.01, hearing_share=0.001).every_s == EVERY_MIN_S


@given(st.floats(0.0, 0.9 * SHARE_MAX), st.floats(0.01, 1.0))
def test_hearing_and_analysing_together_stay_below_their_share(hearing_share: float, of_the_most: float) -> None:
    """With steady costs their share of the sound is within the bound, for as long as the longest step can hold it."""
    cost_s = of_the_most * EVERY_MAX_S * (SHARE_MAX - hearing_share)
    pace = Pace()
    for _ in range(30):
        pace = pace.after(cost_s, hearing_share=hearing_share)
    assert hearing_share + cost_s / pace.every_s <= SHARE_MAX * 1.001


@given(st.floats(0.0, 0.1), st.floats(0.001, 60.0))
def test_a_machine_too_slow_for_the_bound_keeps_the_longest_step(hearing_share: float, cost_s: float) -> None:
    """The step lies between its ends whatever it costs, and is the longest where hearing alone takes all."""
    every_s = Pace().after(cost_s, hearing_share=hearing_share).every_s
    assert EVERY_MIN_S <= every_s <= EVERY_MAX_S
    assert hearing_share < SHARE_MAX or every_s == EVERY_MAX_S


def test_one_slow_analysis_does_not_set_the_pace_for_good() -> None:
    """A hiccup stretches the step a little, and a slow machine never makes it longer than the longest."""
    pace = Pace().after(0.05, hearing_share=0.001).after(0.6, hearing_share=0.02)
    for _ in range(12):
        pace = pace.after(0.05, hearing_share=0.001)
    assert pace.every_s < 1.2 * EVERY_MIN_S
