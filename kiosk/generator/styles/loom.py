"""Loom: woven cloth whose draft is treadled in the rhythm of the music and whose cartoon is cut by its intervals.

`loom_design` says which part of the picture a crossing belongs to, `loom_draft` which thread lies on top there,
`loom_cloth` lights the threads; this module dyes the yarns and dresses the loom. Threads, not pixels, carry the
picture, so every size shows the same cloth.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.bands import for_each_band
from kiosk.generator.color import map_to_gamut, oklab_to_linear
from kiosk.generator.frame import frame_for
from kiosk.generator.genome import Genome
from kiosk.generator.noise import noise_map
from kiosk.generator.palette import Palette, build_palette
from kiosk.generator.styles import loom_cloth as lc
from kiosk.generator.styles import loom_draft as ld
from kiosk.generator.styles.loom_design import Cartoon, Loom, cartoon, rhythm

CLOTHS = ("tapestry", "twill", "double", "overshot")
WARPS = ("plain", "striped", "shaded")
_MARGIN = 3
_CLEARLY_APART = 0.24  # OKLab: nearer dyes seldom lie side by side
_SHARP_PX = 12.0  # a thread has at least so many looks across
_MOST_SAMPLES = 5
Floats = NDArray[np.float64]
Grid = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Web:
    """The cloth on the loom, (rows, columns) crossings: `over` 1 where the warp is on top, and the yarns in OKLab."""

    over: NDArray[np.uint8]
    warp: Floats
    weft: Floats


def render(genome: Genome, width_px: int, height_px: int, *, threads: int = 0) -> NDArray[np.float32]:
    """Return the piece as linear RGB, (height, width, 3)."""
    frame = frame_for(width_px, height_px)
    palette = build_palette(genome.palette)
    pitch = 135.0 + 105.0 * genome.gene("ends")
    web = weave(genome, palette, pitch, frame.aspect)
    warp, weft = (
        np.ascontiguousarray(oklab_to_linear(map_to_gamut(yarn)).astype(np.float32)) for yarn in (web.warp, web.weft)
    )
    bend, fold = _hang(genome, web.over.shape)
    lamp = _lamp(genome)
    out = np.empty((height_px, width_px, 3), np.float32)
    samples = min(max(math.ceil(_SHARP_PX * pitch / frame.scale), 1), _MOST_SAMPLES)
    # Where threads are few pixels wide a pixel looks at less than its square, so that the weave keeps its contrast.
    spread = 1.0 - 0.35 * min(max((6.0 - frame.scale / pitch) / 4.0, 0.0), 1.0)
    seed = genome.stream_seed("fibre") & 0xFFFFFF

    def band(first_row: int, end_row: int) -> None:
        lc.cloth_rows(
            web.over, warp, weft, bend, fold, lamp, pitch, frame.origin_x, frame.origin_y, 1 / frame.scale, samples,
            spread, seed, first_row, end_row, out,
        )  # fmt: skip

    for_each_band(height_px, band, threads=threads)
    return out


def weave(genome: Genome, palette: Palette, pitch: float, aspect: float) -> Web:
    """Return the cloth of a genome: `pitch` threads a frame height, with a margin of three threads all round."""
    rng = np.random.default_rng(genome.stream_seed("loom"))
    rows, columns = math.ceil(pitch) + 2 * _MARGIN + 2, math.ceil(pitch * aspect) + 2 * _MARGIN + 2
    j, i = np.mgrid[0:rows, 0:columns]
    x, y = (i - _MARGIN + 0.5) / pitch, (j - _MARGIN + 0.5) / pitch
    plan = cartoon(genome, Loom(x, y, aspect), rng)
    dyes = np.vstack([palette.pigments, palette.ground])
    weights = np.append(palette.weights, 0.14)
    yarn, partner, draft = _yarns(dyes, weights, int(plan.part.max()) + 1, rng)
    weft = _melange(dyes, yarn[plan.part], partner[plan.part], plan, i, j)
    warp = _warp(genome, palette, i, rng)
    if genome.choice("cloth", CLOTHS) == "double":
        # Two cloths that change places: each part shows its own, warp and weft alike.
        warp = weft + np.array([0.035, 0.0, 0.0])
    elif genome.choice("cloth", CLOTHS) == "tapestry":
        warp += 0.8 * (weft - warp)  # packed wefts swallow it, all but a shade
    over = _over(genome, plan, draft, i, j)
    return Web(over.astype(np.uint8), _dyed(genome, warp, rng, axis=1), _dyed(genome, weft, rng, axis=0))


def _yarns(
    dyes: Floats, weights: Floats, count: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return for each part its dye (8: the ground), the one it passes into, and its draft; no two in a row alike."""
    order = rng.permutation(9)
    yarn = np.empty(count, np.int64)
    for part in range(count):
        fitting = weights.copy()
        if part:
            apart = np.sqrt(((dyes - dyes[yarn[part - 1]]) ** 2).sum(axis=1))
            fitting *= np.minimum(apart / _CLEARLY_APART, 1) ** 2
            fitting[order[part % 9]] *= 3
        yarn[part] = rng.choice(9, p=fitting / fitting.sum())
    partner = np.where(yarn < 6, yarn ^ 1, yarn)
    return yarn, partner, rng.integers(0, 6, count)


def _melange(
    pigments: Floats, yarn: NDArray[np.int64], partner: NDArray[np.int64], plan: Cartoon, i: Grid, j: Grid
) -> Floats:
    """Return the weft's colours: hatching, longer the further along, carries one yarn over into the next."""
    row = j // 2
    reach = 5 + row * 40503 % 9
    turn = ((i + row * 7919 % 101) // reach * 31 + row * 57) * 2654435761 % 65536 / 65536
    mixed = turn < 0.75 * plan.along**1.5
    return np.where(mixed[..., None], pigments[partner], pigments[yarn])


def _warp(genome: Genome, palette: Palette, i: Grid, rng: np.random.Generator) -> Floats:
    kind = genome.choice("warp", WARPS)
    dark = palette.pigments[int(np.argmin(palette.pigments[:6, 0]))]
    if kind == "striped":
        bar = np.array(rhythm(genome))
        wide = 3 + int(6 * genome.gene("scale"))
        stripe = np.resize(np.repeat(bar, wide), i.shape[1])
        other = palette.pigments[int(rng.integers(0, 6))]
        return np.broadcast_to(np.where(stripe[:, None] == 1, other, dark), (*i.shape, 3)).copy()
    if kind == "shaded":
        t = np.linspace(0, 1, i.shape[1])[:, None]
        ends = palette.pigments[rng.choice(6, 2, replace=False)]
        which = (np.arange(i.shape[1]) * 0.6180339887 % 1)[:, None] < t
        return np.broadcast_to(np.where(which, ends[0], ends[1]), (*i.shape, 3)).copy()
    return np.broadcast_to(dark, (*i.shape, 3)).copy()


def _over(genome: Genome, plan: Cartoon, draft: NDArray[np.int64], i: Grid, j: Grid) -> NDArray[np.bool_]:
    cloth = genome.choice("cloth", CLOTHS)
    bar = rhythm(genome)
    lean = 1 if genome.gene("angle") > 0.5 else -1
    here = draft[plan.part]
    if cloth == "tapestry":
        return np.where(here < 4, ld.weft_faced(i, j), ld.twill(i, j, 1, 4, lean))
    if cloth == "twill":
        choices = (
            ld.twill(i, j, 2, 4, lean), ld.twill(i, j, 1, 4, -lean), ld.herringbone(i, j, 12),
            ld.pointed(i, j, 9, 2, 5), ld.treadled(i, j, bar, 6), ld.satin(i, j, warp_up=False),
        )  # fmt: skip
    elif cloth == "double":
        choices = (
            ld.plain(i, j), ld.basket(i, j), ld.twill(i, j, 2, 4, lean), ld.plain(i, j), ld.treadled(i, j, bar, 4),
            ld.herringbone(i, j, 8),
        )  # fmt: skip
    else:
        choices = (
            ld.pointed(i, j, 13, 3, 7), ld.treadled(i, j, bar, 8), ld.satin(i, j, warp_up=False),
            ld.pointed(i, j, 7, 2, 6), ld.weft_faced(i, j), ld.treadled(j, i, bar, 8),
        )  # fmt: skip
    return np.choose(here, choices)


def _dyed(genome: Genome, yarn: Floats, rng: np.random.Generator, axis: int) -> Floats:
    """Return the yarns as hand-dyed ones are: each thread a shade of its own, in lots that drift (abrash)."""
    count = yarn.shape[axis]
    lot = noise_map(yarn.shape[:2], 5.0, int(rng.integers(2**31)), 3.0, 0.5)
    lot = lot[3] if axis == 1 else lot[:, 3]
    shade = rng.normal(0, 0.011, count) + (0.02 + 0.05 * genome.gene("abrash")) * lot
    dyed = yarn.copy()
    dyed[..., 0] += shade[None, :] if axis == 1 else shade[:, None]
    slub = noise_map(yarn.shape[:2], 26.0, int(rng.integers(2**31)), 2.0, 0.5)
    dyed[..., 0] += 0.030 * slub
    return dyed


def _hang(genome: Genome, shape: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return how the crossings have slipped (in threads), and the slopes of the cloth, which never hangs quite flat."""
    rng = np.random.default_rng(genome.stream_seed("hang"))
    planes = [noise_map(shape, pace, int(rng.integers(2**31)), 2.5, 0.5) for pace in (9.0, 9.0, 1.3)]
    bend = np.stack(planes[:2], axis=-1) * 0.55 + rng.normal(0, 0.035, (*shape, 2))
    down, across = np.gradient(planes[2] * shape[0])
    fold = -np.stack([across, down], axis=-1) * (0.05 + 0.08 * genome.gene("relief"))
    return bend.astype(np.float32), fold.astype(np.float32)


def _lamp(genome: Genome) -> NDArray[np.float32]:
    angle = math.pi * (1.15 + 0.7 * genome.gene("light"))
    tilt = 0.62
    lamp = np.zeros(lc.LAMP_SIZE)
    lamp[lc.LIGHT_X], lamp[lc.LIGHT_Y] = tilt * math.cos(angle), tilt * math.sin(angle)
    lamp[lc.LIGHT_Z] = math.sqrt(1 - tilt * tilt)
    lamp[lc.AMBIENT] = 0.30 - 0.08 * genome.palette.contrast
    lamp[lc.KEY] = 1.05 + 0.15 * genome.palette.contrast
    lamp[lc.SHEEN] = 0.08 + 0.40 * genome.gene("sheen")
    lamp[lc.TWIST] = 0.10 + 0.08 * genome.gene("sheen")
    lamp[lc.RELIEF] = 0.7 + 0.5 * genome.gene("relief")
    return lamp.astype(np.float32)
