"""Strange attractors: every orbit that is drawn is chaotic, every frame holds a figure, every count is exact."""

from dataclasses import replace

import numpy as np
import pytest

from kiosk.generator.compose import compose
from kiosk.generator.frame import frame_for
from kiosk.generator.styles import attractor_density as ad
from kiosk.generator.styles.attractor import render
from kiosk.generator.styles.attractor_cast import BLOCKS, cast
from kiosk.generator.styles.attractor_laws import draw_law
from kiosk.generator.styles.attractor_orbits import FAMILIES, FIRST_FLOW, PARAMETERS, advance, probe
from kiosk.generator.styles.attractor_recipe import RECIPE
from tests.generator.music import CALM, PARTY


def test_recipe_and_laws_name_the_same_families() -> None:
    """Every family a genome may name has laws of motion, nouns, and parameters to draw."""
    assert set(RECIPE.structure["family"]) == set(FAMILIES) == set(RECIPE.nouns)
    for family in FAMILIES:
        assert draw_law(family, np.random.default_rng(1)).shape == (PARAMETERS,)


def test_clifford_is_the_published_map() -> None:
    """One step of the Clifford map is Pickover's formula, to the accuracy of the fast sine."""
    law = np.array([1.7, -1.8, -1.9, -0.4, 0, 0, 0])
    x, y, z = np.array([0.3, -1.2]), np.array([0.8, 2.5]), np.zeros(2)
    a, b, c, d = law[:4]
    expected = np.sin(a * y) + c * np.cos(a * x), np.sin(b * x) + d * np.cos(b * y)
    advance(0, law, x, y, z)  # type: ignore[no-untyped-call]
    assert x == pytest.approx(expected[0], abs=1e-4)
    assert y == pytest.approx(expected[1], abs=1e-4)


def test_icons_have_their_symmetry() -> None:
    """An orbit turned by a fifth of a circle stays turned by a fifth: the degree-5 icon has five-fold symmetry."""
    law = np.array([-2.32, 2.32, 0.0, 0.75, 0.0, 5, 0])
    start, turn = 0.31 + 0.17j, np.exp(2j * np.pi / 5)
    x, y, z = np.array([start.real, (start * turn).real]), np.array([start.imag, (start * turn).imag]), np.zeros(2)
    for _ in range(6):
        advance(FAMILIES.index("icon"), law, x, y, z)  # type: ignore[no-untyped-call]
    assert complex(x[1], y[1]) == pytest.approx(complex(x[0], y[0]) * turn, abs=1e-6)


def test_lyapunov_exponents_are_the_known_ones() -> None:
    """Lorenz' classic parameters give an exponent near 0.906 a unit of time; an orbit that runs away gives -1."""
    track = np.empty((60_000, 3))
    law = np.array([10.0, 28.0, 8 / 3, 0, 0, 0, 0.01])
    assert probe(FIRST_FLOW, law, 2000, 1, track) / 0.01 == pytest.approx(0.906, abs=0.06)  # type: ignore[no-untyped-call]
    assert probe(FAMILIES.index("icon"), np.array([9.0, 5.0, 0, 1.0, 0, 5, 0]), 0, 1, track[:500]) == -1.0  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("music", [None, CALM, PARTY])
def test_no_frame_is_empty_or_a_blob(music: dict[str, object] | None) -> None:
    """What a genome casts is chaotic, covers a good part of the frame, and gathers in no one place."""
    for seed in range(14):
        chosen = cast(compose(music, seed, "attractor"), 16 / 9)
        assert chosen.exponent > 0, seed
        assert 0.2 < chosen.coverage < 0.97, seed
        assert chosen.peak < 0.05, seed
        assert chosen.detail > 0.4, seed


@pytest.mark.parametrize("stance", ["mirror", "wheel", "procession"])
def test_all_copies_are_framed(stance: str) -> None:
    """Where a figure stands several times, the frame holds most of every copy, not of the first alone."""
    for seed in range(4):
        genome = compose(PARTY, seed, "attractor")
        genome = replace(genome, structure={**genome.structure, "family": "dejong", "stance": stance, "matter": "dust"})
        chosen = cast(genome, 16 / 9)
        common = (chosen.kind, chosen.laws, chosen.views, chosen.starts, chosen.seed, 1, 1, 30.0, 0.0, 0.0)
        for first in range(7):
            sheet = np.zeros((30, 53), np.uint64)
            for block in range(first, BLOCKS, 84):
                ad.accumulate(*common, block, block + 1, sheet)  # type: ignore[no-untyped-call]
            thrown = len(range(first, BLOCKS, 84)) * ad.LANES * ad.STEPS
            assert int((sheet >> np.uint64(32)).sum()) > 0.4 * thrown, (seed, first)


def test_ikeda_is_the_published_map() -> None:
    """One step of Ikeda's map turns and shrinks the plane and moves it by one (Hammel, Jones and Moloney, 1985)."""
    law = np.array([0.9, 0.4, 6.0, 0, 0, 0, 0])
    x, y, z = np.array([0.3, -1.2]), np.array([0.8, 2.5]), np.zeros(2)
    plane = x + 1j * y
    expected = 1 + 0.9 * plane * np.exp(1j * (0.4 - 6.0 / (1 + np.abs(plane) ** 2)))
    advance(FAMILIES.index("ikeda"), law, x, y, z)  # type: ignore[no-untyped-call]
    assert x + 1j * y == pytest.approx(expected, abs=1e-4)


def test_the_same_cast_stands_in_any_frame() -> None:
    """Portrait, square and banner are cast as well, with the figure inside them."""
    for width_px, height_px in ((1080, 1920), (800, 800), (1600, 400)):
        frame = frame_for(width_px, height_px)
        assert cast(compose(CALM, 5, "attractor"), frame.aspect).coverage > 0.2


def test_counts_add_up_over_any_split_of_the_work() -> None:
    """All blocks at once, or in three parts onto one sheet, make the same histogram, and nothing on it is lost."""
    chosen = cast(compose(PARTY, 3, "attractor"), 16 / 9)
    whole, parts = np.zeros((90, 160), np.uint64), np.zeros((90, 160), np.uint64)
    common = (chosen.kind, chosen.laws, chosen.views, chosen.starts, chosen.seed, 1, 1, 30.0, -1.0, -1.0)
    ad.accumulate(*common, 0, BLOCKS, whole)  # type: ignore[no-untyped-call]
    for first, end in ((0, 100), (100, 101), (101, BLOCKS)):
        ad.accumulate(*common, first, end, parts)  # type: ignore[no-untyped-call]
    assert (whole == parts).all()
    total = int((whole >> np.uint64(32)).sum())
    assert 0.5 * BLOCKS * ad.LANES * ad.STEPS < total <= BLOCKS * ad.LANES * ad.STEPS


def test_thread_count_does_not_show() -> None:
    """The picture is the same, bit for bit, with one thread and with five."""
    genome = compose(PARTY, 4, "attractor")
    one, five = (render(genome, 160, 90, threads=n) for n in (1, 5))
    assert np.array_equal(one, five)


def test_smoothing_takes_noise_and_leaves_edges() -> None:
    """Poisson noise of an even plane falls to less than a third; a step many times the noise keeps its place."""
    rng = np.random.default_rng(3)
    even = rng.poisson(20, (64, 64)).astype(np.float32)
    smooth, tints = even.copy(), even.copy()
    ad.smooth_rows(smooth, tints, ad.halved(even), ad.halved(even), np.float32(1), 0, 64)  # type: ignore[no-untyped-call]
    assert smooth.std() < 0.67 * even.std()
    step = np.full((64, 64), 4.0, np.float32)
    step[:, 33:] = 400.0
    sharp = step.copy()
    ad.smooth_rows(sharp, step.copy(), ad.halved(step), ad.halved(step), np.float32(1), 0, 64)  # type: ignore[no-untyped-call]
    assert (sharp[:, 34] - sharp[:, 31]).min() > 0.9 * 396
