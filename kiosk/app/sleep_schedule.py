"""When the wall sleeps by the clock on it (pure). `22:00` to `07:30` runs over midnight; empty times mean never."""

import re

_TIME = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")


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
