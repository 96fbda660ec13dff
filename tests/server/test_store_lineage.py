"""Pieces as a family: how far back a line goes, and who the parents were."""

import pytest
from sqlalchemy import Connection

from kiosk.server.database import Database
from kiosk.server.store_lineage import generation_of, parents_of
from kiosk.server.tables import PUBLIC_LANE, REMOVED_LANE
from tests.server.records import stored_piece, uuid_of


@pytest.fixture
def database(database_of_two: Database) -> Database:
    """A database with two users."""
    return database_of_two


def test_generations_count_from_those_without_parents(database: Database) -> None:
    """A child is one further than the older of its lines; a parent that is gone counts as a first."""

    def fill(connection: Connection) -> None:
        for number, generation in ((1, None), (2, 3), (3, "many")):
            stored_piece(connection, number, provenance={"generation": generation})

    database.write_now(fill)
    for parents, expected in (([], 0), ([1], 1), ([1, 2], 4), ([3], 1), ([99], 1)):
        ids = [uuid_of(number) for number in parents]
        assert database.read_now(lambda connection, ids=ids: generation_of(connection, ids)) == expected  # type: ignore[misc]


def test_parents_come_in_their_order_and_only_where_they_may_be_seen(database: Database) -> None:
    """Private, removed and unknown ones are left out, whatever a provenance says."""

    def fill(connection: Connection) -> None:
        for number, lane in ((1, PUBLIC_LANE), (2, 2), (3, REMOVED_LANE), (4, PUBLIC_LANE)):
            stored_piece(connection, number, lane=lane)

    database.write_now(fill)
    told = {"genome": {"parents": [uuid_of(4), uuid_of(3), uuid_of(2), "\u0000", 5, uuid_of(1)]}}
    rows = database.read_now(lambda connection: parents_of(connection, told, visible_in=[PUBLIC_LANE]))
    assert [row.public_id for row in rows] == [uuid_of(4), uuid_of(1)]
    for odd in ({}, {"genome": 3}, {"genome": {"parents": "x"}}):
        found = database.read_now(lambda connection, odd=odd: parents_of(connection, odd, visible_in=[0]))  # type: ignore[misc]
        assert found == []
