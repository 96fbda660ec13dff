"""The wall's bedtime."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.app.sleep_schedule import is_sleep_time, minute_of_day

MINUTES = st.integers(0, 1439)


def clock(minute: int) -> str:
    """Return HH:MM."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


@pytest.mark.parametrize(
    ("at", "start", "end", "asleep"),
    [
        ("23:00", "22:00", "07:00", True),
        ("06:59", "22:00", "07:00", True),
        ("07:00", "22:00", "07:00", False),
        ("13:30", "13:00", "14:00", True),
        ("14:00", "13:00", "14:00", False),
        ("12:00", "", "07:00", False),
        ("12:00", "12:00", "12:00", False),
        ("12:00", "25:00", "26:00", False),
    ],
)
def test_sleeps_between_the_times(at: str, start: str, end: str, asleep: bool) -> None:
    """Over midnight too; never with a missing, equal or impossible time."""
    now = minute_of_day(at)
    assert now is not None
    assert is_sleep_time(now, start, end) is asleep


@given(MINUTES, MINUTES, MINUTES)
def test_sleep_and_its_opposite_share_the_day(now: int, start: int, end: int) -> None:
    """Any minute is either in [start, end) or in [end, start), never in both."""
    if start != end:
        assert is_sleep_time(now, clock(start), clock(end)) != is_sleep_time(now, clock(end), clock(start))
