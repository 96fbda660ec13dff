"""Fractal flames (Draves and Reckase, 2008): the attractor of a few bent transforms, drawn by the chaos game.

`flame_compose` makes the flame of a genome, `flame_chaos` counts its points, `flame_density` turns counts into smooth
density, `flame_tone` density into light. This module decides how many points a picture gets.
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.frame import frame_for
from kiosk.generator.genome import Genome
from kiosk.generator.styles.flame_camera import camera_of
from kiosk.generator.styles.flame_chaos import play
from kiosk.generator.styles.flame_compose import compose_flame
from kiosk.generator.styles.flame_density import kernels_up_to, spread
from kiosk.generator.styles.flame_model import Flame
from kiosk.generator.styles.flame_pack import pack
from kiosk.generator.styles.flame_swarm import SWARM
from kiosk.generator.styles.flame_tone import develop
from kiosk.generator.styles.flame_xml import flame_from_xml

STREAMS = 16
SOFT_PX = 0.75
_FINE_ROWS = 810  # as many a picture has at least, before it is averaged


def render(genome: Genome, width_px: int, height_px: int, *, threads: int = 0) -> NDArray[np.float32]:
    """Return the piece as linear RGB, (height, width, 3)."""
    frame = frame_for(width_px, height_px)
    flame = _evened(flame_of(genome, frame.aspect), frame.scale)
    return render_flame(
        flame, width_px, height_px, seed=genome.stream_seed("chaos") >> 1, scale_px=frame.scale, threads=threads
    )


def flame_of(genome: Genome, aspect: float) -> Flame:
    """Return the flame of a genome: the one it was read with, or one composed for a picture `aspect` wide and 1 high.

    Raises `BadGenome` for a text in it that is no flame.
    """
    return flame_from_xml(genome.flame) if genome.flame else compose_flame(genome, aspect)


def _finer(scale_px: float) -> int:
    return min(3, max(1, round(_FINE_ROWS / scale_px)))


def _evened(flame: Flame, scale_px: float) -> Flame:
    """Return the flame with the brightness at which its mean light is about that of a picture 1080 high.

    The finer the pixels, the more of the light lies in narrow peaks, which the logarithm flattens.
    """
    rows = scale_px * _finer(scale_px)
    return replace(flame, tone=replace(flame.tone, brightness=flame.tone.brightness * (rows / 1080) ** 0.18))


def points_for(width_px: int, height_px: int) -> int:
    """Return how many points a picture gets: more for each pixel of a small one, so that noise stays out of sight."""
    pixels = width_px * height_px
    return int(pixels * min(80.0, max(30.0, 60.0 * math.sqrt(2_073_600 / pixels))))


def render_flame(
    flame: Flame,
    width_px: int,
    height_px: int,
    *,
    seed: int,
    scale_px: float,
    points: int | None = None,
    threads: int = 0,
) -> NDArray[np.float32]:
    """Return a flame as linear RGB; `scale_px` is the height its zoom counts in, `points` are thrown.

    A small picture is drawn up to three times as large and averaged: the logarithm of a mean is not the mean of
    logarithms, and fine lines would be fainter in it than in a large one.
    """
    if points is None:
        points = points_for(width_px, height_px)
    finer = _finer(scale_px)
    if finer > 1:
        size_px = (width_px * finer, height_px * finer)
        large = _drawn(flame, *size_px, seed=seed, scale_px=scale_px * finer, points=points, threads=threads)
        cells = large.reshape(height_px, finer, width_px, finer, 3)
        return np.asarray(cells.mean(axis=(1, 3), dtype=np.float32))
    return _drawn(flame, width_px, height_px, seed=seed, scale_px=scale_px, points=points, threads=threads)


def _drawn(
    flame: Flame, width_px: int, height_px: int, *, seed: int, scale_px: float, points: int, threads: int
) -> NDArray[np.float32]:
    reach_px = 1.5 + 5.0 * math.sqrt(scale_px / 2160)
    gutter_px = math.ceil(reach_px) + 1
    rounds = max(1, round(points / (STREAMS * SWARM)))
    centre_px = (gutter_px + width_px / 2, gutter_px + height_px / 2)
    inks = np.array([(*colour, 1) for colour in flame.palette], np.uint32)
    cells = play(
        pack(flame),
        [(seed + 0x51ED2701 * k) & 0x7FFFFFFFFFFFFFFF for k in range(STREAMS)],
        rounds,
        camera=camera_of(flame, scale_px, centre_px, SOFT_PX),
        inks=inks,
        shape=(height_px + 2 * gutter_px, width_px + 2 * gutter_px),
        threads=threads,
    )
    sums = spread(cells, kernels_up_to(reach_px), gutter_px, threads=threads)
    del cells
    sums[..., :3] /= 255
    density = (flame.zoom * scale_px) ** 2 / (STREAMS * SWARM * rounds)
    return develop(sums, flame, density=density, threads=threads)
