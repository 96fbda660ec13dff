"""The playback rules of the contract, each driven through simulated time."""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.artworks import Artwork, Reason
from kiosk.domain.impressions import EndedBy
from kiosk.playback.decide import is_holding
from kiosk.playback.events import (
    ArtArrived,
    ArtRemoved,
    ArtRequested,
    ArtRequestFailed,
    Event,
    ExposureChanged,
    ImageFailed,
    ImageLost,
    ImageReady,
    NextAsked,
    Notice,
    PauseSet,
    PreviousAsked,
    QueueRestored,
    Refetch,
    ShowFailed,
    ShownBefore,
    ShowPiece,
    SleepSet,
    Ticked,
)
from kiosk.playback.state import Entry, Placeholder, State, Timing
from tests.playback.show import Show, artwork, show_with


def stayed(show: Show) -> list[float]:
    """Return how long each piece but the last had the stage."""
    return [after.half_at_s - before.half_at_s for before, after in itertools.pairwise(show.stays)]


@pytest.mark.parametrize(
    ("pin_s", "dwell_s", "morph_s"), [(3, 12, 4), (3, 1, 4), (0.1, 0.1, 4), (3, 12, 0.1), (5, 5, 30)]
)
def test_a_piece_has_the_stage_for_the_greater_of_pin_and_dwell(pin_s: float, dwell_s: float, morph_s: float) -> None:
    """Half weight to half weight is max(pin, dwell), whatever the morph's length."""
    show = show_with(*"abcdef", timing=Timing(pin_s=pin_s, dwell_s=dwell_s, morph_s=morph_s))
    show.run(6 * max(pin_s, dwell_s))
    assert len(stayed(show)) >= 4
    assert stayed(show) == pytest.approx([max(pin_s, dwell_s)] * len(stayed(show)))


def test_a_cut_has_no_morph() -> None:
    """With transition `none` the change takes no time and the stay is the same."""
    show = show_with(*"abc", timing=Timing(transition="none"))
    show.run(30)
    assert [effect.morph_s for effect in show.effects if isinstance(effect, ShowPiece)] == [0.0, 0.0, 0.0]
    assert stayed(show) == pytest.approx([12.0, 12.0])


def test_news_takes_the_stage_after_the_pin_and_before_the_dwell() -> None:
    """A fresh piece pushed during a dwell of 60 s is on within the pin and its morph, and never sooner than the pin."""
    show = show_with("a", "b", timing=Timing(dwell_s=60))
    show.run(3)
    show.tell(ArtArrived(show.now_s, artwork("news", Reason.FRESH)))
    show.run(10)
    assert [stay.artwork_id for stay in show.stays] == ["a", "news"]
    assert 3.0 <= stayed(show)[0] <= 7.0


def test_fast_news_is_pinned() -> None:
    """A piece pushed every second: each change is news that cuts a dwell, and no piece stays less than the pin."""
    show = show_with("a")
    for index in range(30):
        show.tell(ArtArrived(show.now_s, artwork(f"n{index}", Reason.FRESH)))
        show.run(1)
    assert len(show.stays) == 10
    assert stayed(show) == pytest.approx([3.0] * 9, abs=0.5)
    assert min(stayed(show)) >= 3.0 - 1e-6


def test_a_burst_of_news_cuts_one_dwell() -> None:
    """Of ten pieces pushed within a second, as by an import, one goes on after the pin, the rest in their turn."""
    show = show_with("a")
    for index in range(10):
        show.tell(ArtArrived(show.now_s, artwork(f"n{index}", Reason.FRESH)))
        show.run(0.1)
    show.run(120)
    assert len(show.stays) == 11
    assert stayed(show) == pytest.approx([3.0, *[12.0] * 9])


def fresh(*names: str) -> tuple[Artwork, ...]:
    """Return fresh pieces of these ids."""
    return tuple(artwork(name, Reason.FRESH) for name in names)


@pytest.mark.parametrize("on_glass_first", [True, False])
def test_fresh_pieces_in_line_have_their_dwell_each(on_glass_first: bool) -> None:
    """A page full of fresh pieces, as after an import, cuts the dwell of what was on the glass, not its own pieces'."""
    show = Show(State())
    if on_glass_first:
        show.tell(QueueRestored(show.now_s, (artwork("cached"),)))
        show.run(1)
    show.sync(*fresh(*"abcdef"))
    show.run(70)
    assert "".join(stay.artwork_id[0] for stay in show.stays) == "cabcdef"[0 if on_glass_first else 1 :]
    stays = stayed(show)[1:] if on_glass_first else stayed(show)
    assert stays == pytest.approx([12.0] * 5)
    if on_glass_first:
        assert stayed(show)[0] < 6.0


def test_a_later_page_with_more_of_the_line_cuts_no_dwell() -> None:
    """What a longer list brings to light behind the pieces known is no news either."""
    show = Show(State())
    show.sync(*fresh(*"abc"))
    show.run(1)
    show.sync(*fresh(*"bcdefg"))
    show.run(60)
    assert stayed(show)[1:] == pytest.approx([12.0] * len(stayed(show)[1:]))


def test_news_whose_image_comes_late_is_still_news() -> None:
    """A piece passed over only because its image was on its way cuts the dwell of the piece that went before it."""
    show = show_with("a", "b")
    show.run(3)
    show.fetches = False
    show.tell(ArtArrived(show.now_s, artwork("late", Reason.FRESH)))
    show.run(12)
    assert [stay.artwork_id for stay in show.stays] == ["a", "b"]
    show.tell(ImageReady(show.now_s, "late"))
    show.run(6)
    assert [stay.artwork_id for stay in show.stays] == ["a", "b", "late"]
    assert stayed(show)[1] < 9.0


def test_what_the_display_asked_for_itself_does_not_cut_a_dwell() -> None:
    """A piece made for the pool waits its turn; one a person asked for does not."""
    show = show_with("a")
    show.run(3)
    show.tell(ArtRequested(show.now_s, "r1", urgent=False))
    show.tell(ArtArrived(show.now_s, artwork("pool", Reason.FRESH), "r1"))
    show.run(20)
    assert stayed(show) == pytest.approx([12.0])


def test_a_placeholder_becomes_its_piece_at_the_top_once() -> None:
    """Success replaces the placeholder at the top, dedupes by id, and a refetch follows after 2 s."""
    show = show_with("a", "b", "c")
    show.run(1)
    show.tell(ArtRequested(show.now_s, "r1", urgent=True))
    assert show.state.queue[0] == Placeholder("r1", urgent=True)
    show.tell(ArtArrived(show.now_s, artwork("new", Reason.FRESH)))
    effects = show.tell(ArtArrived(show.now_s, artwork("new", Reason.FRESH), "r1"))
    assert Refetch(2.0) in effects
    assert [entry.artwork.id for entry in show.state.pieces] == ["new", "b", "c"]
    assert not any(isinstance(slot, Placeholder) for slot in show.state.queue)


def test_a_failed_request_rolls_the_queue_back() -> None:
    """After a failure the queue is what it was before the request."""
    show = show_with("a", "b", "c")
    show.run(1)
    before = show.state.queue
    show.tell(ArtRequested(show.now_s, "r1", urgent=True))
    show.tell(ArtRequestFailed(show.now_s, "r1"))
    assert show.state.queue == before


def test_a_page_that_does_not_know_the_news_yet_does_not_drop_it() -> None:
    """A page fetched before the push keeps the pushed piece on top; one much later without it drops it."""
    show = show_with("a", "b", timing=Timing(dwell_s=600))
    show.fetches = False
    show.run(1)
    show.tell(ArtArrived(show.now_s, artwork("new", Reason.FRESH)))
    show.sync(artwork("b"))
    assert [entry.artwork.id for entry in show.state.pieces] == ["new", "b"]
    show.run(30)
    show.sync(artwork("b"))
    assert [entry.artwork.id for entry in show.state.pieces] == ["b"]


def test_with_nothing_new_the_picture_holds() -> None:
    """Without a next piece nothing is shown again; the state says so and the next piece goes on when it comes."""
    show = show_with("a")
    show.run(100)
    assert [stay.artwork_id for stay in show.stays] == ["a"]
    assert is_holding(show.state, show.now_s)
    show.sync(artwork("b"))
    show.run(5)
    assert [stay.artwork_id for stay in show.stays] == ["a", "b"]


def test_a_short_queue_is_filled_before_it_is_empty() -> None:
    """A page holds only part of what the server has: each piece that goes on asks for more while few are left."""
    show = show_with(*(f"p{index}" for index in range(12)))
    show.run(1)
    assert not any(isinstance(effect, Refetch) for effect in show.effects)
    show.run(40)
    assert any(isinstance(effect, Refetch) for effect in show.effects)


def test_what_was_shown_does_not_come_back_by_a_stale_page() -> None:
    """A page that still lists a shown piece does not bring it back; one that says cooled a week later does."""
    show = show_with("a", "b")
    show.run(30)
    show.sync(artwork("a"), artwork("b"))
    show.run(100)
    assert [stay.artwork_id for stay in show.stays] == ["a", "b"]
    show.run(7 * 86_400)
    show.sync(artwork("a", Reason.COOLED))
    show.run(10)
    assert [stay.artwork_id for stay in show.stays] == ["a", "b", "a"]


def test_earlier_runs_count() -> None:
    """A piece shown by the process before is not shown by this one."""
    show = Show()
    show.tell(ShownBefore(0.0, frozenset("a")))
    show.tell(QueueRestored(0.0, (artwork("a"), artwork("b"))))
    show.run(30)
    assert [stay.artwork_id for stay in show.stays] == ["b"]
    show.sync(artwork("a", Reason.COOLED))
    show.run(10)
    assert [stay.artwork_id for stay in show.stays] == ["b", "a"]


def test_next_by_hand_acts_at_once_even_within_the_pin_and_mid_morph() -> None:
    """`next` starts the change in the same step, and the leaving piece ends as skipped."""
    show = show_with(*"abcd")
    show.run(2.5)
    effects = show.tell(NextAsked(show.now_s))
    shown = [effect for effect in effects if isinstance(effect, ShowPiece)]
    assert [(effect.hanging[0].id, effect.cause) for effect in shown] == [("b", EndedBy.SKIP)]
    show.run(0.1)
    assert [e.hanging[0].id for e in show.tell(NextAsked(show.now_s)) if isinstance(e, ShowPiece)] == ["c"]


def test_previous_and_next_walk_the_same_way_back_and_forth() -> None:
    """previous, previous, next, next by hand: b, a, b, c."""
    show = show_with(*"abc", timing=Timing(dwell_s=100))
    for _ in range(2):
        show.run(5)
        show.tell(NextAsked(show.now_s))
    for ask in (PreviousAsked, PreviousAsked, NextAsked, NextAsked):
        show.run(5)
        show.tell(ask(show.now_s))
    show.run(5)
    assert "".join(stay.artwork_id for stay in show.stays) == "abcbabc"


def test_nothing_before_and_nothing_new_are_said() -> None:
    """By hand at either end of the queue: a word, no change."""
    show = show_with("a")
    show.run(5)
    assert Notice("nothing-before") in show.tell(PreviousAsked(show.now_s))
    assert Notice("nothing-new") in show.tell(NextAsked(show.now_s))
    assert len(show.stays) == 1


@pytest.mark.parametrize(
    "stopped_at",
    [
        lambda at_s, stopped: PauseSet(at_s, paused=stopped),
        lambda at_s, stopped: SleepSet(at_s, asleep=stopped),
        lambda at_s, stopped: ExposureChanged(at_s, exposed=not stopped),
    ],
    ids=["paused", "asleep", "hidden"],
)
def test_paused_asleep_or_hidden_nothing_goes_on(stopped_at: Callable[[float, bool], Event]) -> None:
    """The queue waits while paused, asleep or hidden, and goes on after."""
    show = show_with(*"abc")
    show.run(3)
    show.tell(stopped_at(show.now_s, True))
    show.run(100)
    assert len(show.stays) == 1
    show.tell(stopped_at(show.now_s, False))
    show.run(13)
    assert len(show.stays) >= 2


def test_a_pause_does_not_keep_the_stage_empty() -> None:
    """Paused before anything is on the stage, the first piece comes on all the same and is then held."""
    show = Show()
    show.tell(PauseSet(show.now_s, paused=True))
    show.sync(*map(artwork, "abc"))
    show.run(100)
    assert [stay.artwork_id for stay in show.stays] == ["a"]


def test_a_broken_picture_is_skipped_and_never_tried_again() -> None:
    """A piece the stage or the download cannot show is set aside; its neighbours go on."""
    show = show_with(*"abc")
    show.run(3)
    show.tell(ImageFailed(show.now_s, "b"))
    show.sync(artwork("b"), artwork("c"))
    show.run(30)
    assert [stay.artwork_id for stay in show.stays] == ["a", "c"]


def test_a_show_that_failed_leaves_the_piece_on_the_stage() -> None:
    """When the stage says it could not show a piece, the next one is tried at once and the old one stays meanwhile."""
    state = State()
    show = Show(state)
    show.sync(artwork("a"), artwork("b"), artwork("c"))
    show.run(5)
    effects = show.tell(NextAsked(show.now_s))
    shown = next(effect for effect in effects if isinstance(effect, ShowPiece))
    after = show.tell(ShowFailed(show.now_s, shown.showing_id, broken="b"))
    assert show.state.on_stage is not None
    assert show.state.on_stage.artwork.id == "a"
    assert "b" in show.state.broken
    assert not [effect for effect in after if isinstance(effect, ShowPiece) and effect.hanging[0].id == "b"]
    show.run(12)
    assert [stay.artwork_id for stay in show.stays] == ["a", "c"]


def test_a_piece_whose_file_was_lost_comes_back_when_it_is_there_again() -> None:
    """A show that failed for a missing file keeps the piece in the queue, fetches it, and shows it later."""
    show = show_with("a", "b")
    show.run(5)
    shown = next(effect for effect in show.tell(NextAsked(show.now_s)) if isinstance(effect, ShowPiece))
    show.tell(ShowFailed(show.now_s, shown.showing_id))
    show.run(20)
    assert [stay.artwork_id for stay in show.stays] == ["a", "b"]


def test_a_removed_piece_is_not_shown() -> None:
    """A piece taken back by the server leaves the queue and the way back."""
    show = show_with(*"abc")
    show.run(3)
    show.tell(ArtRemoved(show.now_s, "b"))
    show.run(30)
    assert [stay.artwork_id for stay in show.stays] == ["a", "c"]


def test_a_lost_image_is_fetched_again() -> None:
    """When the cache was emptied the piece waits for its image instead of being shown without."""
    show = show_with(*"ab")
    show.run(3)
    show.fetches = False
    show.tell(ImageLost(show.now_s, "b"))
    show.run(60)
    assert [stay.artwork_id for stay in show.stays] == ["a"]


NAMES = st.sampled_from("abcdefgh")
STEPS = st.one_of(
    st.builds(lambda names: ("sync", names), st.lists(NAMES, max_size=6)),
    st.builds(lambda name: ("push", name), NAMES),
    st.builds(lambda name: ("fail", name), NAMES),
    st.builds(lambda name: ("lose", name), NAMES),
    st.builds(lambda s: ("wait", s), st.floats(0, 20)),
    st.sampled_from([("next", ""), ("previous", ""), ("pause", ""), ("resume", ""), ("tick", "")]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=30))
def test_whatever_happens_the_rules_hold(steps: list[tuple[str, object]]) -> None:
    """No piece twice in the queue, none queued that is on the glass, no automatic stay under the pin, no busy timer."""
    show = Show()
    by_hand = False
    for word, value in steps:
        match word:
            case "sync":
                show.sync(*(artwork(str(name)) for name in value))  # type: ignore[attr-defined]
            case "push":
                show.tell(ArtArrived(show.now_s, artwork(str(value), Reason.FRESH)))
            case "fail":
                show.tell(ImageFailed(show.now_s, str(value)))
            case "lose":
                show.tell(ImageLost(show.now_s, str(value)))
            case "wait":
                show.run(float(value))  # type: ignore[arg-type]
            case "next" | "previous":
                by_hand = True
                show.tell(NextAsked(show.now_s) if word == "next" else PreviousAsked(show.now_s))
            case "pause" | "resume":
                show.tell(PauseSet(show.now_s, paused=word == "pause"))
            case _:
                show.tell(Ticked(show.now_s))
        ids = [slot.artwork.id for slot in show.state.queue if isinstance(slot, Entry)]
        assert len(ids) == len(set(ids))
        holder = show.state.holder
        assert holder is None or holder.artwork.id not in ids
    if not by_hand:
        shown = [stay.artwork_id for stay in show.stays]
        assert len(shown) == len(set(shown))
        assert all(stay_s >= 3.0 - 1e-6 for stay_s in stayed(show))
