"""What a start puts on the glass."""

from kiosk.app.opening import opening
from kiosk.domain.artworks import Reason
from tests.playback.show import artwork

A, B, C = (artwork(name) for name in "abc")
DEMO = artwork("demo", Reason.DEMO)


def test_what_was_never_shown_comes_first() -> None:
    """Queued pieces, then the bundle's, each only when it was not shown."""
    start = opening(queued=[A, B], demo=[DEMO], last=C, others=[C], shown={"a", "c"})
    assert start.pieces == (B, DEMO)
    assert start.shown == {"a", "c"}


def test_when_all_was_shown_the_last_picture_comes_back() -> None:
    """One picture, the last on the glass, and it does not count as shown for this start."""
    start = opening(queued=[A], demo=[DEMO], last=C, others=[A, B], shown={"a", "b", "c", "demo"})
    assert start.pieces == (C,)
    assert start.shown == {"a", "b", "demo"}


def test_without_its_last_picture_it_takes_any_other() -> None:
    """A cached piece, or failing that one of the bundle; with nothing at all there is nothing."""
    assert opening(queued=[], demo=[DEMO], last=None, others=[A], shown={"a", "demo"}).pieces == (A,)
    assert opening(queued=[], demo=[DEMO], last=None, others=[], shown={"demo"}).pieces == (DEMO,)
    assert opening(queued=[], demo=[], last=None, others=[], shown=()).pieces == ()


def test_every_screen_has_a_picture_of_its_own() -> None:
    """A wall of three screens that has shown all it has begins with three different pictures."""
    start = opening(queued=[], demo=[DEMO], last=C, others=[A, B], shown={"a", "b", "c", "demo"}, screens=3)
    assert start.pieces == (C, A, B)
