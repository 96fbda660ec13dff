"""Silk: lit cloth, stone and dunes from one warped surface.

`silk_field` is the surface, `silk_shade` the light; this module chooses the numbers of both from the genome and
measures the surface on a small fixed grid, so that one genome has one exposure at every size.
"""

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.bands import for_each_band
from kiosk.generator.color import oklab_to_linear
from kiosk.generator.frame import Frame, frame_for
from kiosk.generator.genome import Genome
from kiosk.generator.palette import build_palette
from kiosk.generator.styles import silk_field as sf
from kiosk.generator.styles import silk_shade as ss

SURFACES = ("satin", "drape", "strata", "dune", "swirl", "veil")
_HALO = 1


def render(genome: Genome, width_px: int, height_px: int, *, threads: int = 0) -> NDArray[np.float32]:
    """Return the piece as linear RGB, (height, width, 3)."""
    frame = frame_for(width_px, height_px)
    palette = build_palette(genome.palette)
    seed = genome.stream_seed("silk") & 0x3FFFFFFF
    place = _place(genome, frame)
    lamp = _lamp(genome, place, seed, frame)
    weave, sheen, rim = (oklab_to_linear(lab).astype(np.float32) for lab in (palette.weave, palette.sheen, palette.rim))
    out = np.empty((height_px, width_px, 3), np.float32)
    step = 1.0 / frame.scale

    def band(first_row: int, end_row: int) -> None:
        field = np.empty((sf.PLANES, end_row - first_row + 2 * _HALO, width_px + 2 * _HALO), np.float32)
        x0 = frame.origin_x + (0.5 - _HALO) * step
        y0 = frame.origin_y + (first_row + 0.5 - _HALO) * step
        sf.height_rows(place, seed, x0, y0, step, field)
        ss.shade_rows(field, first_row, _HALO, np.float32(frame.scale), weave, sheen, rim, lamp, out)

    for_each_band(height_px, band, threads=threads)
    return out


def _place(genome: Genome, frame: Frame) -> NDArray[np.float64]:
    rng = np.random.default_rng(genome.stream_seed("place"))
    surface = genome.choice("surface", SURFACES)
    place = np.zeros(sf.PLACE_SIZE)
    place[sf.FREQUENCY] = 0.62 + 0.55 * genome.gene("folds") + 0.25 * genome.gene("frequency")
    place[sf.WARP] = 1.4 + 1.2 * genome.gene("warp")
    place[sf.DETAIL] = 2.6 + 1.2 * genome.gene("detail")
    place[sf.GAIN] = 0.34 + 0.09 * genome.gene("detail")
    # Many folds with fine detail in each would be noise from where people stand.
    place[sf.DETAIL] = min(place[sf.DETAIL], 3.4 - 0.8 * max(place[sf.FREQUENCY] - 0.9, 0.0))
    place[sf.OFFSET_X], place[sf.OFFSET_Y] = rng.uniform(-40, 40, 2)
    place[sf.CENTRE_X], place[sf.CENTRE_Y] = frame.aspect / 2, 0.5
    place[sf.TURN] = genome.gene("angle") * 2 * np.pi
    place[sf.STRETCH] = 1.0 + 0.25 * genome.gene("stretch")
    if surface == "drape":
        place[sf.STRETCH] = 1.5 + 0.7 * genome.gene("stretch")
        place[sf.FOLDS] = 0.10 + 0.12 * genome.gene("relief")
        place[sf.FOLD_PITCH] = 5.0 + 6.0 * genome.gene("frequency")
        place[sf.WARP] *= 0.55
    elif surface == "strata":
        place[sf.FREQUENCY] *= 0.8
        place[sf.WARP] *= 1.15
    elif surface == "dune":
        place[sf.RIDGE] = 0.75 + 0.25 * genome.gene("detail")
        place[sf.STRETCH] = 1.25 + 0.5 * genome.gene("stretch")
        place[sf.WARP] *= 0.5
    elif surface == "swirl":
        place[sf.TWIST] = (1 if genome.gene("focus_x") > 0.5 else -1) * (2.0 + 2.2 * genome.gene("warp"))
        place[sf.TWIST_X] = frame.aspect * (0.25 + 0.5 * genome.gene("focus_x"))
        place[sf.TWIST_Y] = 0.3 + 0.4 * genome.gene("focus_y")
        place[sf.TWIST_SIZE] = 0.35 + 0.35 * genome.gene("stretch")
        place[sf.STRETCH] = 1.35
        place[sf.FREQUENCY] *= 0.75
        place[sf.WARP] *= 0.65
        place[sf.DETAIL] = min(place[sf.DETAIL], 3.2)
    elif surface == "veil":
        place[sf.FREQUENCY] *= 0.85
        place[sf.STRETCH] = 1.3 + 0.6 * genome.gene("stretch")
    return place


def _lamp(genome: Genome, place: NDArray[np.float64], seed: int, frame: Frame) -> NDArray[np.float32]:
    probe = np.empty((sf.PLANES, 72, round(72 * frame.aspect)), np.float32)
    sf.height_rows(place, seed, 0.5 / 72, 0.5 / 72, 1 / 72, probe)
    low, high = np.quantile(probe[0], (0.012, 0.988))
    slope = np.hypot(*np.gradient(probe[0] * 72))
    surface = genome.choice("surface", SURFACES)
    angle = genome.gene("light") * 2 * np.pi
    relief = (0.75 + 1.1 * genome.gene("relief")) * {"veil": 0.55, "dune": 1.25}.get(surface, 1.0)
    lamp = np.zeros(ss.LAMP_SIZE)
    lamp[ss.LOW], lamp[ss.SPAN] = low, max(high - low, 1e-3)
    lamp[ss.FIRST_SCALE] = 1 / max(np.quantile(probe[1], 0.985), 1e-3)
    lamp[ss.SECOND_SCALE] = 1 / max(np.quantile(probe[2], 0.985), 1e-3)
    # The median slope, not a fixed scale, sets the relief: every seed gets as much light and shade as its neighbour.
    lamp[ss.RELIEF] = relief / max(float(np.median(slope)), 1e-3)
    tilt = 0.72
    lamp[ss.LIGHT_X], lamp[ss.LIGHT_Y] = tilt * np.cos(angle), -tilt * (0.35 + 0.65 * abs(np.sin(angle)))
    length = np.hypot(lamp[ss.LIGHT_X], lamp[ss.LIGHT_Y])
    lamp[ss.LIGHT_Z] = np.sqrt(max(1 - min(length, 0.95) ** 2, 0.0))
    lamp[ss.SHOT] = 0.15 + 0.8 * genome.gene("shot")
    lamp[ss.SHEEN] = (0.10 + 0.34 * genome.gene("sheen")) * {"veil": 0.6, "strata": 0.6, "dune": 0.5}.get(surface, 1.0)
    lamp[ss.GLOSS] = 8 + 34 * genome.gene("sheen")
    lamp[ss.RIM] = 0.1 + 0.5 * genome.gene("rim")
    contrast = genome.palette.contrast
    lamp[ss.AMBIENT] = 0.36 - 0.20 * contrast
    lamp[ss.KEY] = 0.95 + 0.40 * contrast
    lamp[ss.MIX] = 0.45 + 0.4 * genome.gene("mix")
    lamp[ss.POOL] = 1.1 * genome.gene("pool")
    lamp[ss.GLOW] = 0.5 if surface == "veil" else 0.12
    lamp[ss.THREAD] = 0.10 + 0.22 * genome.gene("sheen")
    lamp[ss.PITCH_U], lamp[ss.PITCH_V] = 2.5, 60.0 + 60.0 * genome.gene("detail")
    if surface == "strata":
        lamp[ss.STRATA] = 5 + 9 * genome.gene("detail")
        lamp[ss.STRATA_DEPTH] = 0.8
    return lamp.astype(np.float32)
