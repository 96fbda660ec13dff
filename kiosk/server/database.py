"""The database as the server uses it: functions on a connection, run in transactions on threads of their own.

The stores know nothing of threads; the event loop knows nothing of SQL. SQLite has one writer connection on one thread,
so writes come one after another and never wait for a lock, and a few readers that cannot write. PostgreSQL has a few of
each; there a transaction that lost a race, or whose connection was lost before its commit, is run again.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from kiosk.server.meter import Kind, Meter

log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[Connection], T]

READERS = 4
TRIES = 4
# Serialization failure, deadlock, and what two processes met that had looked for the same row before: unique violation.
_LOST_RACES = frozenset({"40001", "40P01", "23505"})


class Database:
    """An open, migrated database. `write` and `read` may be awaited from any task; `close` ends the threads.

    `work` may be run several times: it must do nothing but read and write on the connection it is given.
    """

    def __init__(self, writer: Engine, reader: Engine, *, writers: int = 1, url: str = "") -> None:
        self.url = url
        self.meter: Meter | None = None
        self._writer = writer
        self._reader = reader
        self._writing = ThreadPoolExecutor(writers, thread_name_prefix="database-writer")
        self._reading = ThreadPoolExecutor(READERS, thread_name_prefix="database-reader")

    @property
    def is_shared(self) -> bool:
        """True when other processes may use this database at the same time: PostgreSQL."""
        return self._writer.dialect.name == "postgresql"

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a writing transaction: committed and synced when this returns, undone when it raises."""
        return await self._run("write", self._writing, self.write_now, work)

    async def read(self, work: Work[T]) -> T:
        """Run `work` on one snapshot; it cannot write."""
        return await self._run("read", self._reading, self.read_now, work)

    async def _run(self, kind: Kind, threads: ThreadPoolExecutor, run: Callable[[Work[T]], T], work: Work[T]) -> T:
        """Run on a thread, in the caller's context: what is logged there names the request it belongs to."""
        loop = asyncio.get_running_loop()
        with self.meter.measuring(kind, work) if self.meter is not None else nullcontext(work) as measured:
            return await loop.run_in_executor(threads, copy_context().run, run, measured)

    def write_now(self, work: Work[T]) -> T:
        """Do `write` on the calling thread; for start-up, before anything else writes, and for tests."""
        return _transact(self._writer, work)

    def read_now(self, work: Work[T]) -> T:
        """Do `read` on the calling thread."""
        return _transact(self._reader, work)

    def close(self) -> None:
        """Let what runs end, then close every connection."""
        self._reading.shutdown()
        self._writing.shutdown()
        self._reader.dispose()
        self._writer.dispose()


def _transact(engine: Engine, work: Work[T]) -> T:
    for tries_left in reversed(range(TRIES)):
        with engine.connect() as connection:
            transaction = connection.begin()
            try:
                result = work(connection)
            except DBAPIError as error:
                transaction.close()
                if not tries_left or not _is_worth_another_try(error):
                    raise
                log.info("a transaction is run again: %s", type(error.orig).__name__)
                continue
            except BaseException:
                transaction.close()
                raise
            transaction.commit()
            return result
    raise AssertionError("the last try returns or raises")


def _is_worth_another_try(error: DBAPIError) -> bool:
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _LOST_RACES
