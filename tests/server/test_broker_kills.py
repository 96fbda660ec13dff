"""Links between server processes that are killed under load: hints are lost, events are not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.ids import new_id
from kiosk.server import store_events
from tests.fakes.clock import LoopClock
from tests.server.daemons import free_port
from tests.server.harness import Served, served_on, until
from tests.server.postgres import Cluster
from tests.server.raw_streams import Follower, following
from tests.server.redis import running_redis

pytestmark = pytest.mark.anyio

KILLS = 100
LOAD_EVERY_S = 0.005


class Load:
    """New events at a steady rate, added by one server for the user of the wall."""

    def __init__(self, served: Served) -> None:
        self._services = served.services
        self.added: list[str] = []
        self.is_wanted = True

    async def run(self) -> None:
        """Add events until no more are wanted."""
        while self.is_wanted:
            job_id = new_id()
            added = partial(store_events.add_failed, user=1, job_id=job_id, reason="load", now_ms=0)
            await self._services.database.write(added)
            self.added.append(job_id)
            self._services.broker.publish(1)
            await asyncio.sleep(LOAD_EVERY_S)


@asynccontextmanager
async def loaded(served: Served) -> AsyncIterator[Load]:
    """Put a server under load for the block."""
    load = Load(served)
    async with asyncio.TaskGroup() as group:
        group.create_task(load.run())
        yield load
        load.is_wanted = False  # not cancelled: an event could be stored and not noted


async def all_came_once(load: Load, follower: Follower) -> None:
    """What was added came, in the order it was added, each once."""
    await until(lambda: len(follower.events) >= len(load.added), "the last event comes")
    assert [event.data.split('"')[3] for event in follower.events] == load.added
    assert follower.connections == 1


async def test_postgresql_backends_killed_a_hundred_times(
    postgres_cluster: Cluster, postgres_url: str, tmp_path: Path
) -> None:
    """However often the backends that listen and speak are killed, a stream of another process has every event once."""
    shared: dict[str, Any] = {"database_url": postgres_url, "clock": LoopClock()}
    with postgres_cluster.connect() as admin:

        def backends(doing: str) -> list[int]:
            query = "SELECT pid FROM pg_stat_activity WHERE application_name = 'kiosk broker' AND query LIKE %s"
            return [row[0] for row in admin.execute(query, (doing,))]

        async def both_listeners() -> list[int]:
            """Those of the two servers, once both are there; one may go by itself, when its speaker was killed."""
            seen: list[int] = []

            def look() -> bool:
                seen[:] = backends("LISTEN%")
                return len(seen) == 2

            await until(look, "both servers listen")
            return seen

        async with (
            served_on(tmp_path / "here", **shared) as here,
            served_on(tmp_path / "there", **shared) as there,
            following(there) as follower,
        ):
            async with loaded(here) as load:
                for number in range(KILLS):
                    listeners = await both_listeners()
                    doomed = [listeners[number % 2], *(backends("%pg_notify%")[: number % 3 == 0])]
                    admin.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", (doomed,))
                    await until(lambda: doomed[0] not in backends("LISTEN%"), "it is gone")  # noqa: B023 - at once
                await both_listeners()
            await all_came_once(load, follower)


async def test_redis_killed_and_started_again(postgres_url: str, tmp_path: Path) -> None:
    """Redis may go and come back: a stream of another process has every event once."""
    port = free_port()
    shared: dict[str, Any] = {
        "database_url": postgres_url,
        "redis_url": f"redis://127.0.0.1:{port}/0",
        "clock": LoopClock(),
    }
    async with (
        served_on(tmp_path / "here", **shared) as here,
        served_on(tmp_path / "there", **shared) as there,
        following(there) as follower,
    ):
        async with loaded(here) as load:
            for _ in range(5):
                with running_redis(port):
                    added = len(load.added)
                    await until(lambda: len(load.added) >= added + 20, "some load")  # noqa: B023 - at once
                added = len(load.added)
                await until(lambda: len(load.added) >= added + 5, "some load without")  # noqa: B023
        await all_came_once(load, follower)
