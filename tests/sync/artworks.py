"""Artworks for the tests of this package."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from kiosk.domain.artworks import Artwork, Origin, Reason
from kiosk.domain.ids import demo_id
from kiosk.protocol import artworks as wire

MADE = datetime(2026, 1, 1, tzinfo=UTC)


def picture(name: str, size: int = 400) -> bytes:
    """Bytes that begin like a PNG file and are the same for the same name."""
    return b"\x89PNG\r\n\x1a\n" + hashlib.shake_256(name.encode()).digest(size)


def artwork(name: str, *, data: bytes | None = None, **changes: Any) -> Artwork:
    """An artwork whose id and content follow from its name."""
    content = picture(name) if data is None else data
    sha256 = hashlib.sha256(content).hexdigest()
    values: dict[str, Any] = {
        "id": demo_id(name),
        "image_url": f"/api/images/{sha256}",
        "sha256": sha256,
        "bytes": len(content),
        "width": 64,
        "height": 36,
        "media_type": "image/png",
        "title": name,
        "artist": "",
        "prompt": "",
        "style": "silk",
        "origin": Origin.GENERATED,
        "created_at": MADE,
        "fresh_until": MADE + timedelta(minutes=15),
        "reason": Reason.UNSEEN,
        "provenance": {"seed": 1},
    }
    return Artwork(**(values | changes))


def wire_artwork(piece: Artwork) -> dict[str, Any]:
    """The piece as JSON values."""
    values = {name: getattr(piece, name) for name in wire.Artwork.model_fields}
    return wire.Artwork(**values).model_dump(mode="json", by_alias=True)
