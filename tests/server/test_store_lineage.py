"""Pieces among each other: what a new one is compared with, and how far back its line goes."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from kiosk.domain.artworks import Origin, Reason
from kiosk.server import store_artworks, store_people
from kiosk.server.database import Database
from kiosk.server.opening import open_database
from kiosk.server.store_lineage import RECENT_MS, generation_of, parents_of, recent_signatures
from kiosk.server.tables import PUBLIC_LANE, REMOVED_LANE
from tests.server.records import stored_piece, uuid_of

NOW = 1_800_000_000_000


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with two users."""
    opened = open_database(database_url)

    def fill(connection: Connection) -> None:
        store_people.ensure_default_people(connection, now_ms=0)
        store_people.add_user(connection, name="mara", now_ms=0)

    opened.write_now(fill)
    yield opened
    opened.close()


def test_what_is_recent_is_what_the_user_may_see_of_the_last_days(database: Database) -> None:
    """Made pieces, newest first, public and the user's own; no import, no old, removed or unsigned one."""
    made: list[dict[str, Any]] = [
        {"at_ms": NOW - 5},
        {"at_ms": NOW - RECENT_MS - 1},
        {"at_ms": NOW - 4, "lane": REMOVED_LANE},
        {"at_ms": NOW - 3, "lane": 2},
        {"at_ms": NOW - 2, "lane": 1},
        {"at_ms": NOW - 1, "origin": Origin.IMPORTED},
        {"at_ms": NOW, "provenance": {"signature": 7}},
        {"at_ms": NOW},
    ]

    def fill(connection: Connection) -> None:
        for number, changes in enumerate(made):
            usual = {"origin": Origin.GENERATED, "provenance": {"signature": f"s{number}"}}
            stored_piece(connection, number, **{**usual, **changes})

    database.write_now(fill)
    found = [
        database.read_now(lambda connection, user=user: recent_signatures(connection, user=user, now_ms=NOW))  # type: ignore[misc]
        for user in (1, 2)
    ]
    assert found == [["s7", "s4", "s0"], ["s7", "s3", "s0"]]


def test_a_signature_stays_on_the_server(database: Database) -> None:
    """No display is sent what only likeness is told by; the rest of the provenance it is sent."""
    row = database.write_now(
        lambda connection: stored_piece(connection, 1, provenance={"signature": "s", "explanation": "e"})
    )
    assert store_artworks.to_domain(row, Reason.UNSEEN).provenance == {"explanation": "e"}


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
