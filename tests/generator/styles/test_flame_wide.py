"""Flames of other programs: every variation has flam3's numbers, and the wide game follows chains, shares and seeds.

`flame_numbers.json` holds what flam3 3.1.1 itself works out for each of its 99 variations, in a transform with `COEFS`:
for those without chance the values at `POINTS`; for the others, of 20,000 throws at one point, the values below which
1, 3, 5, 7 and 9 tenths lie, across, along and aslant.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.generator.styles.flame_catalogue import (
    AS_NUMBERED,
    FIRST_POLAR,
    FIRST_WIDE,
    NUMBER_OF,
    VARIATIONS,
    Variation,
)
from kiosk.generator.styles.flame_chaos import play
from kiosk.generator.styles.flame_model import Flame, Xform
from kiosk.generator.styles.flame_pack import pack
from kiosk.generator.styles.flame_swarm import SWARM
from kiosk.generator.styles.flame_vary_plane import vary_plane
from kiosk.generator.styles.flame_vary_polar import vary_polar
from kiosk.generator.styles.flame_vary_wide import vary_wide

NUMBERS: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "flame_numbers.json").read_text())
COEFS = (0.9, 0.2, -0.3, 0.8, 0.6, -0.4)
POINTS = ((0.7, -1.1), (-0.35, 0.4), (1.6, 0.9), (-1.3, -0.55))
TENTHS = (0.1, 0.3, 0.5, 0.7, 0.9)
DIRECTIONS = ((1.0, 0.0), (0.0, 1.0), (0.6, 0.8))
THROWS = 4000
WHITE = ((255, 255, 255),) * 256
COUNTS = np.ones((256, 4), np.uint32)
CAMERA = np.array([16, 0, 0, 16, 32.5, 32.5, 0], np.float32)  # 16 cells a unit, the origin in the middle of one


def varied(name: str, points: np.ndarray) -> np.ndarray:
    """What a variation with the weight and parameters of `NUMBERS` makes of points (n, 2)."""
    known = NUMBERS[name]
    terms = (Variation(name, known["weight"], tuple(known["parameters"])),)
    packed = pack(Flame((Xform(1.0, 0.0, terms, COEFS),), None, (0, 0), 1.0, 0.0, WHITE))
    number = NUMBER_OF[name]
    vary: Any = vary_plane if number < FIRST_POLAR else vary_polar if number < FIRST_WIDE else vary_wide
    x, y = (np.ascontiguousarray(column, np.float32) for column in points.T)
    bits = np.random.default_rng(8).integers(1, 2**32, len(points)).astype(np.uint32)
    out_x, out_y = np.zeros_like(x), np.zeros_like(x)
    vary(number, packed.terms[0, 0], packed.terms[0, 1:], x, y, bits, out_x, out_y)
    found = (x, y) if name == "pre_blur" else (out_x, out_y)
    return np.stack(found, axis=1).astype(float)


def test_all_of_flam3s_variations_are_known() -> None:
    """The catalogue has the 99 variations of flam3 3.1, each once, and there are numbers for every one."""
    assert len(VARIATIONS) == 99
    assert set(NUMBERS) == set(VARIATIONS)
    assert set(AS_NUMBERED) < set(VARIATIONS)


@pytest.mark.parametrize("name", [name for name in VARIATIONS if "values" in NUMBERS[name]])
def test_variation_has_flam3s_values(name: str) -> None:
    """A variation without chance is flam3's at four points, to 1e-4 of the value."""
    assert varied(name, np.array(POINTS)) == pytest.approx(np.array(NUMBERS[name]["values"]), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("name", [name for name in VARIATIONS if "tenths" in NUMBERS[name]])
def test_variation_is_thrown_as_by_flam3(name: str) -> None:
    """Of a variation with chance as many throws lie below flam3's values for each tenth, to 4 in 100."""
    thrown = varied(name, np.tile(NUMBERS[name]["point"], (THROWS, 1)))
    for direction, values in zip(DIRECTIONS, NUMBERS[name]["tenths"], strict=True):
        along = thrown @ direction
        for tenth, value in zip(TENTHS, values, strict=True):
            hair = 1e-5 + 1e-4 * abs(value)
            assert (along < value - hair).mean() < tenth + 0.04
            assert (along < value + hair).mean() > tenth - 0.04


def spot(x: float, y: float, *, weight: float = 1.0, chaos: tuple[float, ...] = (), name: str = "linear") -> Xform:
    """A transform that takes every point to (x, y)."""
    return Xform(weight, 0.0, (Variation(name, 1.0),), (0.0, 0.0, 0.0, 0.0, x, y), chaos=chaos)


def shares(flame: Flame, *, threads: int = 1) -> dict[tuple[float, float], float]:
    """The share of a flame's points in each cell, a sixteenth of a unit wide, where it has any."""
    cells = play(pack(flame), [1, 2, 3], 40, camera=CAMERA, inks=COUNTS, shape=(65, 65), threads=threads)[..., 3]
    return {
        ((column - 32) / 16, (row - 32) / 16): float(cells[row, column]) / (3 * 40 * SWARM)
        for row, column in np.argwhere(cells)
    }


def flame_of(*xforms: Xform, final: Xform | None = None) -> Flame:
    """A flame of transforms, seen as it is."""
    return Flame(xforms, final, (0.0, 0.0), 1.0, 0.0, WHITE)


def test_chaos_decides_what_follows() -> None:
    """Points walk the chain that the factors give, to its own stationary shares; what leads nowhere is never drawn."""
    chain = np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5], [1.0, 0.0, 0.0]])  # weights 1, 2, 1 times the factors below
    flame = flame_of(
        spot(0, 0, chaos=(0.0, 3.0, 0.0)),
        spot(1, 0, weight=2.0, chaos=(1.0, 0.0, 1.0)),
        spot(0, 1, chaos=(5.0, 0.0, 0.0)),
    )
    assert pack(flame).is_wide
    stationary = np.linalg.matrix_power((chain + np.eye(3)) / 2, 200)[0]
    found = shares(flame)
    assert [found[place] for place in ((0, 0), (1, 0), (0, 1))] == pytest.approx(stationary, abs=0.01)


def test_without_chaos_weights_decide() -> None:
    """In the wide game, too, a transform is drawn as often as its weight says."""
    found = shares(flame_of(spot(0, 0, weight=3.0, name="stripes"), spot(1, 0, name="stripes")))
    assert found == pytest.approx({(0, 0): 0.75, (1, 0): 0.25}, abs=0.01)


def test_final_transform_moves_its_share() -> None:
    """A final transform with an opacity of 0.3 moves three points in ten, and hides none."""
    found = shares(flame_of(spot(0, 0), final=replace(spot(1, 1), opacity=0.3)))
    assert found == pytest.approx({(0, 0): 0.7, (1, 1): 0.3}, abs=0.01)


def test_a_blur_before_comes_first() -> None:
    """pre_blur scatters the points that the other variations get, wherever a file names it."""
    columns_only = Variation("stripes", 1.0, (1.0, 0.0))  # across only whole numbers are left
    scattered = (columns_only, Variation("pre_blur", 0.7))
    found = shares(flame_of(replace(spot(0, 0), variations=scattered)))
    assert {x for x, _ in found} == {-1.0, 0.0, 1.0}
    assert len({y for _, y in found}) > 20


def test_points_without_a_value_begin_anew() -> None:
    """Where a formula has no value a point is not counted, and goes on from somewhere else."""
    lost = Xform(1.0, 0.0, (Variation("log", 1.0),), (0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    assert shares(flame_of(lost, spot(1, 1))) == pytest.approx({(1, 1): 0.5}, abs=0.01)


def test_threads_never_show_in_the_wide_game() -> None:
    """A wide flame has the same counts with one thread and with three."""
    flame = flame_of(spot(0, 0, name="boarders"), Xform(1.0, 0.5, (Variation("boarders", 0.7),), COEFS))
    assert shares(flame, threads=1) == shares(flame, threads=3)
