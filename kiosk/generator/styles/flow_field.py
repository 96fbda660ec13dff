"""Where flow ribbons run: direction fields over the frame, and the regions a composition is divided into.

Grids have `CELLS` cells a frame height and reach `MARGIN` beyond the frame on every side, so ribbons enter and leave
the picture in mid-stroke.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.genome import Genome
from kiosk.generator.noise import noise_map

CELLS = 200
MARGIN = 0.12
FIELDS = ("drift", "curl", "vortices", "waves", "orbit", "magnet", "facets")
WIDTHS = ("mixed", "broad", "fine", "even")
_CALMER = {"mixed": 0.85, "broad": 0.65}  # broad strokes cannot follow a busy field
VOIDS = ("none", "0", "1")
_LARGEST_VOID = {"disc": 0.86, "horizon": 0.34, "diagonal": 0.3}  # share of the frame
_TURNING = 0.34  # frame heights in which the strokes turn from one region's bearing to the other's
_BANK = 0.11  # how far from a void the strokes feel its edge, in frame heights
_CREST = 0.06  # rounds the middle of a band, where its two sides meet
LAYOUTS = ("full", "disc", "horizon", "diagonal", "islands", "column")
Grid = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Field:
    """Unit vectors `u`, `v`, the `region` (0 or 1) and how near (0-1) a void's `bank` every grid cell is; no stroke
    crosses from region to region.
    """

    u: NDArray[np.float32]
    v: NDArray[np.float32]
    region: NDArray[np.int8]
    bank: NDArray[np.float32]


def build_field(genome: Genome, aspect: float) -> Field:
    """Return field and regions of a genome for a frame `aspect` wide and 1 high."""
    rng = np.random.default_rng(genome.stream_seed("field"))
    rows, columns = round((1 + 2 * MARGIN) * CELLS) + 1, round((aspect + 2 * MARGIN) * CELLS) + 1
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float64) / CELLS - MARGIN
    depth = _depth(genome, x, y, aspect, rng)
    region = (depth > 0).astype(np.int8)
    u, v = _direction(genome, x, y, aspect, rng)
    is_broad = genome.choice("widths", WIDTHS) == "broad"  # too few strokes for a crisp edge
    is_inlay = genome.choice("layout", LAYOUTS) == "disc" and not is_broad
    side = region if is_inlay else _smooth(depth / _TURNING + 0.5)
    turn = genome.gene("region_turn", 0.0) * np.pi * side
    cos, sin = np.cos(turn), np.sin(turn)
    u, v = _unit(np.asarray(u * cos - v * sin), np.asarray(u * sin + v * cos))
    bank = np.zeros_like(u)
    if _void_of(genome, region) is not None:
        bank = np.exp(-((depth / _BANK) ** 2))
        u, v = _along_the_bank(u, v, depth, bank)
    elif not (is_inlay and genome.gene("region_turn", 0.0) > 0):
        region = np.zeros_like(region)  # nothing tells the regions apart, so nothing may cut the strokes
    return Field(u.astype(np.float32), v.astype(np.float32), region, bank.astype(np.float32))


def _along_the_bank(u: Grid, v: Grid, depth: Grid, pull: Grid) -> tuple[Grid, Grid]:
    """Return the field bent along the border of the regions, as a stream goes round a stone: a void needs an edge."""
    slope = np.asarray(np.gradient(depth))
    along_x, along_y = _unit(-slope[0], slope[1])
    agreement = along_x * u + along_y * v
    sign = agreement / (np.abs(agreement) + 0.1)
    return _unit(u * (1 - pull) + along_x * sign * pull, v * (1 - pull) + along_y * sign * pull)


def _unit(u: Grid, v: Grid) -> tuple[Grid, Grid]:
    length: Grid = np.maximum(np.hypot(u, v), 1e-9)
    return u / length, v / length


def _smooth(t: Grid) -> Grid:
    t = np.clip(t, 0, 1)
    return t * t * (3 - 2 * t)


def _direction(genome: Genome, x: Grid, y: Grid, aspect: float, rng: np.random.Generator) -> tuple[Grid, Grid]:
    kind = genome.choice("field", FIELDS)
    frequency = (0.55 + 1.25 * genome.gene("frequency")) * _CALMER.get(genome.choice("widths", WIDTHS), 1.0)
    turbulence = genome.gene("turbulence")
    base = genome.gene("angle") * 2 * np.pi
    seeds = rng.integers(0, 2**31, 4)
    noise = _noise(x.shape, frequency, int(seeds[0]), 1.6)
    if kind == "curl":
        potential = _noise(x.shape, frequency * 1.1, int(seeds[1]), 1.5)
        drop, slide = np.gradient(potential * CELLS)
        lean = 0.25 + 0.9 * (1 - turbulence)
        return drop + lean * np.cos(base), -slide + lean * np.sin(base)
    if kind == "vortices":
        return _vortices(x, y, aspect, base, turbulence, noise, rng)
    if kind == "magnet":
        return _magnet(x, y, aspect, noise * turbulence, rng)
    if kind == "orbit":
        fx, fy = aspect * (0.15 + 0.7 * genome.gene("focus_x")), 0.1 + 0.8 * genome.gene("focus_y")
        spiral = np.pi / 2 * (0.55 + 0.9 * rng.random())
        angle = np.arctan2(y - fy, (x - fx) * (0.75 + 0.25 * rng.random())) + spiral + noise * (0.5 + 1.9 * turbulence)
    elif kind == "waves":
        along = x * np.cos(base) + y * np.sin(base)
        across = -x * np.sin(base) + y * np.cos(base)
        swing = 0.5 + 1.1 * turbulence
        angle = base + swing * np.sin(along * frequency * 4.4 + noise * 2.2 + across * rng.uniform(-2, 2)) + noise * 0.7
    elif kind == "facets":
        step = np.pi / int(rng.integers(3, 6))
        raw = (base + noise * (3.0 + 2.5 * turbulence)) / step
        part = raw - np.floor(raw)
        angle = (np.floor(raw) + 1 / (1 + np.exp(-22 * (part - 0.5)))) * step
    else:
        angle = base + noise * (2.0 + 3.6 * turbulence)
    return np.cos(angle), np.sin(angle)


def _vortices(
    x: Grid, y: Grid, aspect: float, base: float, turbulence: float, noise: Grid, rng: np.random.Generator
) -> tuple[Grid, Grid]:
    u = np.cos(base + noise * 1.6) * 0.75
    v = np.sin(base + noise * 1.6) * 0.75
    for _ in range(2 + int(4 * turbulence)):
        cx, cy = rng.uniform(0, aspect), rng.uniform(0, 1)
        radius, spin = rng.uniform(0.16, 0.42), rng.choice((-1, 1)) * rng.uniform(1.6, 3.0)
        dx, dy = x - cx, y - cy
        distance = np.hypot(dx, dy) + 1e-6
        pull = spin * np.exp(-((distance / radius) ** 2))
        u += -dy / distance * pull - 0.12 * dx / distance * abs(pull)
        v += dx / distance * pull - 0.12 * dy / distance * abs(pull)
    return u, v


def _magnet(x: Grid, y: Grid, aspect: float, noise: Grid, rng: np.random.Generator) -> tuple[Grid, Grid]:
    u, v = np.zeros_like(x), np.zeros_like(x)
    count = int(rng.integers(2, 5))
    for pole in range(count):
        cx, cy = rng.uniform(-0.1, aspect + 0.1), rng.uniform(-0.1, 1.1)
        dx, dy = x - cx, y - cy
        strength = (1 if pole % 2 else -1) * rng.uniform(0.6, 1.4) / (dx * dx + dy * dy + 0.004)
        u += dx * strength
        v += dy * strength
    turn = noise * 1.8
    return u * np.cos(turn) - v * np.sin(turn), u * np.sin(turn) + v * np.cos(turn)


def _depth(genome: Genome, x: Grid, y: Grid, aspect: float, rng: np.random.Generator) -> Grid:
    """Return about how far inside region 1 each cell lies, in frame heights; below 0 is region 0."""
    layout = genome.choice("layout", LAYOUTS)
    focus_x, focus_y = genome.gene("focus_x"), genome.gene("focus_y")
    size = genome.gene("region_size")
    wobble = _noise(x.shape, 1.3, int(rng.integers(0, 2**31)), 1.3)
    if layout == "disc":
        alone = genome.choice("void_region", VOIDS) == "0"  # a disc on an empty ground must carry the picture
        radius = (0.37 + 0.08 * size) if alone else 0.2 + 0.2 * size
        room = 0.3 if alone else 0.6
        cx, cy = aspect * (0.5 + room * (focus_x - 0.5)), 0.5 + 0.6 * room * (focus_y - 0.5)
        return radius - np.hypot(x - cx, y - cy)
    if layout == "horizon":
        level = y + 0.22 * wobble - (0.25 + 0.5 * focus_y)
    elif layout == "diagonal":
        slope = 0.4 + 1.2 * focus_x
        side = (x - aspect / 2) * slope + (y - 0.5) * (1 if focus_y > 0.5 else -1)
        is_cut = genome.choice("void_region", VOIDS) == "1"
        half = 0.10 + 0.12 * size if is_cut else 0.14 + 0.22 * size
        level = half - np.hypot(side + 0.75 * wobble, _CREST)
    elif layout == "islands":
        level = wobble - (0.04 + 0.1 * (0.5 - size))
    elif layout == "column":
        level = 0.12 + 0.2 * size - np.hypot(x - aspect * (0.18 + 0.64 * focus_x) + 0.16 * wobble, _CREST)
    else:
        return np.full_like(x, -1.0)
    steepness = np.hypot(*np.gradient(level)) * CELLS
    return np.asarray(level / np.maximum(steepness, 0.5))


def void_region(genome: Genome, field: Field) -> int | None:
    """Return the region left empty, or None. The smaller one if the genome's choice would empty most of the picture."""
    return _void_of(genome, field.region)


def _void_of(genome: Genome, region: NDArray[np.int8]) -> int | None:
    wanted = genome.choice("void_region", VOIDS)
    if wanted == "none":
        return None
    edge = round(MARGIN * CELLS)
    share = float(region[edge:-edge, edge:-edge].mean())
    sizes = (1 - share, share)
    void = int(wanted)
    largest = _LARGEST_VOID.get(genome.choice("layout", LAYOUTS), 0.0)
    if sizes[void] > largest:
        void = 1 - void
    return void if 0.0 < sizes[void] <= largest else None


def _noise(shape: tuple[int, int], frequency: float, seed: int, octaves: float) -> Grid:
    return noise_map(shape, frequency * (1 + 2 * MARGIN), seed, octaves, 0.42).astype(np.float64)
