"""Fractal flames: variations are flam3's, the game is fair and counts every point, and every composition is framed."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kiosk.generator.color import linear_to_oklab, srgb_to_linear
from kiosk.generator.compose import compose
from kiosk.generator.genome import GROUNDS
from kiosk.generator.palette import build_palette
from kiosk.generator.styles import flame_chaos
from kiosk.generator.styles.flame import flame_of, render, render_flame
from kiosk.generator.styles.flame_camera import CLOSER_ROWS, finish
from kiosk.generator.styles.flame_catalogue import FIRST_POLAR, FIRST_WIDE, NUMBER_OF, PARAMETERS, VARIATIONS, Variation
from kiosk.generator.styles.flame_chaos import play
from kiosk.generator.styles.flame_colours import flame_ground, flame_palette
from kiosk.generator.styles.flame_density import kernels_up_to, spread
from kiosk.generator.styles.flame_families import FAMILIES, ORDERS
from kiosk.generator.styles.flame_model import Flame, Xform
from kiosk.generator.styles.flame_pack import pack
from kiosk.generator.styles.flame_swarm import SWARM
from kiosk.generator.styles.flame_vary_plane import vary_plane
from kiosk.generator.styles.flame_vary_polar import vary_polar
from tests.generator.music import CALM, EIGHT, PARTY

WHITE = ((255, 255, 255),) * 256
COEFS = (0.9, 0.2, -0.3, 0.8, 0.6, -0.4)
COUNTS = np.ones((256, 4), np.uint32)
SHAPES_PX = ((128, 72), (72, 128))


def varied(name: str, *parameters: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Points x, y of a plane and what a variation of weight 1 makes of them."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(0, 1.2, (2, 500)).astype(np.float32)
    flame = Flame((Xform(1.0, 0.0, (Variation(name, 1.0, parameters),), COEFS),), None, (0, 0), 1.0, 0.0, WHITE)
    terms = pack(flame).terms
    bits = rng.integers(1, 2**32, 500).astype(np.uint32)
    out_x, out_y = np.zeros_like(x), np.zeros_like(x)
    vary: Any = vary_plane if NUMBER_OF[name] < FIRST_POLAR else vary_polar
    vary(NUMBER_OF[name], terms[0, 0], terms[0, 1:], x, y, bits, out_x, out_y)
    return x.astype(float), y.astype(float), out_x.astype(float), out_y.astype(float)


Plane = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def polar(function: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]) -> Plane:
    """A function of radius and of the angle from the y axis, as the paper's theta."""
    return lambda x, y: function(np.hypot(x, y), np.arctan2(x, y))


# The formulas of the paper's appendix, in double precision; parameters as in `PARAMETERS`.
PAPER: dict[str, tuple[tuple[float, ...], Plane]] = {
    "linear": ((), lambda x, y: (x, y)),
    "sinusoidal": ((), lambda x, y: (np.sin(x), np.sin(y))),
    "spherical": ((), lambda x, y: (x / (x * x + y * y), y / (x * x + y * y))),
    "swirl": (
        (),
        lambda x, y: (
            x * np.sin(x * x + y * y) - y * np.cos(x * x + y * y),
            x * np.cos(x * x + y * y) + y * np.sin(x * x + y * y),
        ),
    ),
    "horseshoe": ((), lambda x, y: ((x - y) * (x + y) / np.hypot(x, y), 2 * x * y / np.hypot(x, y))),
    "polar": ((), polar(lambda r, t: (t / math.pi, r - 1))),
    "handkerchief": ((), polar(lambda r, t: (r * np.sin(t + r), r * np.cos(t - r)))),
    "heart": ((), polar(lambda r, t: (r * np.sin(t * r), -r * np.cos(t * r)))),
    "disc": ((), polar(lambda r, t: (t / math.pi * np.sin(math.pi * r), t / math.pi * np.cos(math.pi * r)))),
    "spiral": ((), polar(lambda r, t: ((np.cos(t) + np.sin(r)) / r, (np.sin(t) - np.cos(r)) / r))),
    "hyperbolic": ((), polar(lambda r, t: (np.sin(t) / r, r * np.cos(t)))),
    "diamond": ((), polar(lambda r, t: (np.sin(t) * np.cos(r), np.cos(t) * np.sin(r)))),
    "ex": (
        (),
        polar(
            lambda r, t: (
                r * (np.sin(t + r) ** 3 + np.cos(t - r) ** 3),
                r * (np.sin(t + r) ** 3 - np.cos(t - r) ** 3),
            )
        ),
    ),
    "bent": ((), lambda x, y: (np.where(x < 0, 2 * x, x), np.where(y < 0, y / 2, y))),
    "waves": (
        (),
        lambda x, y: (x + COEFS[2] * np.sin(y / COEFS[4] ** 2), y + COEFS[3] * np.sin(x / COEFS[5] ** 2)),
    ),
    "fisheye": ((), lambda x, y: (2 * y / (np.hypot(x, y) + 1), 2 * x / (np.hypot(x, y) + 1))),
    "exponential": ((), lambda x, y: (np.exp(x - 1) * np.cos(math.pi * y), np.exp(x - 1) * np.sin(math.pi * y))),
    "power": ((), polar(lambda r, t: (r ** np.sin(t) * np.cos(t), r ** np.sin(t) * np.sin(t)))),
    "cosine": (
        (),
        lambda x, y: (np.cos(math.pi * x) * np.cosh(y), -np.sin(math.pi * x) * np.sinh(y)),
    ),
    "eyefish": ((), lambda x, y: (2 * x / (np.hypot(x, y) + 1), 2 * y / (np.hypot(x, y) + 1))),
    "bubble": ((), lambda x, y: (4 * x / (x * x + y * y + 4), 4 * y / (x * x + y * y + 4))),
    "cylinder": ((), lambda x, y: (np.sin(x), y)),
    "blob": (
        (0.3, 1.1, 5.0),
        polar(
            lambda r, t: (
                r * (0.3 + 0.4 * (np.sin(5 * t) + 1)) * np.sin(t),
                r * (0.3 + 0.4 * (np.sin(5 * t) + 1)) * np.cos(t),
            )
        ),
    ),
    "pdj": (
        (1.1, -0.7, 1.9, 0.4),
        lambda x, y: (np.sin(1.1 * y) - np.cos(-0.7 * x), np.sin(1.9 * x) - np.cos(0.4 * y)),
    ),
    "perspective": (
        (0.4, 3.0),
        lambda x, y: (
            3 * x / (3 - y * math.sin(0.2 * math.pi)),
            3 * y * math.cos(0.2 * math.pi) / (3 - y * math.sin(0.2 * math.pi)),
        ),
    ),
    "rings2": (
        (0.8,),
        polar(
            lambda r, t: (
                (r - 1.28 * np.trunc((r + 0.64) / 1.28) + r * 0.36) * np.sin(t),
                (r - 1.28 * np.trunc((r + 0.64) / 1.28) + r * 0.36) * np.cos(t),
            )
        ),
    ),
    "curl": (
        (0.4, 0.2),
        lambda x, y: tuple(
            np.stack(
                [
                    part((x + 1j * y) / (1 + 0.4 * (x + 1j * y) + 0.2 * (x + 1j * y) ** 2))
                    for part in (np.real, np.imag)
                ]
            )
        ),
    ),
    "rectangles": (
        (0.5, 0.7),
        lambda x, y: ((2 * np.floor(x / 0.5) + 1) * 0.5 - x, (2 * np.floor(y / 0.7) + 1) * 0.7 - y),
    ),
    "waves2": (
        (0.3, 0.2, 2.0, 3.0),
        lambda x, y: (x + 0.3 * np.sin(2 * y), y + 0.2 * np.sin(3 * x)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PAPER)
def test_variation_is_the_papers(name: str) -> None:
    """A variation's single precision stays within 1e-4 of the paper's formula, save beside a jump of the function."""
    parameters, formula = PAPER[name]
    x, y, out_x, out_y = varied(name, *parameters)
    want_x, want_y = formula(x, y)
    size = 1 + np.hypot(want_x, want_y)
    error = np.hypot(out_x - want_x, out_y - want_y) / size
    assert np.quantile(error, 0.99) < 1e-4


@pytest.mark.parametrize(("name", "power"), [("julia", 2), ("julian", 3), ("julian", -4), ("juliascope", 2)])
def test_julias_are_roots(name: str, power: int) -> None:
    """A julia's value, raised to its power, is the point again (or its mirror image), and every branch is taken."""
    x, y, out_x, out_y = varied(name, *(() if name == "julia" else (float(power), 1.0)))
    point = y + 1j * x if name == "julia" else x + 1j * y
    again = (out_x + 1j * out_y) ** power
    error = np.minimum(abs(again - point), abs(again - point.conj()) if name == "juliascope" else np.inf)
    assert (error / (1 + abs(point))).max() < 1e-4
    roots = (np.angle(out_x + 1j * out_y) - np.angle(point) / power) * abs(power) / (2 * math.pi)
    assert len(set(np.round(roots).astype(int) % abs(power))) == abs(power)


@pytest.mark.parametrize("name", VARIATIONS[:FIRST_WIDE])
def test_variation_is_finite_and_does_something(name: str) -> None:
    """No variation of our own flames makes NaN or infinity, and none is forgotten by the kernels."""
    _, _, out_x, out_y = varied(name, *(0.6 for _ in PARAMETERS.get(name, ())))
    assert np.isfinite(out_x).all()
    assert np.isfinite(out_y).all()
    assert np.abs(out_x).max() + np.abs(out_y).max() > 0


TRIANGLE = Flame(
    xforms=tuple(
        Xform(weight, 0.5 * k, (Variation("linear", 1.0),), (0.5, 0.0, 0.0, 0.5, x, y))
        for k, (weight, x, y) in enumerate([(1.0, 0.0, 0.0), (2.0, 0.5, 0.0), (1.0, 0.0, 0.5)])
    ),
    final=None,
    centre=(0.5, 0.5),
    zoom=0.9,
    rotate_deg=0.0,
    palette=WHITE,
)
CAMERA = np.array([64, 0, 0, 64, 0.01, 0.01, 0], np.float32)  # a hair inside: points fall towards the edge, not on it


def test_every_point_is_counted_where_it_belongs() -> None:
    """The triangle of Sierpinski: all points land on it, none in its hole, and in each third as often as drawn."""
    cells = play(pack(TRIANGLE), [1, 2], 40, camera=CAMERA, inks=COUNTS, shape=(65, 65))[..., 3]
    points = 2 * 40 * SWARM
    assert cells.sum() == points
    assert not (cells[34:62, 34:62]).any()
    shares = np.array([cells[:32, :32].sum(), cells[:32, 32:].sum(), cells[32:, :32].sum()]) / points
    assert np.allclose(shares, (0.25, 0.5, 0.25), atol=0.005)


def test_threads_never_show() -> None:
    """The picture is the same, bit for bit, with one thread and with several."""
    genome = compose(PARTY, 3, "flame")
    one, *several = (render(genome, 160, 90, threads=n) for n in (1, 2, 5))
    assert all(np.array_equal(one, other) for other in several)


def test_many_threads_take_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a histogram for each thread would take too much, fewer threads share the work; the counts are the same."""
    free = play(pack(TRIANGLE), [1, 2, 3], 9, camera=CAMERA, inks=COUNTS, shape=(65, 65), threads=3)
    monkeypatch.setattr(flame_chaos, "_HISTOGRAM_BYTES", 16 * 65 * 65)
    monkeypatch.setattr(flame_chaos, "ThreadPoolExecutor", None)  # one histogram fits: nobody may start a pool
    held = play(pack(TRIANGLE), [1, 2, 3], 9, camera=CAMERA, inks=COUNTS, shape=(65, 65), threads=3)
    assert np.array_equal(free, held)


def test_spreading_loses_nothing() -> None:
    """Density is moved, not made: all of a lone point's light is there after spreading; a dense cell stays as it is."""
    cells = np.zeros((60, 60, 4), np.uint32)
    cells[30, 20] = (3, 2, 1, 1)
    cells[30, 45] = (300_000, 200_000, 100_000, 100_000)
    sums = spread(cells, kernels_up_to(6.0), 8)
    assert sums.shape == (44, 44, 4)
    assert sums[:, :24].sum(axis=(0, 1)) == pytest.approx((3, 2, 1, 1), rel=1e-3)
    assert np.count_nonzero(sums[:, :24, 3]) > 60
    assert np.array_equal(sums[22, 37], cells[30, 45])


def test_noise_is_smoothed_and_lines_are_not() -> None:
    """Of an even haze the noise goes down by half at least; a line one pixel wide keeps most of its height."""
    rng = np.random.default_rng(5)
    haze = np.repeat(rng.poisson(4, (80, 80))[..., None], 4, axis=2).astype(np.uint32)
    smooth = spread(haze, kernels_up_to(4.0), 8)[..., 3]
    assert smooth.std() < 0.5 * haze[..., 3].std()
    line = haze.copy()
    line[:, 40] += np.uint32(160)
    drawn = spread(line, kernels_up_to(4.0), 8)[..., 3]
    assert drawn[:, 32].mean() > 0.7 * line[:, 40, 3].mean()


def test_empty_flame_shows_its_ground() -> None:
    """Where no point falls the picture is the background, exactly."""
    flame = replace(TRIANGLE, centre=(50.0, 50.0), background=(64, 32, 128))
    picture = render_flame(flame, 32, 32, seed=1, scale_px=32, points=20_000)
    assert picture.std(axis=(0, 1)) == pytest.approx((0, 0, 0), abs=1e-5)
    assert picture[0, 0] == pytest.approx([((c / 255 + 0.055) / 1.055) ** 2.4 for c in (64, 32, 128)], rel=1e-3)


@pytest.mark.parametrize(
    ("family", "order", "size_px"),
    [
        (family, order, SHAPES_PX[(row + column) % 2])
        for row, family in enumerate(FAMILIES)
        for column, order in enumerate(ORDERS)
    ],
)
def test_every_family_is_framed(family: str, order: str, size_px: tuple[int, int]) -> None:
    """Whatever words meet, the flame fills a good part of its frame and leaves some of it free.

    Every family and every order stands in a wide frame and in a tall one.
    """
    genome = compose(CALM, 5, "flame")
    words = {**genome.structure, "family": family, "order": order}
    genome = replace(genome, structure=words, palette=replace(genome.palette, ground="dark"))
    light = render(genome, *size_px).mean(axis=2)
    lit = (light > light.min() + 0.02).mean()
    assert 0.12 < lit < 0.995


def test_finish_tells_lines_from_blur_and_fluff() -> None:
    """Crisp rings are better finished than the same rings blurred, and than grain of the same contrast."""
    y, x = np.mgrid[-1 : 1 : CLOSER_ROWS * 1j, -1.78:1.78:256j]
    rings = 0.5 + 0.5 * np.tanh(8 * np.sin(22 * np.hypot(x, y)))
    broad = 0.5 + 0.5 * np.sin(7 * np.hypot(x, y))
    grain = np.random.default_rng(2).random(x.shape)
    assert finish(rings) > finish(broad) + 0.3
    assert finish(rings) > finish(grain) + 0.3


def test_palette_follows_the_light() -> None:
    """A flame whose light keeps to a tenth of the coordinates shows most of the palette's colours on them."""
    genome = compose(PARTY, 3, "flame")
    colours = build_palette(genome.palette)
    narrow = np.zeros(256)
    narrow[100:126] = 1 / 26
    even, spread_out = (np.array(flame_palette(genome, colours, lit)) for lit in (np.full(256, 1 / 256), narrow))
    reach = [np.ptp(palette[100:126], axis=0).max() for palette in (even, spread_out)]
    assert reach[1] > 2 * reach[0]
    assert np.array_equal(spread_out[0], even[0])


def test_coloured_dark_ground_stays_behind() -> None:
    """A deep ground is made darker than the palette's, others are the palette's own."""
    genome = compose(PARTY, 3, "flame")
    for ground in GROUNDS:
        colours = build_palette(replace(genome.palette, ground=ground))
        shown = flame_ground(replace(genome, palette=replace(genome.palette, ground=ground)), colours)
        lightness = linear_to_oklab(srgb_to_linear(np.array(shown) / 255))[0]
        share = 0.7 if ground == "deep" else 1.0
        assert lightness == pytest.approx(share * colours.ground[0], abs=0.01)


@pytest.mark.parametrize("order", ["3", "5"])
@pytest.mark.parametrize("family", ["spiral", "waves"])
def test_arms_are_turned_by_roots(family: str, order: str) -> None:
    """Arms are copied round by one last transform, not by turns among the others, which would smear them."""
    genome = compose(CALM, 5, "flame")
    genome = replace(genome, structure={**genome.structure, "family": family, "order": order})
    final = flame_of(genome, 16 / 9).final
    assert final is not None
    assert final.variations[0].name == "julian"
    assert final.variations[0].parameters[0] == float(order)


def test_music_moves_the_transforms() -> None:
    """Other music with the same seed is another flame: other transforms, not only another palette."""
    kinds = (None, CALM, EIGHT["jazz"], PARTY)
    flames = [flame_of(compose(music, 4, "flame"), 16 / 9) for music in kinds]
    assert len({flame.xforms for flame in flames}) == len(kinds)
