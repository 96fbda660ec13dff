"""What was made lately: newest first, with what is still to be made before it, and only what the user may see."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from kiosk.domain.artworks import Origin
from kiosk.generator.compose import compose
from kiosk.generator.compositions import composition_of
from kiosk.generator.genome import Genome, genome_from_json
from kiosk.protocol.artworks import GenerateRequest
from kiosk.server import store_jobs, store_people
from kiosk.server.database import Database
from kiosk.server.jobs import make_wish
from kiosk.server.lately import genomes_lately, titles_lately
from kiosk.server.opening import open_database
from kiosk.server.rules import BUCKET_MS
from tests.server.records import stored_piece


def _fill(connection: Connection) -> int:
    store_people.ensure_default_people(connection, now_ms=0)
    mara = int(store_people.add_user(connection, name="mara", now_ms=0).id)
    for number in range(1, 5):
        provenance = {"genome": compose(None, number).to_dict()}
        stored_piece(connection, number, origin=Origin.GENERATED, provenance=provenance, signature="s")
    stored_piece(connection, 5, origin=Origin.IMPORTED, signature="s")
    stored_piece(connection, 6, origin=Origin.GENERATED, provenance={"genome": {"version": 99}}, signature="s")
    stored_piece(
        connection,
        7,
        lane=mara,
        origin=Origin.GENERATED,
        provenance={"genome": compose(None, 7).to_dict()},
        signature="s",
    )
    return mara


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database."""
    opened = open_database(database_url)
    yield opened
    opened.close()


def test_what_is_under_way_comes_before_the_newest(database: Database) -> None:
    """Jobs of the user that are not done, then pieces; those of others' own lanes, imports and unknown ones are not."""
    mara = database.write_now(_fill)
    wish = make_wish(GenerateRequest(), user_id=1, now_ms=BUCKET_MS, idempotency_key=None)
    database.write_now(lambda connection: store_jobs.submit(connection, wish, now_ms=BUCKET_MS))
    found = database.read_now(lambda connection: genomes_lately(connection, user=1))
    titles = database.read_now(lambda connection: titles_lately(connection, user=1))
    hers = database.read_now(lambda connection: genomes_lately(connection, user=mara))
    assert found == [genome_from_json(wish.genome), *(compose(None, number) for number in (4, 3, 2, 1))]
    assert [genome.seed for genome in hers] == [7, 4, 3, 2, 1]
    assert sorted(titles) == ["Piece 1", "Piece 2", "Piece 3", "Piece 4", "Piece 6"]


def test_wishes_of_an_evening_do_not_repeat_a_composition() -> None:
    """Wish after wish, each knowing the ones before it, no composition comes twice among eight; a named seed's may."""
    recent: list[Genome] = []
    for bucket in range(40):
        wish = make_wish(GenerateRequest(), user_id=1, now_ms=bucket * BUCKET_MS, idempotency_key=None, recent=recent)
        recent.insert(0, genome_from_json(wish.genome))
    shown = list(map(composition_of, recent))
    assert all(one not in shown[at + 1 : at + 9] for at, one in enumerate(shown))
    named = GenerateRequest(music_info={"seed": 42})
    again = make_wish(named, user_id=1, now_ms=0, idempotency_key=None, recent=[compose({}, 42)])
    assert genome_from_json(again.genome) == compose({}, 42)
