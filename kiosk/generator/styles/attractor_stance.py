"""How the figure of `attractor` stands in the frame: alone, close, mirrored, wheeling, passing by. Pure.

A stance gives each block of orbits a pose: place, size, turn and age; the ages of one figure are its exposures.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.genome import Genome
from kiosk.generator.styles.attractor_orbits import FAMILIES, FLOWS

MATTERS = ("dust", "veil", "thread")
STANCES = ("whole", "close", "mirror", "wheel", "sweep", "procession", "pair")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pose:
    """For each block, (blocks,) each: `x`, `y`, `size` in frame heights before fitting, `turn` in radians, `flip` 1 or
    -1, `age` and `shade` 0-1. For all: `bleed` 0 (the figure stays inside the frame) to 1 (it covers it), above 1 it
    is seen close; `wander` 0-1, how far off the middle it may stand.
    """

    x: Floats
    y: Floats
    size: Floats
    turn: Floats
    flip: Floats
    age: Floats
    shade: Floats
    bleed: float
    wander: float


def poses(genome: Genome, aspect: float, blocks: int, rng: np.random.Generator) -> Pose:
    """Return the poses of `blocks` blocks."""
    stance, family = genome.choice("stance", STANCES), genome.choice("family", FAMILIES)
    block = np.arange(blocks)
    age = (block + 0.5) / blocks
    if stance != "sweep":  # fewest of the first and the last age: what drifts fades out and has no cut ends
        age = np.where(age < 0.5, np.sqrt(age / 2), 1 - np.sqrt((1 - age) / 2))
    late = age - 0.5
    x, y, size = np.zeros(blocks), np.zeros(blocks), np.ones(blocks)
    turn, flip, shade = late * 0.5 * (genome.gene("turn") - 0.3), np.ones(blocks), np.zeros(blocks)
    way = genome.gene("light") * 2 * np.pi
    long_x, long_y = (1.0, 0.0) if aspect >= 1 else (0.0, 1.0)
    reach = max(aspect, 1 / aspect)
    bleed, wander = 0.15 + 0.5 * genome.gene("size"), 0.6
    if stance == "close":
        bleed, wander = 1.1 + 0.5 * genome.gene("size"), 0.3
        if family not in FLOWS:  # an icon lives by its rim, and folds of maps are soft from too near
            bleed *= 0.5
    elif stance == "mirror":
        odd = block % 2
        flip = np.where(odd == 1, -1.0, 1.0)
        turn = np.where(odd == 1, -1.0, 1.0) * (turn + (rng.uniform(-0.9, 0.9)))
        apart = rng.uniform(0.18, 0.46)
        x, y = np.where(odd == 1, apart, -apart) * 1.0, np.zeros(blocks)
        bleed, wander = 0.15 + 0.4 * genome.gene("size"), 0.0
    elif stance == "wheel":
        count = 3 + int(4.99 * genome.gene("copies"))
        copy = block % count
        turn = 0.3 * turn + 2 * np.pi * copy / count
        radius = rng.uniform(0.08, 0.30)
        x, y = radius * np.cos(2 * np.pi * copy / count + way), radius * np.sin(2 * np.pi * copy / count + way)
        bleed, wander = 0.35 + 0.5 * genome.gene("size"), 0.35
    elif stance == "sweep":
        sheets = genome.choice("matter", MATTERS) == "thread" and family in FLOWS
        if not sheets:  # one exposure after the other; the threads of a flow sweep whole sheets
            count = 4 + int(9.99 * genome.gene("copies"))
            age = (block % count + 0.5) / count
            late = age - 0.5
        travel = (0.25 + 0.65 * genome.gene("travel")) * reach
        bend = rng.uniform(-0.5, 0.5)
        x = travel * late * long_x + bend * (4 * late**2 - 0.5) * long_y
        y = travel * late * long_y + bend * (4 * late**2 - 0.5) * long_x
        turn = late * (0.4 + 2.4 * genome.gene("turn")) * rng.choice((-1, 1))
        size = 0.75 * np.exp(late * rng.uniform(-1.0, 1.0))
        bleed, wander = 0.55 + 0.5 * genome.gene("size"), 0.3
    elif stance == "procession":
        count = 3 + int(3.99 * genome.gene("copies"))
        copy = block % count
        age = (copy + 0.5) / count
        late = age - 0.5
        step = (0.7 if family == "icon" else 0.95) * reach
        x, y = step * late * long_x, step * late * long_y
        rise = rng.uniform(-0.3, 0.3)
        x, y = x + rise * late * long_y, y + rise * late * long_x
        turn = late * (0.3 + 1.6 * genome.gene("turn")) * rng.choice((-1, 1))
        size = 0.92 * np.exp(late * rng.uniform(-1.2, 1.2))
        bleed, wander = 0.5 + 0.4 * genome.gene("size"), 0.2
    elif stance == "pair":
        second = block % 3 == 0
        shade = np.where(second, 1.0, 0.0)
        place = rng.uniform(0.35, 0.6) * reach
        x = np.where(second, place * np.cos(way), -0.3 * place * np.cos(way))
        y = np.where(second, 0.4 * place * np.sin(way), -0.12 * place * np.sin(way))
        size = np.where(second, rng.uniform(0.35, 0.55), 1.0)
        turn = np.where(second, turn + rng.uniform(0.8, 2.6), turn)
        bleed, wander = 0.2 + 0.3 * genome.gene("size"), 0.2
    return Pose(x, y, size, turn, flip, age, shade, float(bleed), wander)
