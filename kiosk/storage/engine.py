"""Opening databases the way this product needs them: every commit synced, every wait bounded.

SQLite in WAL mode with foreign keys on; PostgreSQL through psycopg.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from kiosk.storage.sqlite_file import BUSY_TIMEOUT_MS, set_up

CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_S = 30
LOCK_TIMEOUT_MS = 3_000


def open_sqlite(path: Path, *, read_only: bool = False, pool_size: int = 1) -> Engine:
    """Return an engine on the SQLite file at `path`.

    A writer (`read_only=False`) has exactly one connection, to be used from one thread: SQLite 3.7.0-3.51.2 can corrupt
    a WAL file when two connections write and checkpoint at once. Readers are `query_only`, up to `pool_size` of them.
    Every commit is synced (`sqlite_file.py`).
    """
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool if read_only else StaticPool,
        hide_parameters=True,  # faults are logged; what people sent is not
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        **({"pool_size": pool_size, "max_overflow": 0} if read_only else {}),
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        set_up(connection, read_only=read_only)

    return engine


def open_postgresql(address: URL, *, read_only: bool = False, pool_size: int = 4, keep_plans: bool = False) -> Engine:
    """Return an engine on the PostgreSQL database at `address` with at most `pool_size` connections.

    `keep_plans` is for connections that run the same few statements for ever: left alone, PostgreSQL plans the one for
    unseen pieces anew each time, which takes longer than running it.
    Writers work at READ COMMITTED and lock the rows they depend on; readers (`read_only`) see one snapshot. Waits are
    bounded: 5 s for a connection, 3 s for a lock, 30 s for a statement; a peer that vanished is noticed in 30 s.
    """
    engine = create_engine(
        address,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=STATEMENT_TIMEOUT_S,
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": "kiosk",
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_S}s -c lock_timeout={LOCK_TIMEOUT_MS}ms"
            " -c timezone=UTC -c idle_in_transaction_session_timeout=60s"
            + (" -c plan_cache_mode=force_generic_plan" if keep_plans else ""),
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 4,
            "tcp_user_timeout": 30_000,
        },
    )

    if read_only:

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            connection.read_only = True

    return engine
