"""The wall's bedtime."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.app.sleep_schedule import is_sleep_time, look, minute_of_day

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


class TestLook:
    """What the schedule tells a wall, and what it leaves to people."""

    def told(self, looks: list[tuple[str, float]], start: str = "22:00", end: str = "07:00") -> list[bool | None]:
        """What is told at looks of (time on the wall, hours since the last look); None for nothing."""
        seen, at_s, answers = None, 0.0, list[bool | None]()
        for time, hours in looks:
            minute = minute_of_day(time)
            assert minute is not None
            at_s += hours * 3600
            seen, has_to_be_told = look(seen, minute, at_s, start, end)
            answers.append(seen.asleep if has_to_be_told else None)
        return answers

    def test_it_speaks_at_its_times_only(self) -> None:
        """One word at each of the two times, none in between."""
        assert self.told([("21:59", 0), ("22:00", 1 / 60), ("23:00", 1), ("06:59", 7.98), ("07:00", 1 / 60)]) == [
            *(None, True, None, None, False)
        ]

    def test_a_start_at_night_sleeps(self) -> None:
        """A wall that starts at night is told to sleep, one that starts by day is told nothing."""
        assert self.told([("23:00", 0)]) == [True]
        assert self.told([("12:00", 0)]) == [None]

    def test_suspended_past_a_time_it_speaks_again(self) -> None:
        """A hand's word holds until the next time; after a suspend of a day that time has been."""
        assert self.told([("23:00", 0), ("23:00", 24)]) == [True, True]
        assert self.told([("12:00", 0), ("11:00", 23)]) == [None, False]
        assert self.told([("12:00", 0), ("21:00", 9)]) == [None, None]

    def test_a_clock_set_back_a_little_is_waited_for(self) -> None:
        """Seconds or minutes back across a time change nothing; the wall neither wakes nor sleeps twice."""
        assert self.told([("21:59", 0), ("22:00", 0.02), ("21:57", 0), ("21:59", 0.03), ("22:00", 0.02)]) == [
            *(None, True, None, None, None)
        ]

    def test_a_clock_set_by_hours_is_believed(self) -> None:
        """A clock that was wrong by hours is right now: the wall does what its new time says."""
        assert self.told([("23:00", 0), ("12:00", 0), ("23:30", 0)]) == [True, False, True]

    def test_winter_time(self) -> None:
        """An hour that comes twice is slept through, or not, by the clock on the wall each time."""
        assert self.told([("02:59", 0), ("02:00", 0.001), ("02:59", 0.98), ("03:00", 1 / 60)], "01:00", "03:00") == [
            *(True, None, None, False)
        ]

    def test_other_times_are_looked_at_at_once(self) -> None:
        """With the times changed the wall is told when it ought to do the other thing, also by a few minutes."""
        seen, _ = look(None, 22 * 60, 0.0, "22:00", "07:00")
        seen, has_to_be_told = look(seen, 22 * 60, 5.0, "22:05", "07:00")
        assert (has_to_be_told, seen.asleep) == (True, False)

    @given(MINUTES, MINUTES, MINUTES, st.lists(st.tuples(MINUTES, st.floats(0, 1e6)), max_size=20))
    def test_what_it_says_is_what_the_clock_says(
        self, first: int, start: int, end: int, looks: list[tuple[int, float]]
    ) -> None:
        """Whatever the clocks do, a word is the truth of its minute, and silence means the last word is still good."""
        seen, told = look(None, first, 0.0, clock(start), clock(end))
        said, at_s = seen.asleep and told, 0.0
        for minute, later_s in looks:
            at_s += later_s
            seen, told = look(seen, minute, at_s, clock(start), clock(end))
            said = seen.asleep if told else said
            assert said == seen.asleep
            is_waiting = seen.minute != minute
            assert is_waiting or said == is_sleep_time(minute, clock(start), clock(end))
