"""Who may have children: the pieces a user's votes speak for. On a read transaction.

A vote counts less the older it is, half of it after `HALF_LIFE_MS`. The user's own count most; those of others who see
the same pieces count a little. What the user voted down has no children. `kiosk.generator.breed` does the rest; the
genome is kept with the job, so that equal wishes stay one whatever is voted meanwhile.
"""

import json
from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, select

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
PARENTS_MAX = 40


def parents_for(connection: Connection, *, user: int, previous: Mapping[str, int], now_ms: int) -> list[Parent]:
    """Return the pieces a new one for this user may descend from, the likeliest first, at most `PARENTS_MAX`.

    `previous` are votes by public id that the wish itself brought; they count as cast now.
    """
    own = _own_votes(connection, user, now_ms) | _brought(connection, previous, now_ms)
    weights: defaultdict[int, float] = defaultdict(float)
    for artwork, (value, at_ms) in own.items():
        weights[artwork] += value * _decay(now_ms - at_ms)
    for artwork, value, at_ms in _votes_of_others(connection, user, now_ms):
        weights[artwork] += OTHERS_SHARE * value * _decay(now_ms - at_ms)
    liked = [artwork for artwork, weight in weights.items() if weight > 0 and own.get(artwork, (0, 0))[0] >= 0]
    likeliest = sorted(liked, key=lambda artwork: (-weights[artwork], artwork))[:PARENTS_MAX]
    genomes = _genomes(connection, user, likeliest)
    return [Parent(*genomes[artwork], weights[artwork]) for artwork in likeliest if artwork in genomes]


def _decay(age_ms: int) -> float:
    return float(0.5 ** (max(age_ms, 0) / HALF_LIFE_MS))


def _own_votes(connection: Connection, user: int, now_ms: int) -> dict[int, tuple[int, int]]:
    query = _VOTES.where(votes.c.user_id == user, votes.c.voted_at >= now_ms - COUNTED_MS)
    return {artwork: (value, at_ms) for artwork, value, at_ms in connection.execute(query)}


def _votes_of_others(connection: Connection, user: int, now_ms: int) -> list[tuple[int, int, int]]:
    query = _VOTES.where(votes.c.user_id != user, votes.c.voted_at >= now_ms - COUNTED_MS)
    return [(artwork, value, at_ms) for artwork, value, at_ms in connection.execute(query)]


def _brought(connection: Connection, previous: Mapping[str, int], now_ms: int) -> dict[int, tuple[int, int]]:
    if not previous:
        return {}
    query = select(artworks.c.id, artworks.c.public_id).where(dialect.one_of_texts(artworks.c.public_id))
    found = connection.execute(query, {"texts": sorted(previous)})
    return {artwork: (previous[public_id], now_ms) for artwork, public_id in found}


def _genomes(connection: Connection, user: int, keys: list[int]) -> dict[int, tuple[str, Genome]]:
    """Return public id and genome of those pieces that the user may see and that this program can draw."""
    query = select(artworks.c.id, artworks.c.public_id, artworks.c.provenance).where(
        artworks.c.id.in_(keys), artworks.c.origin == Origin.GENERATED.value, dialect.in_lanes(lanes_of(user))
    )
    found: dict[int, tuple[str, Genome]] = {}
    for row in connection.execute(query) if keys else ():
        try:
            genome = genome_from_dict(json.loads(row.provenance).get("genome"))
        except BadGenome:
            continue  # of another version, or an outside provider's own record
        if genome.style in STYLES and RECIPES[genome.style].knows(genome.structure):
            found[row.id] = (row.public_id, genome)
    return found


_VOTES = select(votes.c.artwork_id, votes.c.value, votes.c.voted_at).order_by(votes.c.voted_at.desc()).limit(VOTES_MAX)
