"""The database as the server uses it: functions on a connection, run in transactions on threads of their own.

The stores know nothing of threads; the event loop knows nothing of SQL. SQLite has one writer connection on one thread,
so writes come one after another and never wait for a lock, and a few readers that cannot write. PostgreSQL has a few of
each; there a transaction that lost a race, or whose connection was lost before its commit, is run again. What reads for
long has readers of its own, so that nobody's next piece waits for a report.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from contextvars import copy_context
from threading import Condition, Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from kiosk.domain.errors import KioskError
from kiosk.server.meter import Kind, Meter

log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[Connection], T]

READERS = 4
LONG_READERS = 2
TRIES = 4
LOCK_TRIES = 2  # each waits as long as `lock_timeout` allows, on a thread that others need
CLOSE_LOOK_S = 0.1
CLOSE_LOOKS = 25
CANCEL_S = 1.0
# Serialization failure, deadlock, and what comes of a row that another process added or deleted since we looked.
_LOST_RACES = frozenset({"40001", "40P01", "23503", "23505"})
_LOCK_TIMEOUT = "55P03"


class DatabaseClosing(KioskError):
    """The server stops: no read begins any more."""

    code = "closing"


class Database:
    """An open, migrated database. `write` and `read` may be awaited from any task; `close` ends the threads.

    `work` may be run several times: it must do nothing but read and write on the connection it is given.
    `backup_slot` is held by the one backup that a server makes at a time.
    """

    def __init__(self, writer: Engine, reader: Engine, long_reader: Engine, *, writers: int = 1, url: str = "") -> None:
        self.url = url
        self.meter: Meter | None = None
        self.backup_slot = Lock()
        self._writer = writer
        self._reader = reader
        self._long_reader = long_reader
        self._reads = _Reads()
        self._writing = ThreadPoolExecutor(writers, thread_name_prefix="database-writer")
        self._reading = ThreadPoolExecutor(READERS, thread_name_prefix="database-reader")
        self._reading_long = ThreadPoolExecutor(LONG_READERS, thread_name_prefix="database-long-reader")

    @property
    def is_shared(self) -> bool:
        """True when other processes may use this database at the same time: PostgreSQL."""
        return self._writer.dialect.name == "postgresql"

    @property
    def is_closing(self) -> bool:
        """True from the call of `close`: what still reads is to end."""
        return self._reads.is_closing

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a writing transaction: committed and synced when this returns, undone when it raises."""
        return await self._run("write", self._writing, self.write_now, work)

    async def read(self, work: Work[T]) -> T:
        """Run `work` on one snapshot; it cannot write."""
        return await self._run("read", self._reading, self.read_now, work)

    async def read_long(self, work: Work[T]) -> T:
        """Do `read` where it keeps no short read waiting: for what may take seconds."""
        return await self._run("read", self._reading_long, self.read_long_now, work)

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
        with self._reads.watching(work) as watched:
            return _transact(self._reader, watched)

    def read_long_now(self, work: Work[T]) -> T:
        """Do `read_long` on the calling thread."""
        with self._reads.watching(work) as watched:
            return _transact(self._long_reader, watched)

    def close(self) -> None:
        """Let writes end, break off reads that do not end at once, then close every connection."""
        have_ended = self._reads.close()
        if not have_ended:
            log.warning("reads of the database do not end; the server stops without them")
        for threads in (self._reading, self._reading_long):
            threads.shutdown(wait=have_ended)
        self._writing.shutdown()
        for engine in (self._reader, self._long_reader, self._writer):
            engine.dispose()


class _Reads:
    """The reads under way, each with the driver's connection once it has one. Closing breaks them off; none begins."""

    def __init__(self) -> None:
        self.is_closing = False
        self._under_way: dict[object, Any] = {}
        self._changed = Condition()

    @contextmanager
    def watching(self, work: Work[T]) -> Iterator[Work[T]]:
        """Yield `work`, which can be broken off; the block lasts until its connection is given back.

        Raises DatabaseClosing when it is too late to begin.
        """
        read = object()
        with self._changed:
            if self.is_closing:
                raise DatabaseClosing("The database is being closed.", hint="Try again when the server runs.")
            self._under_way[read] = None

        def watched(connection: Connection) -> T:
            with self._changed:
                self._under_way[read] = connection.connection.driver_connection
            return work(connection)

        try:
            yield watched
        finally:
            with self._changed:
                del self._under_way[read]
                self._changed.notify_all()

    def close(self) -> bool:
        """Break off what does not end by itself; tell whether all has ended in the time there is."""
        with self._changed:
            self.is_closing = True
        for _ in range(CLOSE_LOOKS):
            with self._changed:
                if self._changed.wait_for(lambda: not self._under_way, CLOSE_LOOK_S):
                    return True
                left = [driver for driver in self._under_way.values() if driver is not None]
            for driver in left:  # again at every look: between two statements there is nothing to break off
                _break_off(driver)
        return False


def _break_off(driver: Any) -> None:
    if isinstance(driver, sqlite3.Connection):
        driver.interrupt()
    else:
        with suppress(driver.Error):
            driver.cancel_safe(timeout=CANCEL_S)


def _transact(engine: Engine, work: Work[T]) -> T:
    lock_tries_left = LOCK_TRIES
    for tries_left in reversed(range(TRIES)):
        with engine.connect() as connection:
            transaction = connection.begin()
            try:
                result = work(connection)
            except DBAPIError as error:
                transaction.close()
                lock_tries_left -= _state_of(error) == _LOCK_TIMEOUT
                if not tries_left or not lock_tries_left or not _is_worth_another_try(error):
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
    return error.connection_invalidated or _state_of(error) in _LOST_RACES | {_LOCK_TIMEOUT}


def _state_of(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
