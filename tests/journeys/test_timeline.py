"""The camera's judgement itself: made-up films with a known fault each, and what is found in them (no screen)."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.journeys.pixels import Code, Film, colours
from tests.journeys.records import Record, dates_differ, disagreements, lateness
from tests.journeys.timeline import BLACK, SCENERY, Run, Timeline, timeline

HZ = 33.0
CELLS_A_QUADRANT = 6
QUADRANT = np.repeat(np.arange(4), CELLS_A_QUADRANT)
FLAT: dict[str, Code] = {f"p{n}": np.array([colour] * 4, np.float64) for n, colour in enumerate(colours(60))}
MORPH_S, STAY_S = 0.3, 1.0


def mixture(start: Code, goal: Code, weight: float) -> Code:
    """Return what stands between two codes at a weight of the second, in linear light."""
    return np.sqrt((1 - weight) * start**2 + weight * goal**2)


def shown(names: list[str], at_s: float) -> Code:
    """Return what a true wall shows at a time: each piece for a stay, half weight to half weight."""
    codes = {**SCENERY, **FLAT}
    number = int(np.clip(round(at_s / STAY_S), 1, len(names) - 1))
    progress = float(np.clip((at_s - number * STAY_S) / MORPH_S + 0.5, 0, 1))
    weight = progress * progress * (3 - 2 * progress)
    return mixture(codes[names[number - 1]], codes[names[number]], weight)


def filmed(at_s: NDArray[np.float64], cells: NDArray[Any]) -> Film:
    """Return a film of these cells, on a machine that keeps nobody waiting."""
    return Film(at_s, cells.astype(np.uint8), QUADRANT, np.zeros(len(at_s)))


def film(names: list[str], *, phase_s: float = 0.01, change: Callable[[float, Code], Code] | None = None) -> Film:
    """Return a film of a true wall, `change` laid over what it shows, as 8-bit levels with the noise of a dither."""
    at_s = np.arange(phase_s, len(names) * STAY_S, 1 / HZ)
    noise = np.random.default_rng(1)
    codes = [shown(names, float(at)) if change is None else change(float(at), shown(names, float(at))) for at in at_s]
    levels = np.stack(codes)[:, QUADRANT]
    cells = np.round(levels + noise.uniform(-0.45, 0.45, levels.shape))
    return filmed(at_s, np.clip(cells, 0, 255))


def near(at_s: float, when_s: float, frames: int = 1) -> bool:
    """Tell whether a sample belongs to the first `frames` from a moment on."""
    return 0 <= at_s - when_s < frames / HZ


@given(
    st.lists(st.sampled_from(sorted(FLAT)), min_size=3, max_size=6).filter(
        lambda names: all(before != after for before, after in pairwise(names))
    ),
    st.floats(0, 1 / HZ),
)
def test_a_true_wall_is_read_to_half_a_sample(names: list[str], phase_s: float) -> None:
    """Any pieces in any order: the runs are these, each change is dated within half a sample, nothing is a fault."""
    seen = timeline(film(names, phase_s=phase_s), FLAT)
    assert [run.look for run in seen.runs] == names
    assert seen.faults == []
    assert seen.blind == []
    for number, run in enumerate(seen.runs[1:], start=1):
        assert abs(run.begin_s - number * STAY_S) < 0.5 / HZ


def test_one_black_sample_is_seen() -> None:
    """A single black frame in a still picture is a run of black."""
    flash = film(["p1", "p2", "p3"], change=lambda at, code: SCENERY[BLACK] if near(at, 1.5) else code)
    seen = timeline(flash, FLAT)
    assert [run.look for run in seen.runs] == ["p1", "p2", BLACK, "p2", "p3"]


def test_a_half_picture_that_stays_is_a_fault() -> None:
    """The lower half still the old picture while nothing moves: named, with its colours."""

    def half(at_s: float, code: Code) -> Code:
        return np.concatenate([code[:2], FLAT["p1"][2:]]) if near(at_s, 1.4, frames=5) else code

    seen = timeline(film(["p1", "p2", "p3"], change=half), FLAT)
    assert len(seen.faults) == 1
    assert "no mixture" in seen.faults[0].what


def test_part_of_a_quarter_that_stays_is_a_fault() -> None:
    """A few rows of another colour while nothing moves: more colours than one piece has."""
    whole = film(["p1", "p2", "p3"])
    cells = whole.cells.copy()
    still = (whole.at_s > 1.4) & (whole.at_s < 1.6)
    cells[still, 0:2] = 128
    seen = timeline(replace(whole, cells=cells), FLAT)
    assert seen.faults
    assert "colours on one screen" in seen.faults[0].what


def test_a_tear_while_pictures_change_is_none() -> None:
    """The camera reads its rows one after the other: two frames of one morph in one sample are no fault."""
    whole = film(["p1", "p2", "p3"])
    cells = whole.cells.copy()
    middle = int(np.searchsorted(whole.at_s, 1.0))
    cells[middle, QUADRANT >= 2] = cells[middle + 2, QUADRANT >= 2]
    assert timeline(replace(whole, cells=cells), FLAT).faults == []


def test_a_foreign_picture_is_a_fault() -> None:
    """A picture nobody imported, between two of ours, is no mixture of them."""
    foreign = np.array([(10, 250, 130)] * 4, np.float64)
    seen = timeline(film(["p1", "p2", "p3"], change=lambda at, c: foreign if near(at, 1.5, frames=4) else c), FLAT)
    assert len(seen.faults) == 1


def test_a_morph_that_goes_back_is_a_fault() -> None:
    """An old frame in the middle of a morph: the weight fell."""

    def back(at_s: float, code: Code) -> Code:
        return mixture(FLAT["p1"], FLAT["p2"], 0.1) if near(at_s, 1.03) else code

    assert [fault.what for fault in timeline(film(["p1", "p2", "p3"], change=back), FLAT).faults] == [
        "a morph went backwards"
    ]


def taken_over(share: float) -> Callable[[float, Code], Code]:
    """Return a change of p1 towards p2 that goes on from `share` of the way, at 1 s, to p3."""

    def change(at_s: float, code: Code) -> Code:
        if at_s < 0.7:
            return FLAT["p1"]
        if at_s < 1.0:
            return mixture(FLAT["p1"], FLAT["p2"], share * (at_s - 0.7) / 0.3)
        from_there = mixture(FLAT["p1"], FLAT["p2"], share)
        return mixture(from_there, FLAT["p3"], min(1.0, (at_s - 1.0) / 0.3))

    return change


def test_a_change_taken_over_after_half_weight_counts_what_had_half() -> None:
    """p1 towards p2 to 70 %, from there to p3: three runs. Taken over at 30 % it is two."""
    for share, runs in ((0.7, ["p1", "p2", "p3"]), (0.3, ["p1", "p3"])):
        seen = timeline(film(["p1", "p3"], change=taken_over(share)), FLAT)
        assert [run.look for run in seen.runs] == runs
        assert seen.faults == []


def test_a_tear_while_a_taken_over_change_goes_on_is_none() -> None:
    """Two frames in one sample after the turn: each half a mixture of the three looks, and the next sample another."""
    whole = film(["p1", "p3"], change=taken_over(0.3))
    for late in range(2, 6):
        cells = whole.cells.copy()
        number = int(np.searchsorted(whole.at_s, 1.0)) + late
        cells[number, QUADRANT >= 2] = cells[number + 2, QUADRANT >= 2]
        assert timeline(replace(whole, cells=cells), FLAT).faults == []


def test_a_look_that_is_only_passed_through_is_no_run() -> None:
    """Halfway between two greys lies a third piece's colour: passing it shows no piece."""
    greys: dict[str, Code] = {
        **FLAT,
        "dark": np.full((4, 3), 60.0),
        "light": np.full((4, 3), 200.0),
        "between": np.full((4, 3), 148.0),
    }
    known = FLAT | greys
    at_s = np.arange(0, 2, 1 / HZ)
    weights = np.clip((at_s - 1.0) / MORPH_S + 0.5, 0, 1)
    levels = np.stack([mixture(known["dark"], known["light"], weight) for weight in weights])[:, QUADRANT]
    seen = timeline(filmed(at_s, np.round(levels)), known)
    assert [run.look for run in seen.runs] == ["dark", "light"]


def test_a_look_passed_through_beside_a_sample_of_two_frames_is_no_run() -> None:
    """As above, and the sample before shows two frames of the change: still no piece is shown on the way."""
    known: dict[str, Code] = {
        "dark": np.full((4, 3), 60.0),
        "light": np.full((4, 3), 200.0),
        "between": np.full((4, 3), 148.0),
    }
    weights = [0, 0, 0, 0.02, (148**2 - 60**2) / (200**2 - 60**2), 0.8, 1, 1, 1]
    levels = np.stack([mixture(known["dark"], known["light"], weight) for weight in weights])
    levels[3, 2:] = 140
    seen = timeline(filmed(np.arange(len(weights)) / HZ, np.round(levels[:, QUADRANT])), known)
    assert [run.look for run in seen.runs] == ["dark", "light"]


def test_a_camera_kept_from_looking_says_so() -> None:
    """A gap in the film is blind, not judged."""
    whole = film(["p1", "p2", "p3"])
    kept: NDArray[np.bool_] = (whole.at_s < 1.3) | (whole.at_s > 1.7)
    (blind,) = timeline(filmed(whole.at_s[kept], whole.cells[kept]), FLAT).blind
    assert blind[0] < 1.3
    assert blind[1] > 1.7


SEEN = Timeline(runs=[Run("p1", 0, 1, begin_seen=False), Run("p2", 1, 2), Run("p3", 2, 3), Run("p4", 3, 4)])
LOOKS = {f"sha-{number}": f"p{number}" for number in range(10)}


def record(number: int, begin_s: float, end_s: float, ended_by: str = "next") -> Record:
    """Return the record of piece `number`."""
    return Record(
        *(f"r{number}-{begin_s}", f"a{number}", f"sha-{number}", begin_s, end_s - begin_s),
        *(ended_by, 10, 1.0, True),
    )


TRUE = [record(1, 0, 1), record(2, 1, 2), record(3, 2, 3), record(4, 3, 4)]


def found(records: list[Record]) -> int:
    """Return how many disagreements there are."""
    return len(disagreements(SEEN, records, LOOKS, unix_less_monotonic_s=0.0))


def test_true_records_agree() -> None:
    """Within 0.3 s nothing differs."""
    assert found(TRUE) == 0
    assert found([TRUE[0], record(2, 1.25, 2.25), *TRUE[2:]]) == 0


def test_lateness_is_of_the_records_the_film_has_too() -> None:
    """How long after the screen each record begins; a run whose begin was not filmed, and what differs, say nothing."""
    late = [TRUE[0], record(2, 1.1, 2.1), record(9, 2.2, 2.3), record(3, 1.9, 3), TRUE[3]]
    found_s = lateness(SEEN, late, LOOKS, unix_less_monotonic_s=0.0)
    assert [round(late_s, 6) for late_s in found_s] == [0.1, -0.1, 0.0]


def test_records_that_differ_are_named() -> None:
    """One missing, one too many, two in the wrong order, one late, one that ends early: each is found."""
    assert found([TRUE[0], *TRUE[2:]]) == 1
    assert found([*TRUE[:2], record(7, 1.9, 2.0), *TRUE[2:]]) == 1
    assert found([TRUE[0], record(3, 1, 2), record(2, 2, 3), TRUE[3]]) >= 2
    assert found([TRUE[0], record(2, 1.4, 2), *TRUE[2:]]) == 1
    assert found([TRUE[0], record(2, 1, 1.6), *TRUE[2:]]) == 1


def test_what_the_camera_can_only_guess_needs_no_record() -> None:
    """A look that had the screen for less than a sample of the film may be another's; for longer it is missed."""

    def with_a_look_for(length_s: float) -> Timeline:
        before, *rest = SEEN.runs[1:]
        return Timeline([SEEN.runs[0], replace(before, end_s=2 - length_s), Run("p9", 2 - length_s, 2), *rest])

    assert disagreements(with_a_look_for(0.02), TRUE, LOOKS, unix_less_monotonic_s=0.0) == []
    assert len(disagreements(with_a_look_for(0.05), TRUE, LOOKS, unix_less_monotonic_s=0.0)) == 1


def test_what_the_machine_withheld_makes_no_record_late() -> None:
    """A wait for a processor, or a camera that stood still, between screen and record counts for neither; no other."""
    late = [TRUE[0], record(2, 1.7, 2), *TRUE[2:]]

    def judged(**machine: Any) -> int:
        return len(disagreements(replace(SEEN, **machine), late, LOOKS, unix_less_monotonic_s=0.0))

    at_s = np.arange(0.0, 4.0, 0.1)
    assert judged(at_s=at_s, queued_s=np.interp(at_s, (1.1, 1.6), (0.0, 0.5))) == 0
    assert judged(at_s=at_s, queued_s=np.interp(at_s, (1.8, 2.3), (0.0, 0.5))) == 1
    assert judged(at_s=at_s, queued_s=np.interp(at_s, (1.1, 1.6), (0.0, 0.2))) == 1
    still = at_s[(at_s < 1.15) | (at_s > 1.65)]
    assert judged(at_s=still, queued_s=np.zeros(len(still)), blind=[(1.1, 1.7)]) == 0
    assert judged(at_s=at_s, queued_s=np.zeros(len(at_s))) == 1


def test_a_recovered_record_may_end_a_heartbeat_early_but_not_late() -> None:
    """What a killed display had not written yet is missing, and nothing is made up."""
    assert found([TRUE[0], record(2, 1, 1.1, "recovered"), *TRUE[2:]]) == 0
    assert found([TRUE[0], record(2, 1, 2.5, "recovered"), *TRUE[2:]]) == 1


def test_dates_of_the_server_are_judged_by_the_batch() -> None:
    """A slow sending is nothing; one later than the answer, one that is early, or plays of a batch apart, are named."""
    good = [[(0.01, 1.4), (0.011, 0.4)], [(0.02, 0.3)], [(0.9, 2.0), (0.9, 1.0)]]
    assert list(dates_differ(good)) == []
    assert len(list(dates_differ([*good, [(0.9, 2.0), (0.9, 0.5)]]))) == 1
    assert len(list(dates_differ([*good, [(-0.2, 0.3)]]))) == 1
    assert len(list(dates_differ([*good, [(0.0, 0.9), (0.25, 0.9)]]))) == 1
    assert list(dates_differ([]))
