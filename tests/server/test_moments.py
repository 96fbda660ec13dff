"""Times as milliseconds, and the two ways to write one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.server.moments import from_ms, parse_moment, to_ms


@given(st.integers(-(10**13), 10**14))
def test_milliseconds_there_and_back(ms: int) -> None:
    """Every millisecond survives the way to a time and back."""
    assert to_ms(from_ms(ms)) == ms


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-21T05:03:00.250Z", datetime(2026, 11, 21, 5, 3, 0, 250_000, tzinfo=UTC)),
        ("2026-11-21T05:03:00+01:00", datetime(2026, 11, 21, 4, 3, tzinfo=UTC)),
        ("2026-11-21T05:03:00 01:00", datetime(2026, 11, 21, 4, 3, tzinfo=UTC)),
        ("2026-11-21t05:03:00z", datetime(2026, 11, 21, 5, 3, tzinfo=UTC)),
    ],
)
def test_dates_and_times_are_read(text: str, moment: datetime) -> None:
    """A date is its midnight in UTC; a time has an offset, whose plus sign a form decoder may have eaten."""
    assert parse_moment(text) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "2026-11-21T05:03:00", "20261121", "2026-W47-6", "1"])
def test_other_texts_are_refused(text: str) -> None:
    """What is neither a date nor an RFC 3339 time raises ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        parse_moment(text)
