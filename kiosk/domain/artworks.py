"""An artwork as both sides know it, and why it is in a queue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Why a piece is in the queue. `DEMO` marks a bundled piece the display put up by itself."""

    FRESH = "fresh"
    UNSEEN = "unseen"
    COOLED = "cooled"
    DEMO = "demo"


class Origin(StrEnum):
    """Where a piece came from."""

    GENERATED = "generated"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Artwork:
    """One piece. Times are aware UTC; `bytes` is the length of the image file; sizes are pixels as stored."""

    id: str
    image_url: str
    sha256: str
    bytes: int
    width: int
    height: int
    media_type: str
    title: str
    artist: str
    prompt: str
    style: str
    origin: Origin
    created_at: datetime
    fresh_until: datetime | None
    reason: Reason
    provenance: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Pool:
    """How much the server still has for this user: pieces fresh, never seen, and seen but cooling down."""

    fresh: int = 0
    unseen: int = 0
    cooling: int = 0
