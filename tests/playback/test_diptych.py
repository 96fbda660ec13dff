"""Two portrait pieces share a landscape screen."""

from dataclasses import replace

import pytest

from kiosk.domain.artworks import Artwork, Reason
from kiosk.playback.diptych import is_portrait, partner_of
from kiosk.playback.events import (
    NextAsked,
    PreviousAsked,
    QueueRestored,
    ShowFailed,
    ShownElsewhere,
    ShowPiece,
    StageResized,
)
from kiosk.playback.state import Entry, State, Timing
from tests.playback.show import Show, artwork

WIDE, TALL = (1920, 1080), (1080, 1920)


def portrait(name: str, reason: Reason = Reason.UNSEEN) -> Artwork:
    """Return a piece higher than wide."""
    return replace(artwork(name, reason), width=1200, height=1600)


def shown(show: Show) -> list[str]:
    """Return what was hung, one text a hanging."""
    shows = [effect for effect in show.effects if isinstance(effect, ShowPiece)]
    return ["".join(piece.id for piece in effect.hanging) for effect in shows]


def on_wide_screen(*pieces: Artwork, timing: Timing | None = None) -> Show:
    """Return a show on a landscape screen with these pieces in its queue, their images on disk."""
    show = Show(State(timing=timing or Timing(), screen_px=WIDE))
    show.tell(QueueRestored(show.now_s, pieces))
    return show


def test_portraits_pair_up_and_the_rest_stands_alone() -> None:
    """The next two portrait pieces hang together, whatever lies between them; each is shown once."""
    show = on_wide_screen(portrait("a"), artwork("b"), portrait("c"), portrait("d"), artwork("e"))
    show.run(100)
    assert shown(show) == ["ac", "b", "d", "e"]


def test_a_portrait_screen_pairs_nothing() -> None:
    """Where a portrait piece has the screen it needs, it has it to itself."""
    show = Show(State(screen_px=TALL))
    show.sync(portrait("a"), portrait("b"))
    show.run(40)
    assert shown(show) == ["a", "b"]


def test_the_operator_may_say_no() -> None:
    """Without diptychs every piece stands alone."""
    show = on_wide_screen(portrait("a"), portrait("b"), timing=Timing(diptychs=False))
    show.run(40)
    assert shown(show) == ["a", "b"]


def test_a_screen_that_was_turned_pairs_from_then_on() -> None:
    """The stage's size is what counts at the time of the change."""
    show = Show(State(screen_px=TALL))
    show.sync(*(portrait(name) for name in "abcde"))
    show.run(5)
    show.tell(StageResized(show.now_s, *WIDE))
    show.run(60)
    assert shown(show) == ["a", "bc", "de"]


def test_only_its_like_hangs_beside_a_piece() -> None:
    """A fresh piece does not take an unseen one with it, nor one whose image is not there."""
    fresh, unseen = Entry(portrait("a", Reason.FRESH), ready=True), Entry(portrait("b"), ready=True)
    late = Entry(portrait("c", Reason.FRESH))
    assert partner_of(fresh, [fresh, unseen, late], WIDE) is None
    assert partner_of(fresh, [fresh, unseen, replace(late, ready=True)], WIDE) == replace(late, ready=True)


def test_back_and_forth_by_hand_goes_by_hangings() -> None:
    """The way back brings the diptych as it hung, the way forth what followed it."""
    show = on_wide_screen(portrait("a"), portrait("b"), artwork("c"), artwork("d"))
    show.run(14)
    show.tell(PreviousAsked(show.now_s))
    show.run(2)
    show.tell(NextAsked(show.now_s))
    show.run(2)
    assert shown(show) == ["ab", "c", "ab", "c"]


def test_the_sound_half_of_a_broken_diptych_comes_back() -> None:
    """When one of two cannot be shown the other goes on; the broken one never."""
    show = on_wide_screen(portrait("a"), portrait("b"), artwork("c"))
    first = next(effect for effect in show.effects if isinstance(effect, ShowPiece))
    show.tell(ShowFailed(show.now_s, first.showing_id, broken="b"))
    show.run(40)
    assert sorted(shown(show)[1:]) == ["a", "c"]


def test_what_another_screen_took_is_not_for_this_one() -> None:
    """Pieces another screen of the wall shows leave the queue, and no page brings them back."""
    show = on_wide_screen(artwork("a"), artwork("b"), artwork("c"))
    show.tell(ShownElsewhere(show.now_s, ("b",)))
    show.sync(artwork("b"), artwork("c"))
    show.run(60)
    assert shown(show) == ["a", "c"]


@pytest.mark.parametrize(
    ("size", "expected"), [((1200, 1600), True), ((1000, 1000), False), ((1000, 1100), False), ((0, 0), False)]
)
def test_what_a_portrait_is(size: tuple[int, int], expected: bool) -> None:
    """Clearly higher than wide; nearly square or of unknown size is not."""
    assert is_portrait(replace(artwork("a"), width=size[0], height=size[1])) is expected


def test_a_photograph_on_its_side_is_a_portrait() -> None:
    """What a phone stored wide and marks as upright counts by how it will be seen."""
    stored = replace(artwork("a"), width=4000, height=3000)
    assert not is_portrait(stored)
    assert is_portrait(replace(stored, provenance={"orientation": 6}))
    assert not is_portrait(replace(stored, provenance={"orientation": 3}))
