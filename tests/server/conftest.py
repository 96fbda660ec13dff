"""What the server's tests share: a PostgreSQL and a Redis for the run, started when first asked for.

A test's database has its tables already, copied from one that was migrated once; `test_migrate` is about the others.

`each_database` runs a test once on SQLite and once on PostgreSQL: name it with `pytest.mark.usefixtures`.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection

from kiosk.server import broker_postgres, job_queue_procrastinate, store_people
from kiosk.server.database import Database
from kiosk.server.opening import open_database
from kiosk.storage import engine
from tests.server.postgres import MIGRATED, Cluster, running_cluster
from tests.server.redis import running_redis

CONNECTS_WITHIN_S = 60


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """The run's PostgreSQL."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """A PostgreSQL database without any tables."""
    with postgres_cluster.database() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The run's Redis."""
    with running_redis() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with tables and nothing in them."""
    path = tmp_path_factory.mktemp("migrated") / "kiosk.db"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database_url(request: pytest.FixtureRequest) -> Iterator[Callable[[Path], str]]:
    """Makes a database for a folder, on SQLite and on PostgreSQL; the same folder gets the same one."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("migrated_file")

        def file_of(folder: Path) -> str:
            path = folder / "kiosk.db"
            if not path.exists():
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(template, path)
            return f"sqlite:///{path}"

        yield file_of
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    urls: dict[Path, str] = {}
    with ExitStack() as stack:

        def url_of(folder: Path) -> str:
            if folder not in urls:
                urls[folder] = stack.enter_context(cluster.database(MIGRATED))
            return urls[folder]

        yield url_of


@pytest.fixture
def database_url(new_database_url: Callable[[Path], str], tmp_path: Path) -> str:
    """The address of a database for this test, on SQLite and on PostgreSQL."""
    return new_database_url(tmp_path)


@pytest.fixture
def database_of_two(database_url: str) -> Iterator[Database]:
    """A database with two users, the wall's own and mara."""
    opened = open_database(database_url)

    def fill(connection: Connection) -> None:
        store_people.ensure_default_people(connection, now_ms=0)
        store_people.add_user(connection, name="mara", now_ms=0)

    opened.write_now(fill)
    yield opened
    opened.close()


@pytest.fixture
def each_database(new_database_url: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs the test on SQLite and on PostgreSQL: every data folder gets a database there.

    Connections are waited for as long as anything else: under a clock that stands, who gives up never tries again.
    """
    monkeypatch.setattr("tests.server.harness.database_for", new_database_url)
    monkeypatch.setattr(engine, "CONNECT_TIMEOUT_S", CONNECTS_WITHIN_S)
    monkeypatch.setattr(job_queue_procrastinate, "CONNECT_TIMEOUT_S", CONNECTS_WITHIN_S)
    monkeypatch.setattr(broker_postgres, "STOP_LIMIT_S", CONNECTS_WITHIN_S)
