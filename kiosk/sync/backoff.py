"""How long to wait before trying again: full jitter, never below what the server asked for. Pure.

Used by the stream, the poll and the downloads of this package; `app/bootstrap.py` hands the same to the outbox.
Full jitter, `uniform(0, min(cap, base * 2^n))`, is the scheme of Amazon's "Exponential Backoff And Jitter" that spreads
a crowd of clients best: walls that lost the same server together do not come back together.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from kiosk.domain.ports import Random

RETRY_AFTER_MAX_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """The scheme with its figures: waits start below `base_s` seconds and never pass `cap_s` by themselves."""

    base_s: float
    cap_s: float

    def delay_s(self, attempt: int, random: Random, *, retry_after_s: float | None = None) -> float:
        """Return the seconds to wait after failure number `attempt` (0 is the first).

        What the server asked for (`retry_after_s`) comes on top, so that those it told the same do not return as one.
        """
        ceiling = self.ceiling_s(attempt)
        return (retry_after_s or 0.0) + random.uniform(0.0, ceiling)

    def ceiling_s(self, attempt: int) -> float:
        """Return the longest wait of that attempt, seconds; any attempt number is fine."""
        if self.base_s <= 0:
            return 0.0
        doublings_to_cap = math.log2(max(self.cap_s / self.base_s, 1.0))
        if attempt >= doublings_to_cap:
            return self.cap_s
        return min(self.cap_s, self.base_s * 2.0**attempt)


def parse_retry_after(value: str | None, *, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for (0 to a day), or None when it is missing or means nothing.

    `value` is a number of seconds or an HTTP date in any of its three forms (RFC 9110, 5.6.7); `now` is best the
    reply's own Date, which makes the machine's clock irrelevant.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), RETRY_AFTER_MAX_S) if len(text) < 10 else RETRY_AFTER_MAX_S
    moment = parse_http_date(text)
    if moment is None:
        return None
    return min(max((moment - now).total_seconds(), 0.0), RETRY_AFTER_MAX_S)


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """Return the seconds a reply asks for, a date being counted from the reply's own Date header; lower-case names."""
    sent = parse_http_date(headers.get("date"))
    value = headers.get("retry-after")
    if sent is None:
        return parse_retry_after(value, now=datetime.max.replace(tzinfo=UTC)) or None
    return parse_retry_after(value, now=sent)


def parse_http_date(value: str | None) -> datetime | None:
    """Return an HTTP date as aware UTC, or None."""
    try:
        moment = parsedate_to_datetime(value or "")
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
