"""The queue rules: when a piece is fresh, when it has cooled, when it was seen, and in which order pieces come. Pure.

    fresh    made for this user, now < fresh_until, newest first, until this display has shown it
    unseen   visible to the user, no impression of theirs, newest first
    cooled   seen, but longer than the cooldown ago, least recently seen first

`store_queue` fetches the candidates, `store_impressions` applies `viewed_at_ms`. All times are milliseconds since 1970.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from kiosk.domain.artworks import Reason
from kiosk.server.moments import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

BUCKET_MS = 60 * SECOND_MS
AGE_MAX_MS = 3_650 * DAY_MS


class Candidate(Protocol):
    """What arranging needs to know of a piece."""

    @property
    def id(self) -> int: ...

    @property
    def placed_at(self) -> int: ...


T = TypeVar("T", bound=Candidate)


@dataclass(frozen=True, slots=True)
class QueueRules:
    """The durations in force, in milliseconds; `created_cutoff_ms` None means that no piece is too old."""

    fresh_ttl_ms: int = 15 * MINUTE_MS
    session_ttl_ms: int = 24 * HOUR_MS
    cooldown_ms: int = 7 * DAY_MS
    created_cutoff_ms: int | None = None

    def fresh_until(self, made_at_ms: int) -> int:
        """Return until when a piece made then is fresh."""
        return made_at_ms + self.fresh_ttl_ms

    def cooled_before(self, now_ms: int) -> int:
        """Return the time before which a piece must have been seen to come back."""
        return now_ms - self.cooldown_ms

    def created_since(self, now_ms: int) -> int | None:
        """Return since when a piece must be there (made, or published) to be shown, or None when all may be."""
        return None if self.created_cutoff_ms is None else now_ms - self.created_cutoff_ms


def reason_of(fresh_until_ms: int | None, *, now_ms: int) -> Reason:
    """Return the tag of a piece that is told outside of a queue: fresh, or unseen when it is not fresh any more."""
    return Reason.FRESH if fresh_until_ms is not None and fresh_until_ms > now_ms else Reason.UNSEEN


def arrange(fresh: Sequence[T], unseen: Sequence[T], cooled: Sequence[T], limit: int) -> list[tuple[T, Reason]]:
    """Return at most `limit` pieces with the reason each is there, every piece once.

    `unseen` may come from several lanes: it is put newest first here. `fresh` and `cooled` come in their order.
    """
    newest_first = sorted(unseen, key=lambda piece: piece.placed_at, reverse=True)
    queue: dict[int, tuple[T, Reason]] = {}
    for reason, pieces in ((Reason.FRESH, fresh), (Reason.UNSEEN, newest_first), (Reason.COOLED, cooled)):
        for piece in pieces:
            if len(queue) >= limit:
                break
            queue.setdefault(piece.id, (piece, reason))
    return list(queue.values())


def viewed_at_ms(now_ms: int, *, age_ms: int | None, painted_at_ms: int | None, clock_synced: bool) -> int:
    """Return when a piece was seen, by the server's clock; never in the future.

    Known age: now less that age. Unknown (the display's machine was started again since): the display's own time, when
    its clock was right and it is not in the future; otherwise now. Nothing is older than ten years.
    """
    if age_ms is not None:
        return now_ms - min(max(age_ms, 0), AGE_MAX_MS)
    if clock_synced and painted_at_ms is not None and painted_at_ms <= now_ms:
        return max(painted_at_ms, now_ms - AGE_MAX_MS)
    return now_ms


def bucket_of(now_ms: int) -> int:
    """Return the 60 s bucket in which equal wishes are one."""
    return now_ms // BUCKET_MS
