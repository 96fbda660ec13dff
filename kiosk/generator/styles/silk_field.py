"""The surface of silk: a height field from noise whose coordinates are warped by noise, twice (Quilez, "warp", 2002).

`height_rows` samples the surface for a band of rows, with what shading needs beside the height: how strongly the two
warps moved the place, and where to, so threads follow the folds. `place` holds
one composition's numbers, by the constants below.
"""

import math

import numpy as np

from kiosk.generator.jit import kernel
from kiosk.generator.noise import fractal_noise

FREQUENCY, WARP, DETAIL, GAIN, OFFSET_X, OFFSET_Y, TURN, STRETCH = 0, 1, 2, 3, 4, 5, 6, 7
RIDGE, TWIST, TWIST_X, TWIST_Y, TWIST_SIZE, CENTRE_X, CENTRE_Y, FOLDS, FOLD_PITCH = 8, 9, 10, 11, 12, 13, 14, 15, 16
PLACE_SIZE = 17
PLANES = 5  # height, strength of the first warp, of the second, and the warped place (u, v) for threads


@kernel
def height_rows(place, seed, x0, y0, step, out):  # type: ignore[no-untyped-def]
    """Fill `out` (PLANES, rows, columns) with the surface at (x0 + column * step, y0 + row * step) in frame heights."""
    cosine = math.cos(place[TURN])
    sine = math.sin(place[TURN])
    gain = np.float32(place[GAIN])
    for row in range(out.shape[1]):
        for column in range(out.shape[2]):
            x = x0 + column * step
            y = y0 + row * step
            if place[TWIST] != 0.0:
                dx = x - place[TWIST_X]
                dy = y - place[TWIST_Y]
                far = (dx * dx + dy * dy) / (place[TWIST_SIZE] * place[TWIST_SIZE])
                angle = place[TWIST] * math.exp(-far)
                ca = math.cos(angle)
                sa = math.sin(angle)
                x = place[TWIST_X] + dx * ca - dy * sa
                y = place[TWIST_Y] + dx * sa + dy * ca
            x -= place[CENTRE_X]
            y -= place[CENTRE_Y]
            u = (x * cosine + y * sine) * place[FREQUENCY] / place[STRETCH] + place[OFFSET_X]
            v = (-x * sine + y * cosine) * place[FREQUENCY] * place[STRETCH] + place[OFFSET_Y]
            a = fractal_noise(u, v, seed, place[DETAIL] - 1.0, gain)
            b = fractal_noise(u + 5.2, v + 1.3, seed + 1009, place[DETAIL] - 1.0, gain)
            warp = place[WARP]
            c = fractal_noise(u + warp * a + 1.7, v + warp * b + 9.2, seed + 2003, place[DETAIL] - 1.0, gain)
            d = fractal_noise(u + warp * a + 8.3, v + warp * b + 2.8, seed + 3001, place[DETAIL] - 1.0, gain)
            height = fractal_noise(u + warp * c, v + warp * d, seed + 4001, place[DETAIL], gain)
            if place[RIDGE] > 0.0:
                crest = np.float32(0.35) - math.sqrt(height * height + np.float32(0.0012))
                height += np.float32(place[RIDGE]) * (crest - height)
            if place[FOLDS] > 0.0:
                height += np.float32(place[FOLDS]) * math.sin(place[FOLD_PITCH] * (v + 0.55 * c + 0.35 * a))
            out[0, row, column] = height
            out[1, row, column] = math.sqrt(a * a + b * b)
            out[2, row, column] = math.sqrt(c * c + d * d)
            out[3, row, column] = u + warp * c - place[OFFSET_X]
            out[4, row, column] = v + warp * d - place[OFFSET_Y]
