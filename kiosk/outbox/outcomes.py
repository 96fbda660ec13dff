"""What can become of a batch on its way to the server. Pure; `transport` tells, `service` acts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kiosk.protocol.impressions import Impression


@dataclass(frozen=True, slots=True)
class Answered:
    """The server answered record by record: ids it has now, and ids it refuses with its reasons."""

    taken: frozenset[str]
    rejected: dict[str, str]


@dataclass(frozen=True, slots=True)
class BatchRefused:
    """The server refused the batch as a whole because of what is in it (400, 409, 413, 422)."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """Nothing is known of the records: no answer, a foreign answer, or a server that asks for patience."""

    reason: str
    retry_after_s: float | None = None


Outcome = Answered | BatchRefused | TryLater


class ImpressionTransport(Protocol):
    """Carries one batch to the server; never raises for what the network or the server does."""

    async def send(self, batch: Sequence[Impression]) -> Outcome:
        """Deliver `batch` (1 to 200 records) and say what became of it."""
        ...
