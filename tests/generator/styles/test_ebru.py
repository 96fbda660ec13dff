"""Ebru: what the bath undoes is what a marbler did, and drops keep their ink."""

from collections.abc import Callable

import numpy as np
import pytest

from kiosk.generator.compose import compose
from kiosk.generator.palette import build_palette
from kiosk.generator.styles import ebru, ebru_bath, ebru_patterns
from kiosk.generator.styles.ebru_inks import Inks
from kiosk.generator.styles.ebru_patterns import PATTERNS, marbling
from kiosk.generator.styles.ebru_recipe import RECIPE
from kiosk.generator.styles.ebru_work import LEAF, Bath, Marbling
from tests.generator.music import CALM, EIGHT, PARTY

Floats = np.ndarray
RNG = np.random.default_rng(4)
POINTS = RNG.uniform((0.0, 0.0), (1.6, 1.0), (2000, 2))


def bath() -> Bath:
    """An empty bath with the inks of some piece."""
    genome = compose(CALM, 1, "ebru")
    return Bath(Inks(genome, build_palette(genome.palette), np.random.default_rng(1)))


def traced(work: Marbling, points: Floats) -> tuple[Floats, Floats, Floats]:
    """Where the points came from, which drop they show (-1: none), how deep in it they lie."""
    x, y = (np.ascontiguousarray(points[:, k], np.float32) for k in (0, 1))
    drop, depth = np.empty(len(x), np.int32), np.empty(len(x), np.float32)
    ebru_bath.trace(work.kinds, work.ops, x, y, drop, depth)  # type: ignore[no-untyped-call]
    return np.stack([x, y], axis=1), drop, depth


def turned(points: Floats, centre: Floats, turns: Floats) -> Floats:
    """The points turned about a centre."""
    d = (points - centre) @ np.array([1, 1j])
    d = d * np.exp(2j * np.pi * turns)
    return np.asarray(centre + np.stack([d.real, d.imag], axis=1))


def pushed(points: Floats) -> Floats:
    """A drop of radius 0.1 at (0.7, 0.4), forward."""
    away = points - (0.7, 0.4)
    return np.asarray((0.7, 0.4) + away * np.sqrt(1 + 0.01 / (away**2).sum(axis=1))[:, None])


def dragged(distance: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    """A shift along the bearing 0.6 by 0.2 where `distance` of the place across is 0, forward."""
    along, across = np.array([np.cos(0.6), np.sin(0.6)]), np.array([-np.sin(0.6), np.cos(0.6)])
    return lambda p: p + along * (0.2 * 0.05 / (0.05 + distance((p - (0.7, 0.4)) @ across)))[:, None]


def swayed(points: Floats) -> Floats:
    """A wave, forward."""
    along, across = np.array([np.cos(0.6), np.sin(0.6)]), np.array([-np.sin(0.6), np.cos(0.6)])
    return np.asarray(points + along * (0.03 * np.sin(2 * np.pi * (points @ across * 3 + 0.2)))[:, None])


def far(points: Floats) -> Floats:
    """Distances from (0.7, 0.4)."""
    return np.asarray(np.hypot(*(points - (0.7, 0.4)).T))


MOVES: dict[str, tuple[Callable[[Bath], None], Callable[[Floats], Floats]]] = {
    "drop": (lambda b: b.drop(0.7, 0.4, 0.1, 0), pushed),
    "tine": (lambda b: b.tine(0.7, 0.4, 0.6, 0.2, 0.05), dragged(np.abs)),
    "wave": (lambda b: b.wave(0.6, 0.03, 3.0, 0.2), swayed),
    "swirl": (
        lambda b: b.swirl(0.7, 0.4, 0.8, 0.2),
        lambda p: turned(p, np.array([0.7, 0.4]), 0.8 / (1 + (far(p) / 0.2) ** 2) ** 2),
    ),
    "ring": (
        lambda b: b.ring(0.7, 0.4, 0.3, 0.1, 0.05),
        lambda p: turned(p, np.array([0.7, 0.4]), 0.1 * 0.05 / (0.05 + np.abs(far(p) - 0.3))),
    ),
}


@pytest.mark.parametrize("move", MOVES)
def test_every_move_is_undone_exactly(move: str) -> None:
    """Points moved forward by the textbook formula in double precision come back to where they were, within 3e-6."""
    work = bath()
    do, forward = MOVES[move]
    do(work)
    back, drop, _ = traced(work.done(), forward(POINTS))
    assert (drop == -1).mean() > 0.999  # no point was inside a drop that fell later
    assert np.abs(back - POINTS)[drop == -1].max() < 3e-6


def test_comb_drags_at_every_tooth() -> None:
    """A comb, whose teeth are evenly spaced, is undone within 3e-6 as well."""
    work = bath()
    work.comb(0.0, 0.0, 0.2, 0.02, 0.1)
    teeth = np.abs(POINTS[:, 1] / 0.1 - np.round(POINTS[:, 1] / 0.1)) * 0.1
    moved = POINTS + np.stack([0.2 * 0.02 / (0.02 + teeth), np.zeros(len(teeth))], axis=1)
    assert np.abs(traced(work.done(), moved)[0] - POINTS).max() < 3e-6


@pytest.mark.parametrize("stretch", [1.0, 4.0])
def test_a_later_drop_takes_no_ink_from_an_earlier_one(stretch: float) -> None:
    """Where a drop falls into another, each still shows an area as large as its ink: no fluid is compressed."""
    work = bath()
    work.drop(0.8, 0.5, 0.2, 0)
    work.shape(0.85, 0.5, 0.12, 1, 0.7, stretch, LEAF)
    axis = (np.arange(900) + 0.5) / 900
    grid = np.stack(np.meshgrid(axis * 1.6, axis), axis=-1).reshape(-1, 2)
    _, drop, depth = traced(work.done(), grid)
    share = 1.6 / len(grid)
    assert (drop == 0).sum() * share == pytest.approx(np.pi * 0.2**2, rel=0.01)
    bearings = np.linspace(0, 2 * np.pi, 20001)
    leaf = 0.12**2 * np.polynomial.polynomial.polyval(np.cos(bearings), LEAF).mean() * np.pi
    assert (drop == 1).sum() * share == pytest.approx(leaf, rel=0.01)
    assert depth[drop >= 0].max() <= 1


def test_threads_and_bands_do_not_show() -> None:
    """The picture is the same, bit for bit, with one thread and with five."""
    genome = compose(PARTY, 3, "ebru")
    one, five = (ebru.render(genome, 200, 150, threads=n) for n in (1, 5))
    assert np.array_equal(one, five)


def test_thin_threads_of_ink_are_not_lost() -> None:
    """A picture is, block by block, the mean of the same picture drawn four times as large, whatever its colours.

    Its error is less than .15 of that of one point of each block.
    """
    genome = compose(PARTY, 2, "ebru")
    small, fine = (np.sqrt(ebru.render(genome, 160 * times, 90 * times)) for times in (1, 4))
    large = fine.reshape(90, 4, 160, 4, 3).mean(axis=(1, 3))
    assert np.abs(small - large).mean() < 0.15 * np.abs(fine[::4, ::4] - large).mean()
    assert np.abs(small.mean(axis=(0, 1)) - large.mean(axis=(0, 1))).max() < 0.01


def test_every_pattern_of_the_recipe_is_known_and_different() -> None:
    """The recipe draws exactly the patterns the marbler knows, and each is other work on the same seed."""
    assert set(RECIPE.structure["pattern"]) == set(PATTERNS) == set(RECIPE.nouns)
    assert set(RECIPE.structure["layout"]) == set(ebru_patterns.LAYOUTS)
    genome = compose(None, 5, "ebru")
    works = []
    for pattern in PATTERNS:
        words = {**genome.structure, "pattern": pattern}
        other = type(genome)(**{**{f: getattr(genome, f) for f in genome.__dataclass_fields__}, "structure": words})
        work = marbling(other, build_palette(other.palette), 16 / 9)
        assert 10 < len(work.kinds) < 420
        works.append(work.kinds.tobytes())
    assert len(set(works)) == len(PATTERNS)


def test_more_notes_are_more_drops() -> None:
    """Dense music puts more operations into the bath than sparse music, over the same seeds."""

    def count(music: str) -> float:
        genomes = [compose(EIGHT[music], seed, "ebru") for seed in range(6)]
        return float(np.mean([len(marbling(g, build_palette(g.palette), 16 / 9).kinds) for g in genomes]))

    assert count("party") > 1.2 * count("drone")
