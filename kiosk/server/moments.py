"""Times as the database keeps them: whole milliseconds since 1970, UTC. Pure."""

import re
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
_MOMENT = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)([Tt](?P<time>\d\d:\d\d(:\d\d(\.\d+)?)?)(?P<offset>[Zz]|[+ -]\d\d:\d\d))?", re.ASCII
)


def to_ms(moment: datetime) -> int:
    """Return an aware `moment` as milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def from_ms(ms: int) -> datetime:
    """Return milliseconds since 1970 as an aware UTC time."""
    return EPOCH + timedelta(milliseconds=ms)


def parse_moment(text: str) -> datetime:
    """Return the aware UTC time that a date (its midnight in UTC) or an RFC 3339 time names; ValueError for others.

    A space before the offset counts as the plus sign that a form decoder has eaten.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError("neither a date like 2026-11-21 nor a time like 2026-11-21T05:00:00Z")
    if match["time"] is None:
        return datetime.fromisoformat(match["date"]).replace(tzinfo=UTC)
    return datetime.fromisoformat(
        f"{match['date']}T{match['time']}{match['offset'].upper().replace(' ', '+')}"
    ).astimezone(UTC)
