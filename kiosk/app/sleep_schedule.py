"""When the wall sleeps by the clock on it (pure). `22:00` to `07:30` runs over midnight; empty times mean never.

The schedule speaks at its two times only, so that what a person does in between holds. `look` finds these times on a
clock that may be set forward or back, in winter time or after the machine was suspended for days.
"""

import re
from dataclasses import dataclass

DAY_MIN = 1440
BACKWARD_STEP_MIN = 5

_TIME = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")


@dataclass(frozen=True, slots=True)
class Look:
    """What the schedule saw at its last look: the clock on the wall, the monotonic one (s), and what it then said."""

    minute: int
    at_s: float
    asleep: bool


def minute_of_day(text: str) -> int | None:
    """Return minutes since midnight (0-1439) of `HH:MM`, or None for empty or malformed text."""
    match = _TIME.match(text.strip())
    return int(match[1]) * 60 + int(match[2]) if match else None


def is_sleep_time(now_min: int, sleep_from: str, sleep_to: str) -> bool:
    """Tell whether minute `now_min` lies in [from, to). Equal or missing times never sleep."""
    start, end = minute_of_day(sleep_from), minute_of_day(sleep_to)
    if start is None or end is None or start == end:
        return False
    return start <= now_min < end if start < end else now_min >= start or now_min < end


def look(before: Look | None, minute: int, at_s: float, sleep_from: str, sleep_to: str) -> tuple[Look, bool]:
    """Return what is seen now and whether the wall has to be told: `asleep` of it, because one of the times has come.

    A time has come when the answer is another one, and when more real time has passed than there was until the next.
    A clock set back by up to `BACKWARD_STEP_MIN` is waited for: a time server must not wake a wall that has just gone
    to sleep. At the first look there is something to tell only when the wall has to sleep.
    """
    asleep = is_sleep_time(minute, sleep_from, sleep_to)
    now = Look(minute, at_s, asleep)
    if before is None:
        return now, asleep
    if asleep != before.asleep:
        back_min = (before.minute - minute) % DAY_MIN
        was_so = is_sleep_time(before.minute, sleep_from, sleep_to) == before.asleep  # or the times have been changed
        if was_so and 0 < back_min <= BACKWARD_STEP_MIN:
            return before, False
        return now, True
    return now, _passed_one(before, at_s, sleep_from, sleep_to)


def _passed_one(before: Look, at_s: float, sleep_from: str, sleep_to: str) -> bool:
    """Tell whether one of the times lay within the real time since `before`."""
    times = minute_of_day(sleep_from), minute_of_day(sleep_to)
    ahead = [(time - before.minute) % DAY_MIN or DAY_MIN for time in times if time is not None]
    return len(set(ahead)) == len(times) and (at_s - before.at_s) / 60 >= min(ahead)
