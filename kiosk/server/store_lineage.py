"""Pieces as a family: whom one descends from, and how many generations lie behind it. On a read transaction.

The parents and the generation are kept in a piece's provenance. Whom it may not be like: `store_likeness`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from kiosk.domain.ids import is_uuid
from kiosk.server import dialect
from kiosk.server.tables import AnyRow, artworks

PARENTS_SHOWN = 8


def generation_of(connection: Connection, parents: Sequence[str]) -> int:
    """Return how many generations lie behind a child of these pieces: one more than behind the older; 0 for none."""
    known = [generation_in(json.loads(row.provenance)) for row in _named(connection, parents)]
    return max(known, default=0) + 1 if parents else 0


def generation_in(provenance: Mapping[str, Any]) -> int:
    """Return the generation a piece's provenance tells; 0 where it tells none."""
    told = provenance.get("generation")
    return told if isinstance(told, int) and told > 0 else 0


def parents_in(provenance: Mapping[str, Any]) -> list[str]:
    """Return the ids of a piece's parents as its provenance tells them."""
    genome = provenance.get("genome")
    told = genome.get("parents") if isinstance(genome, dict) else None
    named = told if isinstance(told, list) else []
    return [parent for parent in named if isinstance(parent, str) and is_uuid(parent)][:PARENTS_SHOWN]


def parents_of(connection: Connection, provenance: Mapping[str, Any], *, visible_in: Sequence[int]) -> list[AnyRow]:
    """Return those of a piece's parents that lie in one of the lanes, in their order."""
    named = parents_in(provenance)
    found = {row.public_id: row for row in _named(connection, named) if row.lane in visible_in}
    return [found[name] for name in named if name in found]


def _named(connection: Connection, ids: Sequence[str]) -> Sequence[AnyRow]:
    query = select(artworks).where(dialect.one_of_texts(artworks.c.public_id))
    texts = sorted(filter(is_uuid, ids))
    return connection.execute(query, {"texts": texts}).all() if texts else ()
