"""Strange attractors: light on dust, gauze and thread where a chaotic orbit passes; ink where the ground is light.

`attractor_cast` chooses the orbits and their place, `attractor_density` counts them, `attractor_tone` turns counts into
light. The exposure is measured on a grid of fixed size, so that one genome has one exposure at every size.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.bands import usable_cores
from kiosk.generator.frame import Frame, frame_for
from kiosk.generator.genome import Genome
from kiosk.generator.styles import attractor_density as ad
from kiosk.generator.styles.attractor_cast import BLOCKS, Cast, cast
from kiosk.generator.styles.attractor_orbits import FIRST_FLOW
from kiosk.generator.styles.attractor_stance import MATTERS
from kiosk.generator.styles.attractor_tone import develop

_LEAST_SCALE, _LEAST_FLOW_SCALE, _MOST_FINER = 540.0, 810.0, 3
_HISTOGRAM_BYTES = 200_000_000


def render(genome: Genome, width_px: int, height_px: int, *, threads: int = 0) -> NDArray[np.float32]:
    """Return the piece as linear RGB, (height, width, 3)."""
    frame = frame_for(width_px, height_px)
    chosen = cast(genome, frame.aspect)
    # Light is no linear function of density: small pictures are means of larger ones, or their threads would fade.
    least = _LEAST_FLOW_SCALE if chosen.kind >= FIRST_FLOW else _LEAST_SCALE
    finer = min(max(math.ceil(least / frame.scale), 1), _MOST_FINER)
    frame = replace(frame, scale=frame.scale * finer)
    each = 220 if chosen.kind >= FIRST_FLOW else 120
    wanted = min(max(each * width_px * height_px, 8_000_000), 40_000_000 + 14 * width_px * height_px)
    hist, per_pixel = _expose(genome, chosen, frame, (height_px * finer, width_px * finer), wanted, threads)
    counts = (hist >> np.uint64(32)).astype(np.float32)
    tints = (hist & np.uint64(0xFFFFFFFF)).astype(np.float32) * np.float32(1 / 255)
    del hist
    _smooth(counts, tints, 0)
    np.divide(tints, np.maximum(counts, 1e-12), out=tints)
    counts /= np.float32(per_pixel)
    out = develop(genome, counts, tints, frame, threads=threads)
    return out if finer == 1 else out.reshape(height_px, finer, width_px, finer, 3).mean(axis=(1, 3))


def _expose(
    genome: Genome, chosen: Cast, frame: Frame, shape: tuple[int, int], wanted: int, threads: int
) -> tuple[NDArray[np.uint64], float]:
    """Return the histogram of about `wanted` points, and how many were thrown for each pixel."""
    pixels = shape[0] * shape[1]
    rounds, between = max(round(wanted / (BLOCKS * ad.LANES * ad.STEPS)), 1), 1
    if chosen.kind >= FIRST_FLOW:
        most = rounds if genome.choice("matter", MATTERS) == "thread" else 8
        rounds, between = max(rounds // most, 1), min(rounds, most)
    workers = min(threads or usable_cores(), max(1, _HISTOGRAM_BYTES // (8 * pixels)))
    sheets = [np.zeros(shape, np.uint64) for _ in range(workers)]

    def work(index: int) -> None:
        first, end = BLOCKS * index // workers, BLOCKS * (index + 1) // workers
        ad.accumulate(
            chosen.kind, chosen.laws, chosen.views, chosen.starts, chosen.seed, rounds, between, frame.scale,
            frame.origin_x, frame.origin_y, first, end, sheets[index],
        )  # fmt: skip

    with ThreadPoolExecutor(max_workers=workers) as pool:
        list(pool.map(work, range(workers)))
    for sheet in sheets[1:]:
        sheets[0] += sheet
    return sheets[0], BLOCKS * ad.LANES * ad.STEPS * between * rounds / pixels


def _smooth(counts: NDArray[np.float32], tints: NDArray[np.float32], level: int) -> None:
    """Smooth both planes in place, the coarser levels first."""
    if min(counts.shape) < 3:
        return
    half_counts, half_tints = ad.halved(counts), ad.halved(tints)
    _smooth(half_counts, half_tints, level + 1)
    ad.smooth_rows(counts, tints, half_counts, half_tints, np.float32(4**level), 0, counts.shape[0])
