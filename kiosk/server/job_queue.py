"""The port of the waiting jobs: what was offered is made at least once, whatever process dies in between.

`jobs` offers a wish in the transaction that stores it; a worker calls `make` (`making`) for each; `job_upkeep` brings
back what a dead worker left. Where a job stands the table of jobs says alone: to offer one too often does nothing.
Adapters: `job_queue_local` for the processes of one server, `job_queue_procrastinate` for many machines.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from sqlalchemy import Connection

Make = Callable[[str], Awaitable[None]]


class JobQueue(Protocol):
    """Jobs by their id. The synchronous calls belong to an open transaction, and take effect with its commit."""

    def offer(self, connection: Connection, job_id: str) -> None:
        """Let a queued job be made by whoever is free first."""
        ...

    def mend(self, connection: Connection) -> None:
        """Offer every queued job that nobody would come to, and forget offers that are of no use any more."""
        ...

    def now_ms(self, connection: Connection) -> int:
        """Return the time leases are counted in: one clock for all who share the queue."""
        ...

    def nudge(self) -> None:
        """Say that an offer was committed in this process: a hint."""
        ...

    async def work(self, make: Make, *, workers: int) -> None:
        """Call `make` for every offered job, at most `workers` at a time, until cancelled.

        A call that raises is repeated later; a job whose call is cancelled is for `make` to offer again.
        """
        ...
