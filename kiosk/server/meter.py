"""The meter on the database: how long transactions wait and take, how many there are, how often one is run again.

It wraps the work given to `Database.write` and `read`, and so needs nothing from the database but to be called.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, TypeVar, get_args

from prometheus_client import Counter, Histogram
from sqlalchemy import Connection

from kiosk.domain.ports import Clock

T = TypeVar("T")
Kind = Literal["write", "read"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Meter:
    """Measures transactions; `now` counts those that wait for a thread or a connection, and those that run."""

    def __init__(self, clock: Clock, *, waits: Histogram, times: Histogram, retries: Counter) -> None:
        self._clock = clock
        self._waits = {kind: waits.labels(kind) for kind in KINDS}
        self._times = {kind: times.labels(kind) for kind in KINDS}
        self._retries = {kind: retries.labels(kind) for kind in KINDS}
        self._under_way: dict[Kind, dict[int, list[float]]] = {kind: {} for kind in KINDS}

    @contextmanager
    def measuring(self, kind: Kind, work: Callable[[Connection], T]) -> Iterator[Callable[[Connection], T]]:
        """Yield `work`, measured; the block is the life of the transaction, its commit included.

        Enter and leave it on the event loop's thread; the work may run on any other.
        """
        asked_s = self._clock.monotonic()
        starts: list[float] = []

        def measured(connection: Connection) -> T:
            starts.append(self._clock.monotonic())
            return work(connection)

        self._under_way[kind][id(starts)] = starts
        try:
            yield measured
        finally:
            del self._under_way[kind][id(starts)]
            if starts:
                self._waits[kind].observe(starts[0] - asked_s)
                self._times[kind].observe(self._clock.monotonic() - starts[0])
            if len(starts) > 1:
                self._retries[kind].inc(len(starts) - 1)

    def now(self) -> Mapping[tuple[str, str], int]:
        """Return how many transactions of each kind are waiting and running."""
        found: dict[tuple[str, str], int] = {}
        for kind, transactions in self._under_way.items():
            found[kind, "running"] = sum(1 for starts in transactions.values() if starts)
            found[kind, "waiting"] = len(transactions) - found[kind, "running"]
        return found
