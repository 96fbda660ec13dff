"""What listening may cost a machine that shows pictures."""

import pytest

from kiosk.audio.pace import Pace

SHARE_OF_A_CORE = 0.007


@pytest.mark.parametrize("cost_s", [0.03, 0.05, 0.1])
def test_listening_takes_no_more_than_it_was_given(cost_s: float) -> None:
    """Hearing at 0.1 % and an analysis of up to 100 ms come to 0.7 % of a core at most, all together."""
    pace, heard_s, spent_s = Pace(), 0.0, 0.0
    for _ in range(100):
        step_s = pace.wait_s(in_doubt=False)
        pace = pace.after(cost_s, hearing_share=0.001, lasted_s=step_s)
        heard_s, spent_s = heard_s + step_s, spent_s + 0.001 * step_s + cost_s
    assert spent_s / heard_s <= 1.01 * SHARE_OF_A_CORE
