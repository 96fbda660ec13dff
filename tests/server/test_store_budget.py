"""The day's budget: never more than the limit, whoever asks at once, and for a day."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import Connection

from kiosk.server import store_budget
from kiosk.server.moments import DAY_MS
from kiosk.server.opening import open_database
from kiosk.server.tables import EVENTS, counters

DAY = 20_778


@pytest.mark.anyio
async def test_servers_that_ask_at_once_never_pass_the_limit(database_url: str) -> None:
    """Two servers on one database, 60 tries at once: exactly 25 places of 25 are taken."""
    servers = [open_database(database_url), open_database(database_url)]
    take = partial(store_budget.take, day=DAY, limit=25)
    took = await asyncio.gather(*(servers[number % 2].write(take) for number in range(60)))
    assert sum(took) == 25
    assert servers[0].read_now(partial(store_budget.taken, day=DAY)) == 25
    for server in servers:
        server.close()


def test_a_place_given_back_is_free_again_and_a_day_has_its_own(database_url: str) -> None:
    """What was not charged is taken anew; no more comes back than went; old days go, other counters stay."""
    database = open_database(database_url)

    def work(connection: Connection) -> None:
        assert store_budget.take(connection, day=DAY, limit=1)
        assert not store_budget.take(connection, day=DAY, limit=1)
        store_budget.give_back(connection, day=DAY)
        store_budget.give_back(connection, day=DAY)
        assert store_budget.take(connection, day=DAY, limit=1)
        assert store_budget.take(connection, day=DAY + 1, limit=1)
        assert not store_budget.take(connection, day=DAY + 2, limit=0)
        assert store_budget.taken(connection, day=DAY) == 1
        assert store_budget.take(connection, day=DAY + 9, limit=1)
        assert store_budget.taken(connection, day=DAY) == 0
        assert EVENTS in connection.scalars(counters.select().with_only_columns(counters.c.name)).all()

    database.write_now(work)
    database.close()


def test_a_day_is_utcs() -> None:
    """The day turns at midnight UTC."""
    assert [store_budget.day_of(DAY * DAY_MS + ms) for ms in (-1, 0, DAY_MS - 1)] == [DAY - 1, DAY, DAY]
