"""How often sound is analysed."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.audio.pace import EVERY_MAX_S, EVERY_MIN_S, OWED_MAX_S, REPAID_MAX_S, SHARE_MAX, Pace


def test_a_fast_machine_analyses_every_few_seconds() -> None:
    """Before the first analysis, and where it costs next to nothing, the shortest step counts."""
    assert Pace().every_s == EVERY_MIN_S
    assert Pace().after(0.01, hearing_share=0.001, lasted_s=8.0).every_s == EVERY_MIN_S


@given(st.floats(0.0, 0.9 * SHARE_MAX), st.floats(0.01, 1.0))
def test_hearing_and_analysing_together_stay_below_their_share(hearing_share: float, of_the_most: float) -> None:
    """With steady costs their share of the sound is within the bound, for as long as the longest step can hold it."""
    cost_s = of_the_most * EVERY_MAX_S * (SHARE_MAX - hearing_share)
    pace = Pace()
    for _ in range(30):
        pace = pace.after(cost_s, hearing_share=hearing_share, lasted_s=20.0)
    assert hearing_share + cost_s / pace.every_s <= SHARE_MAX * 1.001


@given(st.floats(0.0, 0.1), st.floats(0.001, 60.0))
def test_a_machine_too_slow_for_the_bound_keeps_the_longest_step(hearing_share: float, cost_s: float) -> None:
    """The step lies between its ends whatever it costs, and is the longest where hearing alone takes all."""
    every_s = Pace().after(cost_s, hearing_share=hearing_share, lasted_s=20.0).every_s
    assert EVERY_MIN_S <= every_s <= EVERY_MAX_S
    assert hearing_share < SHARE_MAX or every_s == EVERY_MAX_S


def test_one_slow_analysis_does_not_set_the_pace_for_good() -> None:
    """A hiccup stretches the step a little, and a slow machine never makes it longer than the longest."""
    pace = Pace().after(0.05, hearing_share=0.001, lasted_s=8.0).after(0.6, hearing_share=0.02, lasted_s=8.0)
    for _ in range(12):
        pace = pace.after(0.05, hearing_share=0.001, lasted_s=8.0)
    assert pace.every_s < 1.2 * EVERY_MIN_S


@given(st.floats(EVERY_MIN_S, EVERY_MAX_S), st.lists(st.booleans(), min_size=1, max_size=60))
def test_what_a_doubt_costs_is_saved_afterwards(every_s: float, doubts: list[bool]) -> None:
    """In doubt the shortest step is taken; what is owed for it is bounded, and in calm paid back to the last second."""
    cost_s = every_s * SHARE_MAX
    pace, waited_s = Pace(cost_s), 0.0
    for in_doubt in doubts:
        step_s = pace.wait_s(in_doubt=in_doubt)
        assert EVERY_MIN_S <= step_s <= every_s * 1.001 + REPAID_MAX_S
        assert step_s == EVERY_MIN_S or not in_doubt or pace.owed_s >= OWED_MAX_S
        pace, waited_s = pace.after(cost_s, hearing_share=0.0, lasted_s=step_s), waited_s + step_s
        assert pace.owed_s < OWED_MAX_S + EVERY_MAX_S - EVERY_MIN_S
    steps = len(doubts)
    while pace.owed_s > 1e-9:
        step_s = pace.wait_s(in_doubt=False)
        pace, waited_s, steps = pace.after(cost_s, hearing_share=0.0, lasted_s=step_s), waited_s + step_s, steps + 1
    assert waited_s >= steps * every_s * 0.999


def test_an_analysis_that_came_late_owes_nothing() -> None:
    """Sound that came while the machine had no time is no debt, and pays one."""
    pace = Pace(EVERY_MAX_S * SHARE_MAX, 0.0, owed_s=10.0).after(0.1, hearing_share=0.0, lasted_s=40.0)
    assert pace.owed_s == 0
