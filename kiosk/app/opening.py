"""What a start puts on the glass before it has heard from a server (pure).

First what the cache holds of the queue and was never shown; then the bundle's pieces that were never shown. When all of
that has been on the glass, the last picture comes back: a wall is never black.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kiosk.domain.artworks import Artwork


@dataclass(frozen=True, slots=True)
class Opening:
    """Pieces to begin with, in order, and the ids that count as shown (within the cooldown)."""

    pieces: tuple[Artwork, ...]
    shown: frozenset[str]


def opening(
    *,
    queued: Sequence[Artwork],
    demo: Sequence[Artwork],
    last: Artwork | None,
    others: Sequence[Artwork],
    shown: Collection[str],
    screens: int = 1,
) -> Opening:
    """Return the beginning: `queued` and `demo` less what was `shown`; failing these a picture that was, a screen.

    `last` is the piece last on the glass when its image is still here; `others` are further cached pieces.
    """
    fresh = tuple(piece for piece in (*queued, *demo) if piece.id not in shown)
    if fresh:
        return Opening(fresh, frozenset(shown))
    known = {piece.id: piece for piece in (last, *others, *demo) if piece is not None}
    again = tuple(known.values())[:screens]
    return Opening(again, frozenset(shown) - {piece.id for piece in again})
