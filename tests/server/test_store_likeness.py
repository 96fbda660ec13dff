"""What a new piece is compared with: the last days when it is drawn, and what came meanwhile when it is stored."""

from typing import Any

import pytest
from sqlalchemy import Connection, text

from kiosk.domain.artworks import Origin, Reason
from kiosk.server import store_artworks, store_likeness, store_pieces
from kiosk.server.database import Database
from kiosk.server.pictures import check_picture
from kiosk.server.store_likeness import RECENT_MS, Compared, Known, compare, known_to
from kiosk.server.tables import PUBLIC_LANE, REMOVED_LANE
from tests.server.providers.pictures import painted
from tests.server.records import stored_piece

NOW = 1_800_000_000_000
MARA = 2


@pytest.fixture
def database(database_of_two: Database) -> Database:
    """A database with two users."""
    return database_of_two


def known(database: Database, user: int = 1) -> Known:
    """What a user's next piece is drawn knowing."""
    return database.read_now(lambda connection: known_to(connection, user=user, now_ms=NOW))


def signature_of(seed: int) -> str:
    """The signature of the coarse picture of this seed."""
    return check_picture(painted(320, 180, seed=seed)).signature


def add(database: Database, number: int, **changes: Any) -> Any:
    """Store a piece of just now."""
    return database.write_now(lambda connection: stored_piece(connection, number, **{"at_ms": NOW, **changes}))


def test_what_is_recent_is_what_the_user_may_see_of_the_last_days(database: Database) -> None:
    """Whoever made it, newest first, public and the user's own; no old, removed or unsigned piece."""
    made: list[dict[str, Any]] = [
        {"at_ms": NOW - 5},
        {"at_ms": NOW - RECENT_MS - 1},
        {"at_ms": NOW - 4, "lane": REMOVED_LANE},
        {"at_ms": NOW - 3, "lane": MARA},
        {"at_ms": NOW - 2, "lane": 1},
        {"at_ms": NOW - 1, "origin": Origin.IMPORTED},
        {"signature": ""},
        {},
    ]
    for number, changes in enumerate(made):
        add(database, number, **{"origin": Origin.GENERATED, "signature": f"s{number}", **changes})
    database.write_now(lambda connection: store_pieces.remove(connection, artwork_id=add_removed(connection), now_ms=1))
    assert known(database).signatures == ("s7", "s5", "s4", "s0")
    assert known(database, MARA).signatures == ("s7", "s5", "s3", "s0")


def add_removed(connection: Connection) -> int:
    """Store a signed piece that is about to be removed; return its key."""
    return int(stored_piece(connection, 50, at_ms=NOW, signature="gone").id)


def test_a_folder_of_photographs_hides_no_generated_piece(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pictures are imported, the last generated pieces are known all the same."""
    monkeypatch.setattr(store_likeness, "RECENT_MAX", 20)

    def fill(connection: Connection) -> None:
        stored_piece(connection, 1, at_ms=NOW, origin=Origin.GENERATED, signature="drawn")
        for number in range(29):
            stored_piece(connection, 100 + number, at_ms=NOW, signature=f"photograph {number}")

    database.write_now(fill)
    found = known(database).signatures
    assert set(found) == {"drawn", *(f"photograph {number}" for number in range(9, 29))}


def test_the_recent_ones_come_from_their_index(database: Database) -> None:
    """Among thousands of generated pieces the few imported ones are found without a look at the others."""

    def fill(connection: Connection) -> str:
        for number in range(300):
            stored_piece(connection, number, origin=Origin.GENERATED, signature="s")
        connection.execute(text("ANALYZE"))
        query = (
            "SELECT created_at, signature FROM artworks WHERE origin = 'imported' AND signature IS NOT NULL"
            " AND removed_at IS NULL AND lane + 0 IN (0, 1, -1) ORDER BY id DESC LIMIT 500"
        )
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {query}"))

    plan = database.write_now(fill)
    assert "ix_artworks_signed" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def test_what_came_meanwhile_is_compared(database: Database) -> None:
    """A near one that came after the look crowds a piece, a far one does not; what was known is not looked at again."""
    one, other = signature_of(1), signature_of(2)
    add(database, 1, signature=one)
    before = known(database)

    def compared(signature: str, nearest: float) -> Compared:
        return database.read_now(lambda connection: compare(connection, signature, nearest=nearest, known=before))

    assert compared(one, 0.5) == Compared(0.5)
    add(database, 2, signature=other)
    far = compared(one, 1.0)
    assert 0.35 < far.nearest < 1.0
    assert not far.is_crowded
    add(database, 3, signature=one, lane=MARA)
    assert compared(one, 1.0) == far  # another's private piece
    add(database, 4, signature=one, lane=1)
    assert compared(one, 0.5) == Compared(0.0, is_crowded=True)
    assert compared(one, 0.0) == Compared(
        0.0
    )  # as near to one that it was drawn knowing: another draw may be no better


def test_a_piece_that_became_public_meanwhile_is_compared(database: Database) -> None:
    """It is older than the look, and its key with it; its place in the lane is not."""
    one = signature_of(1)
    row = add(database, 1, signature=one, lane=MARA, created_by=MARA)
    before = known(database)
    assert before.signatures == ()

    def publish(connection: Connection) -> Compared:
        store_pieces.change_visibility(connection, artwork_id=row.id, private=False, now_ms=NOW)
        return compare(connection, one, nearest=1.0, known=before)

    assert database.write_now(publish) == Compared(0.0, is_crowded=True)
    assert before.heads[PUBLIC_LANE] == 0


def test_a_signature_stays_on_the_server(database: Database) -> None:
    """No display is sent what only likeness is told by."""
    row = add(database, 1, signature="s", provenance={"explanation": "e"})
    assert row.signature == "s"
    assert store_artworks.to_domain(row, Reason.UNSEEN).provenance == {"explanation": "e"}
