"""The wall's brightness by the clock on it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.app.night import brightness_at

SHARES = st.floats(0.05, 1)
MINUTES = st.floats(0, 1440)
TIMES = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02d}:{minute % 60:02d}")
RAMPS = st.floats(0, 720)


def at(time: float, start: str = "22:00", end: str = "06:00", ramp_min: float = 30) -> float:
    """Brightness at that minute of a day of full light and a night of 0.4."""
    return brightness_at(time, day=1.0, night=0.4, night_from=start, night_to=end, ramp_min=ramp_min)


@pytest.mark.parametrize(
    ("hour", "share"), [(12, 1.0), (22, 1.0), (22.25, 0.7), (22.5, 0.4), (0, 0.4), (5.5, 0.4), (5.75, 0.7), (6, 1.0)]
)
def test_dusk_night_and_dawn(hour: float, share: float) -> None:
    """Dimming begins at the one time, is over a ramp later, and full light is back at the other time; over midnight."""
    assert math.isclose(at(hour * 60), share)


def test_a_short_night_dims_as_far_as_it_gets() -> None:
    """A night shorter than its two ramps is darkest in its middle; one without a ramp dims at once."""
    assert math.isclose(at(65, "01:00", "01:10"), 0.4)
    assert math.isclose(at(60, "01:00", "01:10", 0), 0.4)
    assert math.isclose(at(70, "01:00", "01:10", 0), 1.0)


@given(MINUTES, SHARES, SHARES, st.sampled_from(["", "07:00", "25:00"]), RAMPS)
def test_no_times_no_night(minute: float, day: float, night: float, end: str, ramp: float) -> None:
    """A missing, impossible or equal time leaves the day's brightness alone."""
    for start in ("", end):
        assert brightness_at(minute, day=day, night=night, night_from=start, night_to=end, ramp_min=ramp) == day


@given(MINUTES, SHARES, SHARES, TIMES, TIMES, RAMPS)
def test_it_stays_between_night_and_day(
    minute: float, day: float, night: float, start: str, end: str, ramp: float
) -> None:
    """It is never above the day's, never below the darker of the two."""
    share = brightness_at(minute, day=day, night=night, night_from=start, night_to=end, ramp_min=ramp)
    assert min(day, night) - 1e-9 <= share <= day + 1e-9


@given(MINUTES, st.floats(0, 0.1), SHARES, SHARES, TIMES, TIMES, st.floats(1, 720))
def test_it_never_jumps(
    minute: float, step: float, day: float, night: float, start: str, end: str, ramp: float
) -> None:
    """In six seconds it changes by no more than the steepest part of its shortest ramp, at midnight as elsewhere."""
    one, other = (
        brightness_at(when % 1440, day=day, night=night, night_from=start, night_to=end, ramp_min=ramp)
        for when in (minute, minute + step)
    )
    shortest_min = min(ramp, 0.5)  # a night of one minute has half of it for each ramp
    assert abs(one - other) <= 1.5 * step / shortest_min + 1e-9
