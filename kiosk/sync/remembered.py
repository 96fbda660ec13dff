"""A piece in the words of the cache's index, and pieces of earlier queues, which are kept as that text alone.

A piece with its genome is some 8 kB of Python's objects and 1 kB of text. Read and written by `cache`.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from pydantic import ValidationError

from kiosk.domain.artworks import Artwork
from kiosk.protocol import artworks as wire


@dataclass(frozen=True, slots=True)
class Earlier:
    """A piece that was in a queue before the newest one; `text` is its JSON."""

    id: str
    sha256: str
    title: str
    text: str

    @classmethod
    def of(cls, artwork: Artwork) -> Self:
        """Return the piece as it is kept."""
        return cls(artwork.id, artwork.sha256, artwork.title, written(artwork))

    def artwork(self) -> Artwork:
        """Return the piece as it was."""
        return wire.Artwork.model_validate_json(self.text).to_domain()


def written(artwork: Artwork) -> str:
    """Return the piece as JSON."""
    item = wire.Artwork.model_validate(asdict(artwork)).model_dump(mode="json", by_alias=True)
    return json.dumps(item, ensure_ascii=False)


def read(item: Any) -> Artwork | None:
    """Return the piece that an entry of an index tells of, None where it is none."""
    try:
        return wire.Artwork.model_validate(item).to_domain()
    except ValidationError:
        return None
