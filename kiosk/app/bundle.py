"""The demo pieces that come with the program: what a wall shows before it has met a server."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kiosk.domain.artworks import Artwork, Origin, Reason
from kiosk.domain.ids import demo_id
from kiosk.storage.resources import resource_path

log = logging.getLogger(__name__)

DEMO_CREATED_AT = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DemoPiece:
    """A bundled piece and its file."""

    artwork: Artwork
    path: Path


def demo_pieces() -> tuple[DemoPiece, ...]:
    """Return the bundled pieces; none when the bundle is damaged, which is logged."""
    try:
        folder = resource_path("demo")
        items = json.loads((folder / "demo.json").read_bytes())
        return tuple(DemoPiece(_artwork(item, folder), folder / item["file"]) for item in items)
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("the demo pieces cannot be read: %s", error)
        return ()


def _artwork(item: Mapping[str, Any], folder: Path) -> Artwork:
    sha256 = item["sha256"]
    return Artwork(
        id=demo_id(sha256),
        image_url=f"/api/images/{sha256}",
        sha256=sha256,
        bytes=(folder / item["file"]).stat().st_size,
        width=item["width"],
        height=item["height"],
        media_type=item["mediaType"],
        title=item["title"],
        artist=item["artist"],
        prompt=item["prompt"],
        style=item["style"],
        origin=Origin.GENERATED,
        created_at=DEMO_CREATED_AT,
        fresh_until=None,
        reason=Reason.DEMO,
        provenance=item["provenance"],
    )
