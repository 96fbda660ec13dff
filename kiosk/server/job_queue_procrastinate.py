"""The queue of a fleet: a task of Procrastinate, in the same PostgreSQL database, for every offer of a job.

The task is deferred in the transaction that queues the job, so neither is there without the other; its insertion wakes
idle workers on every machine. A worker beats while it lives; tasks of one that fell silent are dropped, and the job,
once its lease is over, is offered anew. Tasks are deleted when they end: the table of jobs is the record, not these.
One whose end could not be written, the connection being cut, goes on as `doing`, so only `todo` says that a job waits.

Procrastinate's tables come with the migrations (`migrations/versions/0002_fleet.py` says what its updates mean).
"""

import asyncio
import contextlib
import logging

import psycopg
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition, Status
from procrastinate.worker import Worker
from sqlalchemy import Connection, make_url, text

from kiosk.domain.ports import Clock
from kiosk.server.ending import end, give_way
from kiosk.server.job_queue import Make

log = logging.getLogger(__name__)

QUEUE = "kiosk"
TASK = "make_piece"
POLL_S = 2.0  # what a lost notification costs
RETRY_S = 2
PAUSE_AFTER_FAULT_S = 2.0
CONNECT_TIMEOUT_S = 5
STOPS_WITHIN_S = 1.5
_TASK_OF = (
    "ROW(CAST(:queue AS varchar), CAST(:task AS varchar), 0, NULL, NULL,"
    " jsonb_build_object('job_id', CAST({job} AS text)), NULL)::procrastinate_job_to_defer_v1"
)
_OFFER = text(f"SELECT procrastinate_defer_jobs_v1(ARRAY[{_TASK_OF.format(job=':job')}])").bindparams(
    queue=QUEUE, task=TASK
)
_OFFER_MISSING = text(
    f"SELECT procrastinate_defer_jobs_v1(array_agg({_TASK_OF.format(job='jobs.id')})) FROM jobs"  # noqa: S608
    " WHERE state = 'queued' AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs t WHERE t.queue_name = :queue"
    " AND t.task_name = :task AND t.status = 'todo' AND t.args->>'job_id' = jobs.id)"
).bindparams(queue=QUEUE, task=TASK)
_FORGET_LEFT_OVER = text(
    "DELETE FROM procrastinate_jobs t USING jobs WHERE jobs.id = t.args->>'job_id' AND jobs.state IN ('done', 'failed')"
    " AND t.queue_name = :queue AND t.task_name = :task AND t.status = 'doing' AND NOT EXISTS"
    " (SELECT 1 FROM procrastinate_events e WHERE e.job_id = t.id AND e.at > now() - interval '1 hour')"
).bindparams(queue=QUEUE, task=TASK)
_NOW_MS = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)")


class ProcrastinateQueue:
    """The waiting jobs of everybody on one PostgreSQL database.

    `url` leads to the database directly, not through a transaction pooler: a worker listens there. A worker that has
    not beaten for `lease_s` is taken for dead.
    """

    def __init__(self, url: str, clock: Clock, *, lease_s: float) -> None:
        self._conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._clock = clock
        self._lease_s = lease_s

    def offer(self, connection: Connection, job_id: str) -> None:
        """Defer a task for a job."""
        connection.execute(_OFFER, {"job": job_id})

    def mend(self, connection: Connection) -> None:
        """Defer a task for every queued job that has none; forget tasks whose end was never written."""
        connection.execute(_OFFER_MISSING)
        connection.execute(_FORGET_LEFT_OVER)

    def now_ms(self, connection: Connection) -> int:
        """Return the database's time; the clocks of the machines may differ."""
        return int(connection.execute(_NOW_MS).scalar_one())

    def nudge(self) -> None:
        """Nothing to say: the database notifies every worker at the commit."""

    async def work(self, make: Make, *, workers: int) -> None:
        """Run a Procrastinate worker until cancelled, another one whenever it ends for want of the database."""
        while True:
            try:
                await self._work(make, workers)
            except* (ConnectorException, psycopg.Error, OSError) as faults:
                # as text: a log that keeps the error would keep the connections in its frames
                log.warning("the jobs' database cannot be used: %s", str(faults.exceptions[0]))
            give_way()
            await self._clock.sleep(PAUSE_AFTER_FAULT_S)

    async def _work(self, make: Make, workers: int) -> None:
        app = self._app(make)
        try:
            await app.open_async()
            worker = self._worker(app, workers)
            async with asyncio.TaskGroup() as group:
                running = group.create_task(worker.run())  # type: ignore[no-untyped-call]
                dropping = group.create_task(self._drop_stalled(app))
                try:
                    give_way()
                    await asyncio.wait({running})
                finally:
                    await _end(worker, running)
                    await end(dropping)
        finally:
            await app.close_async()  # also one that was cancelled amid opening

    def _worker(self, app: App, workers: int) -> Worker:
        return Worker(
            app,
            queues=[QUEUE],
            concurrency=workers,
            fetch_job_polling_interval=POLL_S,
            shutdown_graceful_timeout=0,
            delete_jobs=DeleteJobCondition.ALWAYS,
            install_signal_handlers=False,
            update_heartbeat_interval=self._lease_s / 3,
            stalled_worker_timeout=self._lease_s,
        )

    def _app(self, make: Make) -> App:
        connector = PsycopgConnector(
            conninfo=self._conninfo,
            min_size=1,
            max_size=4,
            timeout=CONNECT_TIMEOUT_S,
            kwargs={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "kiosk jobs"},
        )
        app = App(connector=connector)

        @app.task(name=TASK, queue=QUEUE, retry=RetryStrategy(wait=RETRY_S, retry_exceptions=[Exception]))
        async def make_piece(job_id: str) -> None:
            await make(job_id)

        # A worker notices the end of its heartbeat or its listening only while it has periodic tasks to defer.
        @app.periodic(cron="0 4 * * *")
        @app.task(name="tidy", queue=QUEUE, pass_context=True)
        async def tidy(context: JobContext, timestamp: int) -> None:
            del timestamp
            await context.app.job_manager.delete_old_jobs(nb_hours=24, include_failed=True, include_aborted=True)

        return app

    async def _drop_stalled(self, app: App) -> None:
        """Drop the tasks of workers that fell silent, again and again; `mend` offers what they stood for."""
        while True:
            for task in await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=self._lease_s):
                with contextlib.suppress(ConnectorException):  # another worker was faster
                    await app.job_manager.finish_job(task, Status.FAILED, delete_job=True)
            give_way()
            await self._clock.sleep(self._lease_s / 3)


async def _end(worker: Worker, running: asyncio.Task[None]) -> None:
    """Stop a worker, which cancels its jobs; one that hangs on a database that does not answer is cancelled itself."""
    await asyncio.sleep(0)  # as it starts it forgets that it was to stop
    while not running.done():
        worker.stop()  # type: ignore[no-untyped-call]
        await asyncio.wait({running}, timeout=STOPS_WITHIN_S)
        running.cancel()
