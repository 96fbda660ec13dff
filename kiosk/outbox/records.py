"""What the outbox works with: finished records, the changes made to them, and the books. Pure.

A change is applied to the database by `store`; while the disk refuses, changes wait in memory in their order, and
`project` tells what the books say with them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kiosk.domain.impressions import EndedBy, ImpressionCounts, OpenImpression, Showing


@dataclass(frozen=True, slots=True)
class ClosedImpression:
    """An impression that has ended and is to be sent."""

    opened: OpenImpression
    showing: Showing
    ended_by: EndedBy

    @property
    def id(self) -> str:
        """The record's own id, the key under which the server counts it once."""
        return self.opened.id


@dataclass(frozen=True, slots=True)
class Opened:
    """A piece was painted."""

    record: OpenImpression


@dataclass(frozen=True, slots=True)
class Beat:
    """It is still on the glass: the figures so far."""

    id: str
    showing: Showing
    at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """It left the glass."""

    id: str
    showing: Showing
    ended_by: EndedBy
    at: datetime


@dataclass(frozen=True, slots=True)
class Delivered:
    """The server has these."""

    ids: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class SetAside:
    """The server refuses this one."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """These many were painted and could be kept nowhere."""

    count: int


Change = Opened | Beat | Closed | Delivered | SetAside | Dropped


@dataclass(frozen=True, slots=True)
class Books:
    """The totals over the data folder's life."""

    painted: int = 0
    delivered: int = 0
    dropped: int = 0

    def counts(self) -> ImpressionCounts:
        """Return the totals with what is pending, so that the sum always holds."""
        pending = self.painted - self.delivered - self.dropped
        return ImpressionCounts(painted=self.painted, delivered=self.delivered, pending=pending, dropped=self.dropped)


def project(books: Books, waiting: Iterable[Change]) -> Books:
    """Return the books as they will be once the `waiting` changes are on disk."""
    painted, delivered, dropped = books.painted, books.delivered, books.dropped
    for change in waiting:
        match change:
            case Opened():
                painted += 1
            case Delivered(ids=ids):
                delivered += len(ids)
            case Dropped(count=count):
                painted += count
                dropped += count
            case _:
                pass
    return Books(painted, delivered, dropped)
