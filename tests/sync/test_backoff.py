"""Waits between tries: full jitter, bounds, Retry-After."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.sync.backoff import Backoff, parse_retry_after, retry_after_of

NOW = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


class Highest:
    """A random source that always draws the upper bound."""

    def uniform(self, a: float, b: float) -> float:
        return b


@given(st.integers(0, 10_000), st.floats(0.001, 100), st.floats(0.001, 10_000), st.integers())
def test_delays_stay_within_full_jitter(attempt: int, base_s: float, cap_s: float, seed: int) -> None:
    """A delay is in [0, min(cap, base * 2^n)] for every attempt number, ten thousand included."""
    backoff = Backoff(base_s=base_s, cap_s=cap_s)
    ceiling = min(cap_s, base_s * 2 ** min(attempt, 100))
    assert backoff.ceiling_s(attempt) == pytest.approx(ceiling)
    assert 0 <= backoff.delay_s(attempt, random.Random(seed)) <= ceiling * 1.000001


@given(st.integers(0, 100), st.floats(0, 1e6), st.integers())
def test_never_below_what_the_server_asked_for(attempt: int, retry_after_s: float, seed: int) -> None:
    """A delay is at least Retry-After, and spread above it."""
    backoff = Backoff(base_s=1, cap_s=60)
    delay_s = backoff.delay_s(attempt, random.Random(seed), retry_after_s=retry_after_s)
    assert retry_after_s <= delay_s <= retry_after_s + backoff.ceiling_s(attempt)


def test_delays_double_up_to_the_cap() -> None:
    """The upper bounds of the first waits are base, 2 base, 4 base ... cap."""
    backoff = Backoff(base_s=1, cap_s=10)
    assert [backoff.delay_s(n, Highest()) for n in range(6)] == [1, 2, 4, 8, 10, 10]


def test_a_crowd_spreads_out() -> None:
    """Of 500 displays that lost the server together, no second of the cap sees more than three times the mean."""
    backoff = Backoff(base_s=1, cap_s=60)
    dice = random.Random(1)
    seconds = [int(backoff.delay_s(10, dice)) for _ in range(500)]
    assert max(seconds.count(second) for second in set(seconds)) <= 3 * 500 / 60


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("99999999999999999999", 86_400),
        ("Sat, 21 Nov 2026 05:01:00 GMT", 60),
        ("Saturday, 21-Nov-26 05:01:00 GMT", 60),
        ("Sat Nov 21 05:01:00 2026", 60),
        ("Sat, 21 Nov 2026 04:00:00 GMT", 0),
        ("Sat, 21 Nov 2126 04:00:00 GMT", 86_400),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("Sat, 99 Nov 2026 05:01:00 GMT", None),
    ],
)
def test_retry_after_in_all_its_forms(value: str | None, seconds: float | None) -> None:
    """Seconds and the three forms of an HTTP date are understood; nonsense asks for nothing; a day is the most."""
    assert parse_retry_after(value, now=NOW) == seconds


@given(st.text())
def test_retry_after_survives_any_text(value: str) -> None:
    """No header text raises."""
    result = parse_retry_after(value, now=NOW)
    assert result is None or 0 <= result <= 86_400


def test_a_date_counts_from_the_replys_own_date() -> None:
    """A wall clock that is years off does not matter: the reply carries its own."""
    headers = {"retry-after": "Sat, 21 Nov 2026 05:00:30 GMT", "date": "Sat, 21 Nov 2026 05:00:00 GMT"}
    assert retry_after_of(headers) == 30
    assert retry_after_of({"retry-after": "Sat, 21 Nov 2026 05:00:30 GMT"}) is None
    assert retry_after_of({"retry-after": "7"}) == 7
    assert retry_after_of({}) is None
