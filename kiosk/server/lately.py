"""What was made lately for a user: what a new piece repeats neither in composition nor in title. On a read transaction.

That its picture is like none of them either is the business of `store_likeness`.
"""

import json
from collections.abc import Callable

from sqlalchemy import ColumnElement, Connection, Select, select, text

from kiosk.domain.artworks import Origin
from kiosk.domain.errors import BadGenome
from kiosk.generator.breed import CHILDREN_SEEN
from kiosk.generator.genome import Genome, genome_from_dict, genome_from_json
from kiosk.server import dialect
from kiosk.server.store_jobs import JobStatus
from kiosk.server.store_people import lanes_of
from kiosk.server.tables import artworks, jobs
from kiosk.server.tables.queue import SIGNED

TITLES_MAX = 500
_UNDER_WAY = (JobStatus.QUEUED.value, JobStatus.RUNNING.value)


def genomes_lately(connection: Connection, *, user: int) -> list[Genome]:
    """Return the genomes of the newest pieces the user may see, newest first, before them those still to be made."""
    under_way = (
        select(jobs.c.genome)
        .where(jobs.c.user_id == user, jobs.c.state.in_(_UNDER_WAY))
        .order_by(jobs.c.created_at.desc())
        .limit(CHILDREN_SEEN)
    )
    made = _newest(user, artworks.c.provenance).limit(CHILDREN_SEEN)
    genomes = [_read(genome_from_json, row.genome) for row in connection.execute(under_way)]
    genomes += [_read(_genome_in, row.provenance) for row in connection.execute(made)]
    return [genome for genome in genomes if genome is not None][:CHILDREN_SEEN]


def titles_lately(connection: Connection, *, user: int) -> list[str]:
    """Return the titles of the newest pieces the user may see."""
    return [row.title for row in connection.execute(_newest(user, artworks.c.title).limit(TITLES_MAX))]


def _newest(user: int, column: ColumnElement[str]) -> Select[str]:
    return (
        select(column)
        .where(text(SIGNED), artworks.c.origin == Origin.GENERATED.value, dialect.in_lanes(lanes_of(user)))
        .order_by(artworks.c.id.desc())
    )


def _genome_in(provenance: str) -> Genome:
    return genome_from_dict(json.loads(provenance).get("genome"))


def _read(read: Callable[[str], Genome], text: str) -> Genome | None:
    """Return the genome of a text; None for one of another version, or an outside provider's own record."""
    try:
        return read(text)
    except BadGenome:
        return None
