"""Chooses the queue of generation jobs: the one place that knows both adapters of the port in `job_queue`.

An adapter is loaded when it is chosen: a wall starts without the libraries of a fleet.
"""

from kiosk.domain.ports import Clock
from kiosk.server.database import Database
from kiosk.server.job_queue import JobQueue
from kiosk.server.job_queue_local import LocalQueue
from kiosk.server.options import ServerOptions


def open_queue(options: ServerOptions, database: Database, clock: Clock) -> JobQueue:
    """Return the queue of the jobs in a database: Procrastinate's on PostgreSQL, the table itself on SQLite."""
    if database.is_shared:
        from kiosk.server.job_queue_procrastinate import ProcrastinateQueue

        return ProcrastinateQueue(options.listen_url or database.url, clock, lease_s=options.lease_s)
    return LocalQueue(database, clock)
