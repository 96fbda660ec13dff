"""The queue as the display should have it: the server's page, corrected by what only the display knows. Pure.

The server is right about everything it had heard of when it made the page. It had not heard of impressions still in the
outbox, and a page on its way may be older than a piece the stream has just announced. Its counterpart is
`kiosk.server.rules`, which orders the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.domain.artworks import Artwork


@dataclass(frozen=True, slots=True)
class Known:
    """What the display knows and the page may not.

    `optimistic` are pieces announced to this display, not yet seen in a page and not shown since, newest first; `shown`
    ids of pieces with impressions the server may not have counted when it made the page; `removed` ids that are gone;
    `set_aside` content hashes that cannot be shown.
    """

    optimistic: tuple[Artwork, ...] = ()
    shown: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    set_aside: frozenset[str] = frozenset()


def reconcile(page: Sequence[Artwork], known: Known) -> tuple[Artwork, ...]:
    """Return the queue: optimistic pieces first, then the page in its order, each id once, none that must stay out.

    `shown` does not touch optimistic pieces: one announced again after it was shown (a repeated wish) is wanted again.
    """
    unseen = (artwork for artwork in page if artwork.id not in known.shown)
    queue: dict[str, Artwork] = {}
    for artwork in (*unconfirmed(page, known.optimistic), *unseen):
        if artwork.id not in known.removed and artwork.sha256 not in known.set_aside:
            queue.setdefault(artwork.id, artwork)
    return tuple(queue.values())


def unconfirmed(page: Sequence[Artwork], optimistic: Sequence[Artwork]) -> tuple[Artwork, ...]:
    """Return the optimistic pieces the page does not have yet, in order, each id once."""
    in_page = {artwork.id for artwork in page}
    return tuple({artwork.id: artwork for artwork in optimistic if artwork.id not in in_page}.values())


def announce(optimistic: Sequence[Artwork], artwork: Artwork, *, limit: int = 32) -> tuple[Artwork, ...]:
    """Return the optimistic pieces with `artwork` on top, each id once, at most `limit` of them."""
    return (artwork, *(other for other in optimistic if other.id != artwork.id))[:limit]
