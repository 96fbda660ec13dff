"""The bundled pieces, as artworks of their own lane: there from the first start, older than everything made since."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from kiosk.domain.artworks import Origin
from kiosk.domain.ids import demo_id
from kiosk.server import store_artworks
from kiosk.server.database import Database
from kiosk.server.images import ImageStore
from kiosk.server.moments import to_ms
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.tables import DEMO_LANE
from kiosk.storage.resources import resource_path

log = logging.getLogger(__name__)

CREATED_AT_MS = to_ms(datetime(2020, 1, 1, tzinfo=UTC))


def seed_demo(database: Database, images: ImageStore) -> int:
    """Add the bundled pieces that are not there yet; return how many. Never stops a start: faults are logged."""
    try:
        folder = resource_path("demo")
        listed = json.loads((folder / "demo.json").read_bytes())
        missing = database.read_now(lambda connection: _missing(connection, listed))
        pieces = [_stored_piece(entry, folder, images) for entry in missing]
        return database.write_now(lambda connection: _insert(connection, pieces)) if pieces else 0
    except (OSError, ValueError, KeyError, TypeError, SQLAlchemyError) as error:
        log.warning("the bundled pieces cannot be used: %s", error)
        return 0


def _missing(connection: Connection, listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the pieces without an artwork, the first listed last, so that it comes to lie on top."""
    return [entry for entry in reversed(listed) if _is_missing(connection, demo_id(entry["sha256"]))]


def _is_missing(connection: Connection, public_id: str) -> bool:
    return store_artworks.find(connection, public_id, visible_in=(DEMO_LANE,)) is None


def _stored_piece(entry: dict[str, Any], folder: Path, images: ImageStore) -> NewArtwork:
    data = (folder / entry["file"]).read_bytes()
    if images.put(data, entry["mediaType"]) != entry["sha256"]:
        raise ValueError(f"{entry['file']} is not the file the list names")
    return NewArtwork(
        public_id=demo_id(entry["sha256"]),
        sha256=entry["sha256"],
        byte_count=len(data),
        width=entry["width"],
        height=entry["height"],
        media_type=entry["mediaType"],
        title=entry["title"],
        artist=entry["artist"],
        origin=Origin.GENERATED,
        prompt=entry["prompt"],
        style=entry["style"],
        provenance=entry["provenance"],
    )


def _insert(connection: Connection, pieces: list[NewArtwork]) -> int:
    """Add those of the pieces that no other server has added since; return how many."""
    store_artworks.hold_lane(connection, DEMO_LANE)
    missing = [piece for piece in pieces if _is_missing(connection, piece.public_id)]
    for piece in missing:
        store_artworks.insert(
            connection, piece, lane=DEMO_LANE, created_by=None, created_at=CREATED_AT_MS, fresh_until=None
        )
    return len(missing)
