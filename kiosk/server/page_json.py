"""A page of the queue as JSON, straight from the database's rows: what every display asks for all the time.

The shape is `protocol.artworks.NextReply`; making twenty validated models of each page would cost more than finding it.
tests/server/test_page_json.py holds the two against each other.
"""

from collections.abc import Iterable
from functools import lru_cache
from operator import itemgetter
from typing import Any

from pydantic_core import to_json

from kiosk.domain.artworks import Pool, Reason
from kiosk.protocol.base import rfc3339
from kiosk.server.moments import from_ms
from kiosk.server.tables import AnyRow, artworks

_NAMES = (
    "id",
    "imageUrl",
    "sha256",
    "bytes",
    "width",
    "height",
    "mediaType",
    "title",
    "artist",
    "prompt",
    "style",
    "origin",
    "createdAt",
    "freshUntil",
    "reason",
)
_COLUMNS = (
    "public_id",
    "sha256",
    "byte_count",
    "width",
    "height",
    "media_type",
    "title",
    "artist",
    "prompt",
    "style",
    "origin",
    "created_at",
    "fresh_until",
    "provenance",
)
# By position: by name, SQLAlchemy's rows take five times as long.
_fields = itemgetter(*(list(artworks.c.keys()).index(name) for name in _COLUMNS))


def page_json(session_id: str, queue: Iterable[tuple[AnyRow, Reason]], pool: Pool, now_ms: int) -> bytes:
    """Return the JSON text of a `NextReply`; the rows hold all columns of `artworks`, in the table's order."""
    return b'{"sessionId":%b,"artworks":[%b],"pool":{"fresh":%d,"unseen":%d,"cooling":%d},"serverTime":"%b"}' % (
        to_json(session_id),
        b",".join([_artwork(_fields(row), reason) for row, reason in queue]),
        pool.fresh,
        pool.unseen,
        pool.cooling,
        _moment(now_ms).encode(),
    )


@lru_cache(maxsize=2_048)  # displays that share a queue, or wait in front of the same news, get the same pieces
def _artwork(fields: tuple[Any, ...], reason: Reason) -> bytes:
    public_id, sha256, *plain, created_at, fresh_until, provenance = fields
    until = None if fresh_until is None else _moment(fresh_until)
    values = (public_id, f"/api/images/{sha256}", sha256, *plain, _moment(created_at), until, reason.value)
    head = to_json(dict(zip(_NAMES, values, strict=True)))
    return b'%b,"provenance":%b}' % (head[:-1], provenance.encode())


def _moment(ms: int) -> str:
    return rfc3339(from_ms(ms))
