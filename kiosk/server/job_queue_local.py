"""The queue of one server: a queued row of the table of jobs is the offer, oldest first; one loop or several take them.

Nobody else works on this database, so what a killed server left in work is found at the next start (`job_upkeep`). The
counterpart for many machines is `job_queue_procrastinate`.
"""

import asyncio
import logging

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from kiosk.domain.ports import Clock
from kiosk.server import store_jobs
from kiosk.server.database import Database
from kiosk.server.job_queue import Make
from kiosk.server.moments import to_ms

log = logging.getLogger(__name__)

PAUSE_AFTER_FAULT_S = 1.0


class LocalQueue:
    """The waiting jobs of this process alone."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._idle: set[asyncio.Event] = set()

    def offer(self, connection: Connection, job_id: str) -> None:
        """Nothing to add: the row says that the job waits."""

    def mend(self, connection: Connection) -> None:
        """Nothing can be missing."""

    def now_ms(self, connection: Connection) -> int:
        """Return this process's time."""
        del connection
        return to_ms(self._clock.now())

    def nudge(self) -> None:
        """Let every idle loop look."""
        for news in self._idle:
            news.set()

    async def work(self, make: Make, *, workers: int) -> None:
        """Run a loop for each worker until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(self._loop(make))

    async def _loop(self, make: Make) -> None:
        news = asyncio.Event()
        self._idle.add(news)
        try:
            while True:
                news.clear()
                if not await self._make_next(make):
                    await news.wait()
        finally:
            self._idle.discard(news)

    async def _make_next(self, make: Make) -> bool:
        """Make the oldest waiting job; False when there is none. Of two loops that found the same, one gets it."""
        try:
            job_id = await self._database.read(store_jobs.oldest_waiting)
            if job_id is None:
                return False
            await make(job_id)
        except (SQLAlchemyError, OSError):
            log.exception("a generation job could not be kept in the database")
            await self._clock.sleep(PAUSE_AFTER_FAULT_S)
        return True
