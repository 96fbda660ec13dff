"""Who may have children: the pieces a user's votes speak for. On a read transaction.

A vote counts less the older it is, half of it after `HALF_LIFE_MS`. The user's own count most; those of others who see
the same pieces count a little. What the user voted down has no children. Only pieces that can have some take part, so
that votes for others crowd out none. `kiosk.generator.breed` does the rest; the genome is kept with the job, so that
equal wishes stay one whatever is voted meanwhile.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, select

from kiosk.domain.artworks import Origin
from kiosk.domain.errors import BadGenome
from kiosk.generator.breed import Parent
from kiosk.generator.genome import Genome, genome_from_dict
from kiosk.generator.styles import RECIPES, STYLES
from kiosk.server import dialect
from kiosk.server.moments import DAY_MS
from kiosk.server.store_people import lanes_of
from kiosk.server.tables import artworks, votes

HALF_LIFE_MS = 7 * DAY_MS
COUNTED_MS = 8 * HALF_LIFE_MS
OTHERS_SHARE = 0.2
VOTES_MAX = 500
OTHERS_LOOKED_AT_MAX = 10_000  # the newest, whatever they are for: bounds the time where hardly one is for these pieces
PARENTS_MAX = 40


def parents_for(connection: Connection, *, user: int, previous: Mapping[str, int], now_ms: int) -> list[Parent]:
    """Return the pieces a new one for this user may descend from, the likeliest first, at most `PARENTS_MAX`.

    `previous` are votes by public id that the wish itself brought; they count as cast now.
    """
    own = _own_votes(connection, user, now_ms) | _brought(connection, user, previous, now_ms)
    weights: defaultdict[int, float] = defaultdict(float)
    for artwork, (value, at_ms) in own.items():
        weights[artwork] += value * _decay(now_ms - at_ms)
    for artwork, value, at_ms in _votes_of_others(connection, user, now_ms):
        weights[artwork] += OTHERS_SHARE * value * _decay(now_ms - at_ms)
    liked = [artwork for artwork, weight in weights.items() if weight > 0 and own.get(artwork, (0, 0))[0] >= 0]
    likeliest = sorted(liked, key=lambda artwork: (-weights[artwork], artwork))
    parents: list[Parent] = []
    for first in range(0, len(likeliest), PARENTS_MAX):
        some = likeliest[first : first + PARENTS_MAX]
        genomes = _genomes(connection, some)
        parents += [Parent(*genomes[artwork], weights[artwork]) for artwork in some if artwork in genomes]
        if len(parents) >= PARENTS_MAX:
            break
    return parents[:PARENTS_MAX]


def _decay(age_ms: int) -> float:
    return float(0.5 ** (max(age_ms, 0) / HALF_LIFE_MS))


def _own_votes(connection: Connection, user: int, now_ms: int) -> dict[int, tuple[int, int]]:
    query = _newest_votes(user, now_ms - COUNTED_MS).where(votes.c.user_id == user)
    return {row.artwork_id: (row.value, row.voted_at) for row in connection.execute(query)}


def _votes_of_others(connection: Connection, user: int, now_ms: int) -> list[tuple[int, int, int]]:
    counted = select(votes.c.voted_at).where(votes.c.voted_at >= now_ms - COUNTED_MS)
    oldest = counted.order_by(votes.c.voted_at.desc()).offset(OTHERS_LOOKED_AT_MAX - 1).limit(1)
    since_ms = connection.execute(oldest).scalar_one_or_none() or now_ms - COUNTED_MS
    query = _newest_votes(user, since_ms).where(votes.c.user_id != user)
    return [(row.artwork_id, row.value, row.voted_at) for row in connection.execute(query)]


def _newest_votes(user: int, since_ms: int) -> Select[Any]:
    """Return the query for the newest votes since a time, of those for pieces that may have children."""
    # Asked of each vote: as a join, planners would rather walk all pieces.
    is_eligible = select(_may_have_children(user)).where(artworks.c.id == votes.c.artwork_id).scalar_subquery()
    return (
        select(votes.c.artwork_id, votes.c.value, votes.c.voted_at)
        .where(votes.c.voted_at >= since_ms, is_eligible)
        .order_by(votes.c.voted_at.desc())
        .limit(VOTES_MAX)
    )


def _may_have_children(user: int) -> ColumnElement[bool]:
    """Return the condition that a piece was generated and lies where the user may see it."""
    return and_(artworks.c.origin == Origin.GENERATED.value, dialect.in_lanes(lanes_of(user)))


def _brought(connection: Connection, user: int, previous: Mapping[str, int], now_ms: int) -> dict[int, tuple[int, int]]:
    if not previous:
        return {}
    named = dialect.one_of_texts(artworks.c.public_id)
    query = select(artworks.c.id, artworks.c.public_id).where(named, _may_have_children(user))
    found = connection.execute(query, {"texts": sorted(previous)})
    return {artwork: (previous[public_id], now_ms) for artwork, public_id in found}


def _genomes(connection: Connection, keys: list[int]) -> dict[int, tuple[str, Genome]]:
    """Return public id and genome of those pieces that this program can draw."""
    query = select(artworks.c.id, artworks.c.public_id, artworks.c.provenance).where(artworks.c.id.in_(keys))
    found: dict[int, tuple[str, Genome]] = {}
    for row in connection.execute(query):
        try:
            genome = genome_from_dict(json.loads(row.provenance).get("genome"))
        except BadGenome:
            continue  # of another version, or an outside provider's own record
        if genome.style in STYLES and RECIPES[genome.style].knows(genome.structure):
            found[row.id] = (row.public_id, genome)
    return found
