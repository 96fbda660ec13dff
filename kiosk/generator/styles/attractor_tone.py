"""From density to light: logarithmic exposure, the palette's colours, relief and halation; ink on light grounds."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kiosk.generator.bands import for_each_band
from kiosk.generator.color import GAMUT_HIGH, GAMUT_LOW, oklab_to_linear
from kiosk.generator.frame import Frame
from kiosk.generator.genome import Genome
from kiosk.generator.jit import kernel
from kiosk.generator.palette import Palette, build_palette

GAIN, TOP, RELIEF, LIGHT_X, LIGHT_Y, HALO, HAZE, INK, SCALE = 0, 1, 2, 3, 4, 5, 6, 7, 8
ECHO_COS, ECHO_SIN, ECHO, TINT_LOW, TINT_SCALE, TINT_SPAN, DEPTH = 9, 10, 11, 12, 13, 14, 15
LAMP_SIZE = 16
_EXPOSURE_ROWS = 135
_MIDDLE_LEVEL = 0.42
Floats = NDArray[np.float32]


def develop(genome: Genome, density: Floats, tint: Floats, frame: Frame, *, threads: int) -> Floats:
    """Return linear RGB (h, w, 3) from density (1: the mean over the frame) and tint (0-1), both (h, w)."""
    palette = build_palette(genome.palette)
    lamp = _lamp(genome, density, tint, frame, palette)
    weave = oklab_to_linear(palette.weave).astype(np.float32)
    ground = _ground(palette)
    near, far = _glows(density, lamp)
    out = np.empty((*density.shape, 3), np.float32)
    for_each_band(
        density.shape[0],
        lambda first, end: _shade_rows(density, tint, near, far, weave, ground, lamp, first, end, out),
        threads=threads,
    )
    return out


def _lamp(genome: Genome, density: Floats, tint: Floats, frame: Frame, palette: Palette) -> Floats:
    coarse = _rows_to(density, _EXPOSURE_ROWS)
    touched = coarse[coarse > 0.02]
    middle, high = np.quantile(touched, (0.5, 0.992)) if touched.size else (1.0, 10.0)
    lamp = np.zeros(LAMP_SIZE)
    lamp[GAIN] = (4.5 + 5.0 * genome.gene("fineness")) / max(float(middle), 0.02)
    lamp[TOP] = 1 / math.log1p(lamp[GAIN] * max(float(high), 0.1))
    # A figure of even density would be all of one light: its middle tones are darkened to where a lace has them.
    evenness = math.log1p(lamp[GAIN] * float(middle)) * lamp[TOP]
    lamp[DEPTH] = min(max(math.log(_MIDDLE_LEVEL) / math.log(min(evenness, 0.9)), 1.0), 2.2)
    lamp[RELIEF] = 0.25 + 0.75 * genome.gene("relief")
    angle = genome.gene("light") * 2 * np.pi
    lamp[LIGHT_X], lamp[LIGHT_Y] = 0.8 * math.cos(angle), -0.5 - 0.3 * abs(math.sin(angle))
    lamp[HALO] = 0.10 + 0.22 * genome.gene("halo")
    lamp[HAZE] = 0.05 + 0.10 * genome.gene("halo")
    turn = (0.4 + 1.2 * genome.gene("turn")) * (1 if genome.gene("angle") > 0.5 else -1)
    shrink = 0.42 + 0.12 * genome.gene("travel")
    lamp[ECHO_COS], lamp[ECHO_SIN] = shrink * math.cos(turn), shrink * math.sin(turn)
    lamp[ECHO] = 0.16 + 0.14 * genome.gene("halo")
    shades = _rows_to(tint, _EXPOSURE_ROWS)[coarse > 0.1 * middle]
    low, high = np.quantile(shades, (0.06, 0.94)) if shades.size else (0.0, 1.0)
    lamp[TINT_LOW], lamp[TINT_SCALE] = low, 1 / max(float(high - low), 0.05)
    lamp[TINT_SPAN] = genome.gene("tint_span")
    lamp[INK] = 0.0 if palette.is_dark else 1.0
    lamp[SCALE] = frame.scale
    return lamp.astype(np.float32)


def _ground(palette: Palette) -> Floats:
    """Return the ground's colour, and what it turns to at the edges."""
    edge = palette.ground + np.array([-0.035 if palette.is_dark else -0.045, 0.0, 0.0])
    return oklab_to_linear(np.stack([palette.ground, edge])).astype(np.float32)


def _rows_to(plane: Floats, rows: int) -> Floats:
    """Return the means of the plane over `rows` rows of square cells, whatever part of a pixel a cell ends in."""
    columns = max(round(plane.shape[1] * rows / plane.shape[0]), 1)
    return np.asarray(Image.fromarray(plane).resize((columns, rows), Image.Resampling.BOX))


def _glows(density: Floats, lamp: Floats) -> tuple[Floats, Floats]:
    """Return the exposed density blurred by a sixtieth of the height (270 rows) and by a tenth (68 rows)."""
    light = np.log1p(lamp[GAIN] * _rows_to(density, 270)) * lamp[TOP]
    light = np.minimum(light, np.float32(1.2)) ** (2 * lamp[DEPTH])
    return _blurred(light, 4.0), _blurred(_rows_to(light, 68), 7.0)


def _blurred(plane: Floats, sigma: float) -> Floats:
    reach = math.ceil(3 * sigma)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    bell = (bell / bell.sum()).astype(np.float32)
    for axis in (0, 1):
        wide = np.pad(plane, [(reach, reach) if side == axis else (0, 0) for side in (0, 1)], mode="edge")
        plane = np.lib.stride_tricks.sliding_window_view(wide, len(bell), axis=axis) @ bell
    return np.ascontiguousarray(plane)


@kernel
def _at(plane, y, x):  # type: ignore[no-untyped-def]
    """Return the plane at a place (0-1 each way), between its cells by a smooth cubic weight."""
    fy = min(max(y * plane.shape[0] - 0.5, 0.0), plane.shape[0] - 1.001)
    fx = min(max(x * plane.shape[1] - 0.5, 0.0), plane.shape[1] - 1.001)
    iy = int(fy)
    ix = int(fx)
    ty = np.float32(fy - iy)
    tx = np.float32(fx - ix)
    a = plane[iy, ix] + (plane[iy, ix + 1] - plane[iy, ix]) * tx
    b = plane[iy + 1, ix] + (plane[iy + 1, ix + 1] - plane[iy + 1, ix]) * tx
    return a + (b - a) * ty


@kernel
def _shade_rows(density, tint, near, far, weave, ground, lamp, first, end, out):  # type: ignore[no-untyped-def]
    one = np.float32(1)
    zero = np.float32(0)
    height = density.shape[0]
    width = density.shape[1]
    rows = weave.shape[0] - 1
    last = weave.shape[1] - 1
    reach = max(int(lamp[SCALE] * np.float32(0.0022) + np.float32(0.5)), 1)
    for y in range(first, end):
        for x in range(width):
            level = min(math.log1p(lamp[GAIN] * density[y, x]) * lamp[TOP], np.float32(1.25)) ** lamp[DEPTH]
            left = math.log1p(lamp[GAIN] * density[y, max(x - reach, 0)])
            right = math.log1p(lamp[GAIN] * density[y, min(x + reach, width - 1)])
            up = math.log1p(lamp[GAIN] * density[max(y - reach, 0), x])
            down = math.log1p(lamp[GAIN] * density[min(y + reach, height - 1), x])
            facing = ((right - left) * lamp[LIGHT_X] + (down - up) * lamp[LIGHT_Y]) * lamp[TOP] * np.float32(2.2)
            relief = lamp[RELIEF] * facing / math.sqrt(one + facing * facing)
            u = (x + 0.5) / width
            v = (y + 0.5) / height
            soft = _at(near, v, u)
            mist = _at(far, v, u)
            ratio = np.float32(width) / np.float32(height)
            ex = np.float32(u - 0.5) * ratio
            ey = np.float32(v - 0.5)
            # The figure once more, turned, larger and far out of focus: depth behind it.
            echo_x = np.float32(0.5) + (ex * lamp[ECHO_COS] + ey * lamp[ECHO_SIN]) / ratio
            echo = _at(far, np.float32(0.5) + ey * lamp[ECHO_COS] - ex * lamp[ECHO_SIN], echo_x)
            echo = echo * (one - min(np.float32(1.3) * mist, one))
            shot = min(max((tint[y, x] - lamp[TINT_LOW]) * lamp[TINT_SCALE], zero), one)
            shot = lamp[TINT_SPAN] * shot * shot * (np.float32(3) - np.float32(2) * shot) * rows
            j = min(int(shot), rows - 1)
            s = np.float32(shot - j)
            edge = np.float32((u - 0.5) * (u - 0.5) + (v - 0.5) * (v - 0.5)) * np.float32(1.9)
            edge = min(edge * edge * np.float32(1.6), one)
            pixel = out[y, x]
            if lamp[INK] > zero:
                place = np.float32(0.60) - np.float32(0.24) * min(level, one) - np.float32(0.10) * relief
                cover = np.float32(1.7) * level ** np.float32(1.5)
            else:
                place = np.float32(0.22) + np.float32(0.66) * level * level + np.float32(0.16) * relief
                cover = one - math.exp(-np.float32(3.2) * level ** np.float32(1.7))
            at = min(max(place, np.float32(0.02)), np.float32(0.985)) * last
            i = min(int(at), last - 1)
            t = np.float32(at - i)
            m = int(np.float32(0.55) * last)
            for c in range(3):
                a = weave[j, i, c] + (weave[j, i + 1, c] - weave[j, i, c]) * t
                b = weave[j + 1, i, c] + (weave[j + 1, i + 1, c] - weave[j + 1, i, c]) * t
                body = a + (b - a) * s
                glow = weave[j, m, c] + (weave[j + 1, m, c] - weave[j, m, c]) * s
                other = weave[rows - j, m, c] + (weave[rows - j - 1, m, c] - weave[rows - j, m, c]) * s
                base = ground[0, c] + (ground[1, c] - ground[0, c]) * edge
                if lamp[INK] > zero:
                    base *= one - min(np.float32(1.4) * lamp[HAZE] * mist, np.float32(0.5)) * (one - glow)
                    base *= one - min(np.float32(2.2) * lamp[ECHO] * echo, np.float32(0.6)) * (one - other)
                    value = base * max(body, np.float32(0.012)) ** cover
                else:
                    base += lamp[HAZE] * mist * glow + lamp[ECHO] * np.float32(0.5) * echo * other
                    value = base + (body - base) * cover + lamp[HALO] * soft * glow
                pixel[c] = min(max(value, np.float32(GAMUT_LOW)), np.float32(GAMUT_HIGH))
