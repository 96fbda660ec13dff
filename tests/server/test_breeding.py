"""Votes weigh on what is bred: the liked comes more often, the disliked less, and nothing changes without votes."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from kiosk.domain.artworks import Origin
from kiosk.generator.compose import compose
from kiosk.generator.genome import Genome, genome_from_json
from kiosk.generator.styles import STYLES
from kiosk.protocol.artworks import GenerateRequest
from kiosk.server import breeding, store_people, store_votes
from kiosk.server.breeding import HALF_LIFE_MS, parents_for
from kiosk.server.database import Database
from kiosk.server.jobs import make_wish
from kiosk.server.opening import open_database
from kiosk.server.rules import BUCKET_MS
from kiosk.server.tables import REMOVED_LANE
from tests.server.harness import kiosk_on
from tests.server.records import stored_piece, uuid_of

NOW = 1_800_000_000_000
WISHES = 300
SILKS = [number for number in range(400) if compose(None, number).style == "silk"][:6]
FLOWS = [number for number in range(400) if compose(None, number).style == "flow"][:6]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with pieces of known genomes, two users, and no votes."""
    opened = open_database(database_url)
    opened.write_now(_fill)
    yield opened
    opened.close()


def _fill(connection: Connection) -> None:
    store_people.ensure_default_people(connection, now_ms=0)
    store_people.add_user(connection, name="mara", now_ms=0)
    for number in (*SILKS, *FLOWS):
        provenance = {"genome": compose(None, number).to_dict()}
        stored_piece(connection, number, origin=Origin.GENERATED, provenance=provenance)


def vote(database: Database, user: int, values: dict[int, Any], at_ms: int = NOW) -> None:
    """Votes of a user for pieces by number."""

    def cast(connection: Connection) -> None:
        keys = {number: key for key, number in enumerate((*SILKS, *FLOWS), start=1)}
        for number, value in values.items():
            store_votes.cast_vote(connection, user=user, artwork=keys[number], value=value, now_ms=at_ms)

    database.write_now(cast)


def litter(database: Database, user: int = 1, now_ms: int = NOW, **previous: int) -> dict[str, float]:
    """The parents a user's wish may have, with their weights."""
    brought = {uuid_of(int(name[1:])): value for name, value in previous.items()}
    found = database.read_now(lambda connection: parents_for(connection, user=user, previous=brought, now_ms=now_ms))
    return {parent.id: parent.weight for parent in found}


def wishes(database: Database, user: int = 1) -> list[Genome]:
    """The genomes of many wishes, one a bucket."""
    parents = database.read_now(lambda connection: parents_for(connection, user=user, previous={}, now_ms=NOW))
    made = [
        make_wish(GenerateRequest(), user_id=user, now_ms=number * BUCKET_MS, idempotency_key=None, parents=parents)
        for number in range(WISHES)
    ]
    return [genome_from_json(wish.genome) for wish in made]


def share(genomes: list[Genome], style: str) -> float:
    """The share of a style."""
    return sum(genome.style == style for genome in genomes) / len(genomes)


def test_the_liked_is_bred_more_often(database: Database) -> None:
    """Who votes silk up and flow down gets far more silk, in hues of the liked; another user's wishes lean that way."""
    before = wishes(database)
    assert 0.5 < len(STYLES) * share(before, "silk") < 1.5
    vote(database, 1, dict.fromkeys(SILKS[:3], 1) | dict.fromkeys(FLOWS, -1))
    after = wishes(database)
    assert share(after, "silk") > share(before, "silk") + 0.3
    liked = [compose(None, number).palette.scheme for number in SILKS[:3]]
    in_liked_scheme = [sum(genome.palette.scheme in liked for genome in some) / WISHES for some in (before, after)]
    assert in_liked_scheme[1] > in_liked_scheme[0] + 0.15
    ids = {uuid_of(number) for number in SILKS[:3]}
    assert {parent for genome in after for parent in genome.parents} == ids
    assert [genome.parents for genome in wishes(database, user=2)] != [() for _ in range(WISHES)]


def test_without_votes_genomes_are_as_they_were(database: Database) -> None:
    """No votes: every wish's genome is the composed one; so it is for a seed that is named, whatever was voted."""
    for genome in wishes(database):
        assert genome == compose({}, genome.seed)
    vote(database, 1, dict.fromkeys(SILKS, 1))
    parents = database.read_now(lambda connection: parents_for(connection, user=1, previous={}, now_ms=NOW))
    assert parents
    request = GenerateRequest(music_info={"seed": 42})
    for bucket in range(20):
        wish = make_wish(request, user_id=1, now_ms=bucket * BUCKET_MS, idempotency_key=None, parents=parents)
        assert genome_from_json(wish.genome) == compose({}, 42)


def test_a_vote_fades(database: Database) -> None:
    """Half its weight after a half-life; none in the end."""
    vote(database, 1, {SILKS[0]: 1})
    vote(database, 1, {SILKS[1]: 1}, NOW - HALF_LIFE_MS)
    assert litter(database) == {uuid_of(SILKS[0]): 1.0, uuid_of(SILKS[1]): 0.5}
    assert litter(database, now_ms=NOW + breeding.COUNTED_MS + 1) == {}


def test_what_the_user_voted_down_has_no_children(database: Database) -> None:
    """Not even when everybody else likes it; what others vote counts a little, and only where all may see the piece."""
    vote(database, 2, {SILKS[0]: 1, SILKS[1]: 1, SILKS[2]: -1})
    assert litter(database) == {uuid_of(SILKS[0]): 0.2, uuid_of(SILKS[1]): 0.2}
    vote(database, 1, {SILKS[0]: -1, SILKS[2]: 1})
    assert litter(database) == {uuid_of(SILKS[2]): 0.8, uuid_of(SILKS[1]): 0.2}


def test_votes_that_come_with_the_wish_count_as_cast_now(database: Database) -> None:
    """They go before stored ones, up, down and taken back, and strange ids mean nothing."""
    vote(database, 1, {SILKS[0]: 1, SILKS[1]: 1}, NOW - HALF_LIFE_MS)
    brought = {f"n{SILKS[0]}": 1, f"n{SILKS[1]}": -1, f"n{SILKS[2]}": 1, "n9999": 1}
    assert litter(database, **brought) == {uuid_of(SILKS[0]): 1.0, uuid_of(SILKS[2]): 1.0}
    assert litter(database, **{f"n{SILKS[0]}": 0}) == {uuid_of(SILKS[1]): 0.5}


def test_only_what_can_be_drawn_and_seen_has_children(database: Database) -> None:
    """Imported pieces, genomes of another version, removed and other people's private pieces are no parents."""
    genome = compose(None, 1).to_dict()
    odd = [
        ({"genome": genome}, Origin.IMPORTED, 0),
        ({"genome": genome | {"version": 99}}, Origin.GENERATED, 0),
        ({"genome": genome | {"style": "cubism"}}, Origin.GENERATED, 0),
        ({"genome": genome | {"structure": dict.fromkeys(genome["structure"], "gone")}}, Origin.GENERATED, 0),
        ({}, Origin.GENERATED, 0),
        ({"genome": genome}, Origin.GENERATED, REMOVED_LANE),
        ({"genome": genome}, Origin.GENERATED, 2),
        ({"genome": genome}, Origin.GENERATED, 1),
    ]

    def fill(connection: Connection) -> None:
        for number, (provenance, origin, lane) in enumerate(odd, start=1_000):
            row = stored_piece(connection, number, origin=origin, provenance=provenance, lane=lane)
            store_votes.cast_vote(connection, user=1, artwork=row.id, value=1, now_ms=NOW)

    database.write_now(fill)
    assert list(litter(database)) == [uuid_of(1_007)]


def test_votes_for_what_has_no_children_crowd_out_none(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newer votes for imported, undrawable and other people's pieces, more of them than count, leave the old one."""
    monkeypatch.setattr(breeding, "VOTES_MAX", 5)
    monkeypatch.setattr(breeding, "PARENTS_MAX", 3)
    vote(database, 1, {SILKS[0]: 1}, NOW - HALF_LIFE_MS)
    vote(database, 2, {SILKS[1]: 1}, NOW - HALF_LIFE_MS)
    drawable = {"genome": compose(None, 1).to_dict()}
    private = store_people.lanes_of(2)[1]

    def fill(connection: Connection) -> None:
        for number in range(1_000, 1_006):
            imported = stored_piece(connection, number, provenance=drawable)
            theirs = stored_piece(connection, number + 100, origin=Origin.GENERATED, provenance=drawable, lane=private)
            undrawable = stored_piece(connection, number + 200, origin=Origin.GENERATED)
            for user, row in ((1, imported), (2, imported), (2, theirs), *[(1, undrawable)] * (number < 1_004)):
                store_votes.cast_vote(connection, user=user, artwork=row.id, value=1, now_ms=NOW)

    database.write_now(fill)
    brought = {f"n{number}": 1 for number in range(1_000, 1_006)}
    assert litter(database, **brought) == {uuid_of(SILKS[0]): 0.5, uuid_of(SILKS[1]): 0.1}


def test_others_votes_are_looked_through_so_far(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the newest votes of all, whatever they are for, so many and no more are looked at for those of others."""
    vote(database, 2, {SILKS[0]: 1}, NOW - 3)
    vote(database, 2, {SILKS[1]: 1}, NOW - 2)
    vote(database, 1, {SILKS[2]: 1}, NOW)
    monkeypatch.setattr(breeding, "OTHERS_LOOKED_AT_MAX", 3)
    assert set(litter(database)) == {uuid_of(number) for number in SILKS[:3]}
    monkeypatch.setattr(breeding, "OTHERS_LOOKED_AT_MAX", 2)
    assert set(litter(database)) == {uuid_of(number) for number in SILKS[1:3]}


def test_no_more_pieces_than_that_have_children(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The likeliest are taken."""
    monkeypatch.setattr(breeding, "PARENTS_MAX", 2)
    vote(database, 1, {SILKS[0]: 1, SILKS[2]: 1}, NOW - HALF_LIFE_MS)
    vote(database, 1, {SILKS[1]: 1})
    assert list(litter(database)) == [uuid_of(SILKS[1]), uuid_of(SILKS[0])]


@pytest.mark.anyio
@pytest.mark.usefixtures("each_database")
async def test_a_liked_piece_has_children_through_the_api(tmp_path: Any) -> None:
    """Generate, vote, generate on: among the next pieces some name the liked one as parent; equal wishes stay one."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        first = (await display.post("/api/generate-art", json={})).json()["artwork"]
        await display.post(f"/api/artworks/{first['id']}/vote", json={"value": 1})
        kiosk.clock.advance(1)
        again = (await display.post("/api/generate-art", json={})).json()
        assert (again["artwork"]["id"], again["deduplicated"]) == (first["id"], True)
        parents = []
        for number in range(8):
            body = {"musicInfo": {"title": str(number)}, "previousVotes": [{"artworkId": "\u0000", "value": 1}]}
            made = (await display.post("/api/generate-art", json=body)).json()["artwork"]
            parents += made["provenance"]["genome"]["parents"]
        assert set(parents) == {first["id"]}
