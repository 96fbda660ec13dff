"""Watercolour: washes over paper, one over another, as light comes back through them.

`watercolour_layout` decides which washes lie where, `watercolour_wash` lays them band by band over the ground this
module prepares. All are on paper: dark grounds are a deep veil over it, with the lights reserved, as in a nocturne.
"""

import math

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.bands import for_each_band
from kiosk.generator.frame import frame_for
from kiosk.generator.genome import Genome
from kiosk.generator.palette import build_palette
from kiosk.generator.styles import watercolour_wash as ww
from kiosk.generator.styles.watercolour_box import mix_box
from kiosk.generator.styles.watercolour_layout import compose_washes

_HALO = 1


def render(genome: Genome, width_px: int, height_px: int, *, threads: int = 0) -> NDArray[np.float32]:
    """Return the piece as linear RGB, (height, width, 3)."""
    frame = frame_for(width_px, height_px)
    palette = build_palette(genome.palette)
    box = mix_box(genome, palette)
    sheet = compose_washes(genome, box, frame.aspect, is_dark=palette.is_dark)
    seed = genome.stream_seed("paper") & 0x3FFFFFFF
    paper = box.paper.astype(np.float32)
    step = 1.0 / frame.scale
    octaves = tooth_octaves(frame.scale)
    strength = np.float32(0.040 * frame.scale / 1000.0)
    extent = np.float32(width_px * step), np.float32(height_px * step)
    out = np.empty((height_px, width_px, 3), np.float32)
    x0, y0 = frame.origin_x + 0.5 * step, frame.origin_y + 0.5 * step

    def band(first_row: int, end_row: int) -> None:
        rows = end_row - first_row
        top = y0 + first_row * step
        tooth = np.empty((rows + 2 * _HALO, width_px + 2 * _HALO), np.float32)
        ww.tooth_rows(seed, x0 - _HALO * step, top - _HALO * step, step, octaves, tooth)
        out[first_row:end_row] = paper
        density = np.zeros((rows, width_px, ww.LAYERS), np.float32)
        xs, ys, field = (np.empty((rows, width_px), np.float32) for _ in range(3))
        ww.field_rows(seed, 0.5 * step, (first_row + 0.5) * step, step, *extent, np.float32(sheet.margin), field)
        ww.place_rows(seed, x0, top, step, sheet.sway, xs, ys)
        ww.lay(sheet.washes, sheet.clash, xs, ys, tooth, _HALO, field, first_row, x0, top, step, density, out)
        ww.light_paper(tooth, _HALO, strength, first_row, out)

    for_each_band(height_px, band, threads=threads)
    return out


def tooth_octaves(rows: float) -> float:
    """Return how much of the paper's tooth a picture of that many `rows` can show: octaves of noise, 0-3."""
    return min(max(math.log2(rows / 540.0) + 1.0, 0.0), 3.0)
