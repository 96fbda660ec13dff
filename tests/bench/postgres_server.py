"""The PostgreSQL of a run of the benches: the tests', but with every commit synced and more memory, as in earnest."""

import os
from collections.abc import Collection
from itertools import count
from pathlib import Path

from psycopg import sql

from tests.bench.harness import Options
from tests.server.postgres import Cluster, running_cluster

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "autovacuum_naptime": "10s",
}
_KEPT_AS = "postgresql"
_numbers = count(1)


def new_database(options: Options) -> str:
    """Make an empty database in the run's cluster; return its URL for the server."""
    cluster = _cluster(options)
    name = f"bench_{next(_numbers)}"
    with cluster.connect() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return cluster.url(name)


def driver_url(database_url: str) -> str:
    """Return a server's database URL as the driver alone takes it."""
    return database_url.replace("postgresql+psycopg://", "postgresql://")


def version(options: Options) -> str:
    """Return what the cluster calls itself."""
    with _cluster(options).connect() as connection:
        return str(connection.info.parameter_status("server_version"))


def keep_to(options: Options, cores: Collection[int]) -> None:
    """Let every connection that is made from now on have these cores only."""
    with _cluster(options).connect() as connection:
        own = Path(f"/proc/{connection.info.backend_pid}/status").read_text("ascii")
    postmaster = int(next(line for line in own.splitlines() if line.startswith("PPid")).split()[1])
    os.sched_setaffinity(postmaster, cores)


def _cluster(options: Options) -> Cluster:
    found = options.kept.get(_KEPT_AS)
    if not isinstance(found, Cluster):
        found = options.kept[_KEPT_AS] = options.keeper.enter_context(running_cluster(SETTINGS))
    return found
