"""The cartoons of `loom`: which part of the design each crossing belongs to, and how far along it lies. Pure.

Every cartoon takes places in frame heights, (rows, columns) each, and returns `part`, whole numbers from 0, and
`along`, 0-1 across a part, where the weaver passes from one yarn to its neighbour.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.genome import Genome
from kiosk.generator.noise import noise_map
from kiosk.generator.styles.loom_draft import euclid

DESIGNS = ("bands", "blocks", "diamonds", "arcs", "ikat", "hills", "harmonics", "discs")
# Intervals as ratios of small whole numbers: octave, fifth, fourth, thirds, sixth, tritone.
_INTERVALS = ((1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (3, 5), (5, 7))
Floats = NDArray[np.float64]
Parts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Loom:
    """Where the crossings lie: `x`, `y` (rows, columns) in frame heights of a frame `aspect` wide."""

    x: Floats
    y: Floats
    aspect: float


@dataclass(frozen=True, slots=True)
class Cartoon:
    """`part` (rows, columns) from 0, `along` (rows, columns) 0-1."""

    part: Parts
    along: Floats


def cartoon(genome: Genome, loom: Loom, rng: np.random.Generator) -> Cartoon:
    """Return the cartoon of a genome at the crossings of a loom."""
    design = genome.choice("design", DESIGNS)
    draw = {
        "bands": _bands, "blocks": _blocks, "diamonds": _diamonds, "arcs": _arcs, "ikat": _ikat, "hills": _hills,
        "harmonics": _harmonics, "discs": _discs,
    }[design]  # fmt: skip
    part, along = draw(genome, loom, rng)
    return Cartoon(part.astype(np.int64), np.clip(along, 0, 1))


def rhythm(genome: Genome) -> tuple[int, ...]:
    """Return the bar of a genome: beats from the density of notes, steps from the tempo."""
    steps = (8, 12, 16, 10, 14)[min(int(5 * genome.gene("beat")), 4)]
    return euclid(2 + int(genome.gene("parts") * (steps // 2)), steps)


def _split(at: Floats, edges: Floats) -> tuple[Parts, Floats]:
    """Return which interval between the rising `edges` each value lies in, and how far along it."""
    index = np.clip(np.searchsorted(edges, at, side="right") - 1, 0, len(edges) - 2)
    return index, (at - edges[index]) / (edges[index + 1] - edges[index])


def _beats(genome: Genome, length: float, rng: np.random.Generator) -> Floats:
    """Return edges over 0 to `length`: the gaps of the bar's beats, at the pace of the genome, some of them halved."""
    bar = rhythm(genome)
    gaps = np.diff([*np.flatnonzero(bar), len(bar) + np.flatnonzero(bar)[0]]).astype(float)
    unit = (0.075 - 0.035 * genome.gene("parts")) * (0.7 + 0.8 * genome.gene("scale"))
    widths = np.resize(gaps, 200) * unit * rng.choice((0.35, 0.7, 1.0, 1.6), 200, p=(0.25, 0.25, 0.3, 0.2))
    edges = np.concatenate([[0.0], np.cumsum(widths)]) - rng.uniform(0, 0.2)
    return edges[: int(np.searchsorted(edges, length)) + 2]


def _bands(genome: Genome, loom: Loom, rng: np.random.Generator) -> tuple[Floats | Parts, Floats]:
    x, y, aspect = loom.x, loom.y, loom.aspect
    upright = genome.gene("order") > 0.68
    across, down = (y, x) if upright else (x, y)
    bend = genome.gene("unrest") * 0.10 * noise_map(x.shape, 1.1, int(rng.integers(2**31)), 2.0, 0.4)
    edges = _beats(genome, aspect if upright else 1.0, rng)
    part, along = _split(down + bend, edges)
    # A panel set into the bands, its rhythm half a bar late.
    low = rng.uniform(0.1, 0.5) * (1.0 if upright else aspect)
    inside = (across > low) & (across < low + rng.uniform(0.25, 0.6) * (1.0 if upright else aspect))
    shifted, along_shifted = _split(down + bend + rng.uniform(0.05, 0.15), edges)
    return np.where(inside, shifted + 3, part), np.where(inside, along_shifted, along)


def _blocks(genome: Genome, loom: Loom, rng: np.random.Generator) -> tuple[Floats | Parts, Floats]:
    x, y, aspect = loom.x, loom.y, loom.aspect
    wanted = 6 + int(26 * genome.gene("parts"))
    cells = [(0.0, 0.0, aspect, 1.0)]
    while len(cells) < wanted:
        k = int(np.argmax([(c[2] - c[0]) * (c[3] - c[1]) * rng.uniform(0.4, 1.0) for c in cells]))
        left, top, right, bottom = cells.pop(k)
        first, second = _INTERVALS[int(rng.integers(len(_INTERVALS)))]
        cut = first / (first + second) if rng.random() < 0.5 else second / (first + second)
        if (right - left) > (bottom - top) * rng.uniform(0.7, 1.4):
            middle = left + (right - left) * cut
            cells += [(left, top, middle, bottom), (middle, top, right, bottom)]
        else:
            middle = top + (bottom - top) * cut
            cells += [(left, top, right, middle), (left, middle, right, bottom)]
    part, along = np.zeros(x.shape), np.zeros(x.shape)
    for number, (left, top, right, bottom) in enumerate(cells):
        inside = (x >= left) & (x < right) & (y >= top) & (y < bottom)
        u, v = (x - left) / (right - left), (y - top) / (bottom - top)
        figure = rng.random()
        mark = np.zeros(x.shape, bool)
        if figure < 0.22:
            turned = (u if rng.random() < 0.5 else 1 - u), (v if rng.random() < 0.5 else 1 - v)
            mark = turned[0] > turned[1]
        elif figure < 0.40:
            stripes = int(rng.integers(3, 9))
            mark = ((u if rng.random() < 0.4 else v) * stripes) % 1 < 0.5
        elif figure < 0.54:
            size = min(right - left, bottom - top)
            mark = np.hypot(x - (left + right) / 2, y - (top + bottom) / 2) < 0.36 * size
        part = np.where(inside, 2 * number + mark, part)
        along = np.where(inside, v if number % 2 else u, along)
    return part, along


def _diamonds(genome: Genome, loom: Loom, rng: np.random.Generator) -> tuple[Floats | Parts, Floats]:
    x, y, aspect = loom.x, loom.y, loom.aspect
    rows = 1 + int(2.6 * genome.gene("parts") + rng.random() * 0.8)
    height = 1.0 / rows
    width = height * rng.choice((0.6, 0.8, 1.0, 1.4))
    u = (x - aspect / 2) / width + 0.5 * rng.integers(0, 2)
    v = y / height
    column = np.floor(u)
    step = 1 / rng.choice((7, 9, 11))
    du, dv = np.abs(u - column - 0.5) * 2, np.abs(v - np.floor(v) - 0.5) * 2
    far = np.floor(du / step) * step + np.floor(dv / step) * step
    rings = 3 + int(5 * genome.gene("beat"))
    level = far * rings / 2
    part = np.floor(level) + (column.astype(int) % 2) * 2
    return part, level - np.floor(level)


def _arcs(genome: Genome, loom: Loom, rng: np.random.Generator) -> tuple[Floats | Parts, Floats]:
    x, y = loom.x, loom.y
    rows = 2 + int(3.4 * genome.gene("parts"))
    size = 1.0 / rows
    column, row = np.floor(x / size).astype(int), np.floor(y / size).astype(int)
    tiles = rng.integers(0, 4, (64, 64))
    if genome.gene("order") < 0.4:  # all alike, or by rows: scales and arcades
        tiles = np.tile(rng.integers(0, 4, (1, 2)), (64, 32))
    elif genome.gene("order") < 0.7:
        tiles = np.tile(np.array([[0, 1], [3, 2]]), (32, 32))
    kind = tiles[row % 64, column % 64]
    u, v = x / size - column, y / size - row
    cx, cy = np.where((kind == 1) | (kind == 2), 1.0, 0.0), np.where(kind >= 2, 1.0, 0.0)
    far = np.hypot(u - cx, v - cy)
    rings = 3 + int(4 * genome.gene("beat"))
    level = np.minimum(far, 1.0) * rings
    shift = rng.integers(0, 3, (64, 64))[row % 64, column % 64]
    return np.where(far >= 1.0, 9, np.minimum(np.floor(level), rings - 1) + shift), level - np.floor(level)


def _ikat(genome: Genome, loom: Loom, rng: np.random.Generator) -> tuple[Floats | Parts, Floats]:
    x, y, aspect = loom.x, loom.y, loom.aspect
    count = 2 + int(4 * genome.gene("parts"))
    width = aspect / count
    across = np.abs((x / width) % 1.0 - 0.5) * 2
    drag = rng.normal(0, 0.012 + 0.03 * genome.gene("unrest"), x.shape[1])
    slow = noise_map(x.shape, 3.0, int(rng.integers(2**31)), 3.0, 0.5)[3]
    v = y + (drag + 0.10 * slow)[None, :]
    waves = 1.0 + 2.2 * genome.gene("scale")
    turn = rng.uniform(0, 2 * np.pi)
    swell = 0.5 + 0.36 * np.sin(2 * np.pi * waves * v + turn) + 0.14 * np.sin(4 * np.pi * waves * v + 2 * turn)
    rings = 3 + int(3 * genome.gene("beat"))
    level = np.clip(across / np.maximum(swell, 0.12), 0, 1.99) * rings / 1.6
    return np.floor(level), level - np.floor(level)


def _hills(genome: Genome, loom: Loom, rng: np.random.Generator) -> tuple[Floats | Parts, Floats]:
    x, y, aspect = loom.x, loom.y, loom.aspect
    count = 4 + int(6 * genome.gene("parts"))
    part, along = np.zeros(x.shape), y / 0.9
    sky = 0.16 + 0.2 * genome.gene("focus_y")
    for layer in range(count):
        t = layer / count
        base = sky + (1.02 - sky) * t**0.9
        rough = noise_map(x.shape, 0.8 + 1.2 * (1 - t), int(rng.integers(2**31)), 4.0, 0.42)[4]
        slope = np.sin((x[0] / aspect * rng.uniform(0.6, 1.6) + rng.random()) * 2 * np.pi) * 0.05
        edge = base - (0.12 + 0.30 * genome.gene("unrest")) * (1 - 0.4 * t) * rough - slope
        below = y > edge[None, :]
        part = np.where(below, layer + 1, part)
        along = np.where(below, (y - edge[None, :]) / (1.6 * (1 - sky) / count), along)
    sun = np.hypot(x - aspect * (0.2 + 0.6 * genome.gene("focus_x")), y - sky * 0.95) < 0.09 + 0.06 * genome.gene(
        "scale"
    )
    return np.where(sun & (part == 0), 11, part), along


def _harmonics(genome: Genome, loom: Loom, rng: np.random.Generator) -> tuple[Floats | Parts, Floats]:
    x, y, aspect = loom.x, loom.y, loom.aspect
    n, m = _INTERVALS[int(rng.integers(len(_INTERVALS)))]
    pace = 0.7 + 0.9 * genome.gene("beat")
    if genome.gene("order") < 0.5:
        u, v = (x - aspect / 2) * np.pi * pace, (y - 0.5) * np.pi * pace
        field = np.cos(n * u) * np.cos(m * v) + rng.choice((-1, 1)) * np.cos(m * u) * np.cos(n * v)
    else:
        places = rng.uniform((0, 0), (aspect, 1), (2 + int(2 * genome.gene("parts")), 2))
        field = np.zeros(x.shape)
        for k, (px, py) in enumerate(places):
            field += np.cos(2 * np.pi * (n if k % 2 else m) * pace * np.hypot(x - px, y - py))
    rings = 4 + int(5 * genome.gene("parts"))
    level = (field - field.min()) / (field.max() - field.min()) * 0.999 * rings
    return np.floor(level), level - np.floor(level)


def _discs(genome: Genome, loom: Loom, rng: np.random.Generator) -> tuple[Floats | Parts, Floats]:
    x, y, aspect = loom.x, loom.y, loom.aspect
    part, along = _split(y, _beats(genome, 1.0, rng))
    part = part % 3
    for number in range(1 + int(3 * genome.gene("parts"))):
        radius = (0.40 - 0.07 * number) * rng.uniform(0.7, 1.05)
        cx = aspect * rng.uniform(0.18, 0.82) if number else aspect * (0.3 + 0.4 * genome.gene("focus_x"))
        cy = rng.uniform(0.2, 0.8) if number else 0.38 + 0.24 * genome.gene("focus_y")
        far = np.hypot(x - cx, y - cy) / radius
        rings = int(rng.integers(1, 5))
        inside = far < 1
        # Below its middle a disc is seen through the bands, as in water.
        cut = (y > cy) & (part % 2 == 1) if rng.random() < 0.6 else np.zeros(x.shape, bool)
        part = np.where(inside & ~cut, 4 + 3 * number + np.floor(far * rings), part)
        along = np.where(inside & ~cut, far, along)
    return part, along
