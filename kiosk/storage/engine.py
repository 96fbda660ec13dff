"""Opening SQLite the way this product needs it: WAL, every commit synced, foreign keys on, waits bounded."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

BUSY_TIMEOUT_MS = 5_000


def open_sqlite(path: Path, *, read_only: bool = False, pool_size: int = 1) -> Engine:
    """Return an engine on the SQLite file at `path`.

    A writer (`read_only=False`) has exactly one connection, to be used from one thread: SQLite 3.7.0-3.51.2 can corrupt
    a WAL file when two connections write and checkpoint at once. Readers are `query_only`, up to `pool_size` of them.
    `synchronous=FULL`, because with NORMAL a power cut loses acknowledged commits.
    """
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool if read_only else StaticPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        **({"pool_size": pool_size, "max_overflow": 0} if read_only else {}),
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        cursor.close()

    return engine
