"""PostgreSQL for tests: one cluster a run, of Debian's package, and fresh databases in it.

The cluster belongs to an unprivileged user, because PostgreSQL refuses to run as root. Nothing is synced to the disk:
that would only matter if the machine lost its power, and processes, which the tests do kill, lose nothing by it.
"""

import gc
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from kiosk.server.opening import open_database
from tests.server.daemons import daemon, folder_of, free_port, unprivileged

ROLE = "kiosk"
EMPTY = "template0"
DROP_TRIES = 4
MIGRATED = "migrated"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
}
_numbers = count(1)


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL, in which everybody on this machine may do everything."""

    port: int

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql+psycopg://{ROLE}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection on which every statement is a transaction."""
        return psycopg.connect(host="127.0.0.1", port=self.port, user=ROLE, dbname=database, autocommit=True)

    def answers(self) -> bool:
        """True once it lets somebody in."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    @contextmanager
    def database(self, like: str = EMPTY) -> Iterator[str]:
        """Make a database for the block (`EMPTY`, or `MIGRATED`: with tables); a connection left open is a failure."""
        name = f"test_{next(_numbers)}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, like)
        try:
            yield self.url(name)
        finally:
            self._drop(name)

    def _drop(self, name: str) -> None:
        for _ in range(DROP_TRIES):
            with suppress(errors.ObjectInUse):
                self._execute("DROP DATABASE {}", name)  # waits 5 s for connections that are being closed
                return
            gc.collect()  # a connection whose making was broken off is open until then
        self._execute("DROP DATABASE {} WITH (FORCE)", name)
        pytest.fail("a connection to PostgreSQL was left open")

    def make_template(self) -> None:
        """Make the database `MIGRATED`."""
        self._execute("CREATE DATABASE {} TEMPLATE {}", MIGRATED, EMPTY)
        open_database(self.url(MIGRATED)).close()

    def _execute(self, statement: str, *names: str) -> None:
        with self.connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def running_cluster(settings: Mapping[str, str] = SETTINGS) -> Iterator[Cluster]:
    """Make a cluster and run it for the block."""
    programs = _programs()
    user = unprivileged("postgres")
    with folder_of(user, "postgresql") as folder:
        data = folder / "data"
        initdb: list[str | Path] = [
            programs / "initdb",
            "--no-sync",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            f"-U{ROLE}",
            data,
        ]
        made = subprocess.run(initdb, cwd=folder, user=user, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
        cluster = Cluster(free_port())
        command: list[str | Path] = [programs / "postgres", "-D", data, "-p", str(cluster.port)]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with daemon(command, folder=folder, user=user, stop=signal.SIGQUIT, answers=cluster.answers):
            cluster.make_template()
            yield cluster


def _programs() -> Path:
    """Where PostgreSQL's programs are: in the PATH, or where Debian puts those of each version."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, reversed(debian))])
    found = shutil.which("initdb", path=path)
    if found is None:
        pytest.fail("PostgreSQL is not installed; python3 make.py test installs it")
    return Path(found).resolve().parent
