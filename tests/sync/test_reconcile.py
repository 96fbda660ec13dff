"""The server's page against what only the display knows."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.artworks import Artwork
from kiosk.sync.reconcile import Known, announce, reconcile, unconfirmed
from tests.sync.artworks import artwork

PIECES = [artwork(name) for name in "abcdefgh"]
A, B, C, D, E, F, G, H = PIECES
LISTS = st.lists(st.sampled_from(PIECES), max_size=10)
SETS = st.frozensets(st.sampled_from(PIECES), max_size=5)


def test_optimistic_pieces_stay_on_top_until_the_page_has_them() -> None:
    """A piece announced after the page was made leads; once the page has it, the page's place counts."""
    assert reconcile([B, C], Known(optimistic=(A,))) == (A, B, C)
    assert reconcile([B, A, C], Known(optimistic=(A,))) == (B, A, C)
    assert unconfirmed([B, A, C], [A, D]) == (D,)


def test_what_was_shown_removed_or_set_aside_stays_out() -> None:
    """Pieces the server does not know as shown yet, gone pieces and undecodable content are left out of the page."""
    known = Known(shown=frozenset({A.id}), removed=frozenset({B.id}), set_aside=frozenset({C.sha256}))
    assert reconcile([A, B, C, D], known) == (D,)


def test_a_piece_announced_again_after_it_was_shown_is_wanted_again() -> None:
    """An equal wish brings the same piece back to the top, though its impression is not delivered yet."""
    assert reconcile([B], Known(optimistic=(A,), shown=frozenset({A.id}))) == (A, B)


@given(LISTS, LISTS, SETS, SETS, SETS)
def test_the_merge_holds_its_promises(
    page: list[Artwork],
    optimistic: list[Artwork],
    shown: frozenset[Artwork],
    removed: frozenset[Artwork],
    aside: frozenset[Artwork],
) -> None:
    """Each id once; nothing removed or set aside; nothing shown but what is optimistic; both orders kept; none lost."""
    known = Known(
        optimistic=tuple(optimistic),
        shown=frozenset(piece.id for piece in shown),
        removed=frozenset(piece.id for piece in removed),
        set_aside=frozenset(piece.sha256 for piece in aside),
    )
    queue = reconcile(page, known)
    ahead = [piece for piece in optimistic if piece not in page]
    wanted = [*ahead, *(piece for piece in page if piece not in shown)]
    allowed = [piece for piece in wanted if piece not in removed and piece not in aside]
    assert list(queue) == list(dict.fromkeys(allowed))


@given(LISTS, st.sampled_from(PIECES), st.integers(1, 12))
def test_announcing_puts_a_piece_on_top_once(optimistic: list[Artwork], piece: Artwork, limit: int) -> None:
    """The newest announcement leads, is there once, and the list stays bounded."""
    result = announce(optimistic, piece, limit=limit)
    assert result[0] == piece
    assert result.count(piece) == 1
    assert len(result) <= limit
