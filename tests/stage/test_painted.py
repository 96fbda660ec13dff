"""The painted witness: what a run of facts proves, for every run hypothesis can think of."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.impressions import EndedBy, Showing
from kiosk.stage.painted import (
    AboutToSync,
    Asleep,
    Closing,
    Ended,
    Fact,
    FrameSwapped,
    Glass,
    Hidden,
    Opened,
    Outcome,
    PaintedState,
    advance,
    tally,
    undecided,
)

glasses = st.builds(
    Glass,
    showing_id=st.sampled_from(["a", "b", "c", None]),
    exposed=st.booleans(),
    asleep=st.sampled_from([False, False, True]),
    coverage=st.tuples(st.floats(0, 1)),
    brought_by=st.sampled_from([EndedBy.NEXT, EndedBy.SKIP]),
)
steps = st.lists(
    st.tuples(
        st.one_of(glasses, *[st.just(kind) for kind in (FrameSwapped, FrameSwapped, Hidden, Asleep, Closing)]),
        st.floats(0, 5),
    ),
    max_size=80,
)


def timed(run: list[tuple[object, float]]) -> list[Fact]:
    """Turns kinds of facts and the seconds between them into facts with times."""
    times = itertools.accumulate(after_s for _, after_s in run)
    return [
        AboutToSync(kind, at_s) if isinstance(kind, Glass) else kind(at_s)  # type: ignore[operator]
        for (kind, _), at_s in zip(run, times, strict=True)
    ]


def play(facts: list[Fact]) -> list[tuple[Fact, PaintedState, tuple[Outcome, ...]]]:
    """Advances through the facts; each with the state after it and what it proved."""
    state, story = PaintedState(), []
    for fact in facts:
        state, outcomes = advance(state, fact)
        story.append((fact, state, outcomes))
    return story


def glass(showing_id: str | None, *, brought_by: EndedBy = EndedBy.NEXT) -> Glass:
    """The glass, exposed and awake, with this showing at half weight or more."""
    return Glass(showing_id, exposed=True, asleep=False, brought_by=brought_by)


def test_two_further_frames_prove_a_showing() -> None:
    """A piece with half the weight opens with the second frame swapped after it was handed over, not the first."""
    story = play([AboutToSync(glass("a"), 1.0), FrameSwapped(1.1), FrameSwapped(1.2)])
    assert [outcomes for _, _, outcomes in story] == [(), (), (Opened("a", 1.2, (1.0,)),)]


def test_the_next_piece_ends_the_one_before() -> None:
    """The newcomer's opening ends the piece before it at the same instant, in the words of what brought it."""
    facts: list[Fact] = [AboutToSync(glass("a"), 0.0), FrameSwapped(0.1), FrameSwapped(0.2), FrameSwapped(1.0)]
    facts += [AboutToSync(glass("b", brought_by=EndedBy.SKIP), 2.0), FrameSwapped(2.1), FrameSwapped(2.2)]
    assert play(facts)[-1][2] == (Ended("a", 2.2, 2000, 3, EndedBy.SKIP), Opened("b", 2.2, (1.0,)))


def test_a_newcomer_that_loses_its_half_was_never_shown() -> None:
    """A piece whose half is taken back before two frames were swapped leaves no trace."""
    facts: list[Fact] = [AboutToSync(glass("a"), 0.0), FrameSwapped(0.1), AboutToSync(glass("b"), 0.2)]
    facts += [FrameSwapped(0.3), FrameSwapped(0.4)]
    assert [outcome for _, _, outcomes in play(facts) for outcome in outcomes] == [Opened("b", 0.4, (1.0,))]


def test_sleep_and_hiding_end_and_coming_back_opens_again() -> None:
    """A piece that comes back after hiding opens once more, under the same id, after two frames of its own."""
    shown: list[Fact] = [AboutToSync(glass("a"), 0.0), FrameSwapped(0.1), FrameSwapped(0.2)]
    back: list[Fact] = [AboutToSync(glass("a"), 5.0), FrameSwapped(5.1), FrameSwapped(5.2)]
    outcomes = [o for _, _, found in play([*shown, Hidden(1.2), FrameSwapped(1.3), *back, Asleep(6.2)]) for o in found]
    assert outcomes == [
        Opened("a", 0.2, (1.0,)),
        Ended("a", 1.2, 1000, 1, EndedBy.HIDDEN),
        Opened("a", 5.2, (1.0,)),
        Ended("a", 6.2, 1000, 1, EndedBy.SLEEP),
    ]


def test_tally_knows_the_open_showing_and_no_other() -> None:
    """The tally counts the time and frames of what is open; before and after there is none."""
    story = play([AboutToSync(glass("a"), 0.0), FrameSwapped(0.1), FrameSwapped(0.25), FrameSwapped(0.5), Closing(1.0)])
    assert tally(story[1][1], 0.2) is None
    assert tally(story[3][1], 0.75) == Showing(visible_ms=500, frames_painted=2)
    assert tally(story[4][1], 2.0) is None


@given(steps)
def test_openings_and_endings_alternate(run: list[tuple[object, float]]) -> None:
    """Never are two showings open at once, and nothing ends that was not open."""
    now_open: str | None = None
    for _, state, outcomes in play(timed(run)):
        for outcome in outcomes:
            if isinstance(outcome, Opened):
                assert now_open is None
                now_open = outcome.showing_id
            else:
                assert outcome.showing_id == now_open
                now_open = None
        assert (state.open.showing_id if state.open else None) == now_open


@given(steps)
def test_nothing_opens_unproved(run: list[tuple[object, float]]) -> None:
    """Whatever opens was handed over exposed and awake, and two frames were swapped since with nothing against it."""
    since: dict[str, int] = {}
    for fact, _, outcomes in play(timed(run)):
        match fact:
            case AboutToSync(seen):
                shown = seen.showing_id if seen.exposed and not seen.asleep else None
                since = {shown: since.get(shown, 0)} if shown else {}
            case FrameSwapped():
                since = {showing_id: swaps + 1 for showing_id, swaps in since.items()}
            case _:
                since = {}
        for outcome in outcomes:
            if isinstance(outcome, Opened):
                assert since[outcome.showing_id] >= 2


@given(steps)
def test_visible_time_is_never_more_than_the_time_in_sight(run: list[tuple[object, float]]) -> None:
    """The visible times of all showings together never exceed the time between facts that left the window in sight."""
    facts = timed(run)
    in_sight_s = 0.0
    for before, after in itertools.pairwise(facts):
        dark = isinstance(before, Hidden | Asleep | Closing)
        dark = dark or (isinstance(before, AboutToSync) and (before.glass.asleep or not before.glass.exposed))
        in_sight_s += 0.0 if dark else after.at_s - before.at_s
    ended = [o for _, _, outcomes in play(facts) for o in outcomes if isinstance(o, Ended)]
    assert sum(outcome.visible_ms for outcome in ended) <= in_sight_s * 1000 + 1e-6
    assert all(outcome.visible_ms >= 0 and outcome.frames_painted >= 1 for outcome in ended)


@given(steps)
def test_dark_facts_leave_nothing_open(run: list[tuple[object, float]]) -> None:
    """After hiding, sleep or closing nothing is open and nothing awaits proof."""
    for fact, state, _ in play(timed(run)):
        if isinstance(fact, Hidden | Asleep | Closing):
            assert state == PaintedState()
            assert not undecided(state)
