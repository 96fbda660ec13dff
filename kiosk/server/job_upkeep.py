"""Bringing jobs back: those whose worker died, and those that nobody was told of. `making` and `jobs` hold the rest.

Every process that serves or renders does it now and then; of several, each finds what the others have not.
"""

from sqlalchemy import Connection

from kiosk.domain.ports import Clock
from kiosk.server import store_jobs
from kiosk.server.broker import Broker
from kiosk.server.database import Database
from kiosk.server.job_queue import JobQueue
from kiosk.server.moments import to_ms
from kiosk.server.store_jobs import JobStatus

_REASON = "The server or its renderer ended while it worked on this piece."


class JobUpkeep:
    """Takes back the jobs of dead workers, to be tried again or ended for good."""

    def __init__(self, *, database: Database, broker: Broker, queue: JobQueue, clock: Clock) -> None:
        self._database = database
        self._broker = broker
        self._queue = queue
        self._clock = clock

    async def recover(self) -> None:
        """Take up what an earlier run of this server left in work; call before any worker starts.

        On a shared database others are at work: there `mend` does it, once the leases have run out.
        """
        if not self._database.is_shared:
            await self._take_back(every=True)

    async def mend(self) -> None:
        """Give up jobs whose lease has run out, and offer again what was offered to nobody who lives."""
        await self._take_back(every=False)

    async def _take_back(self, *, every: bool) -> None:
        now_ms = to_ms(self._clock.now())

        def work(connection: Connection) -> set[int]:
            ended_for = set()
            lease_before_ms = None if every else self._queue.now_ms(connection)
            for job in store_jobs.abandoned(connection, lease_before_ms=lease_before_ms):
                state = store_jobs.give_up(connection, job, reason=_REASON, is_final=False, now_ms=now_ms)
                if state is JobStatus.FAILED:
                    ended_for.add(int(job.user_id))
                else:
                    self._queue.offer(connection, job.id)
            self._queue.mend(connection)
            return ended_for

        for user_id in await self._database.write(work):
            self._broker.publish(user_id)
        self._queue.nudge()
