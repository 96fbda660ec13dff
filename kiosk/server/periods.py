"""Days and months as whole numbers since 1970, UTC, and a range of time cut into them. Pure.

A report takes whole months and whole days from their sums and only what is left at its two ends from single plays.
Every range here includes its first number and excludes its last.
"""

from dataclasses import dataclass
from datetime import timedelta

from kiosk.server.moments import DAY_MS, EPOCH

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cut:
    """A range of time in at most five pieces: whole months, whole days on both sides of them, and cut days (in ms)."""

    months: tuple[Range, ...]
    days: tuple[Range, ...]
    rest_ms: tuple[Range, ...]


def month_of(day: int) -> int:
    """Return the month in which a day lies."""
    moment = EPOCH + timedelta(days=day)
    return (moment.year - EPOCH.year) * 12 + moment.month - 1


def first_day_of(month: int) -> int:
    """Return the first day of a month."""
    return (EPOCH.replace(year=EPOCH.year + month // 12, month=month % 12 + 1) - EPOCH).days


def cut(start_ms: int, end_ms: int, *, by_months: bool) -> Cut:
    """Return the pieces of [start_ms, end_ms); without `by_months` whole months are days too."""
    first, last = -(-start_ms // DAY_MS), end_ms // DAY_MS
    if first > last:
        return Cut((), (), _some((start_ms, end_ms)))
    rest = _some((start_ms, first * DAY_MS), (last * DAY_MS, end_ms))
    if not by_months:
        return Cut((), _some((first, last)), rest)
    month, after = month_of(first), month_of(last)
    month += first_day_of(month) < first
    if month >= after:
        return Cut((), _some((first, last)), rest)
    days = _some((first, first_day_of(month)), (first_day_of(after), last))
    return Cut(((month, after),), days, rest)


def _some(*ranges: Range) -> tuple[Range, ...]:
    return tuple(found for found in ranges if found[0] < found[1])
