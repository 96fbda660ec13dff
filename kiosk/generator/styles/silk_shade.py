"""Light on silk: a shot weave (two colours, one for each way the cloth turns), a key lamp, a rim light and a sheen.

`shade_rows` turns the surface of `silk_field` into linear RGB. `lamp` holds one composition's numbers, by the constants
below.
"""

import math

import numpy as np

from kiosk.generator.color import GAMUT_HIGH, GAMUT_LOW
from kiosk.generator.jit import kernel
from kiosk.generator.noise import fractal_noise

LOW, SPAN, FIRST_SCALE, SECOND_SCALE, RELIEF, LIGHT_X, LIGHT_Y, LIGHT_Z = 0, 1, 2, 3, 4, 5, 6, 7
SHOT, SHEEN, GLOSS, RIM, AMBIENT, KEY, MIX, STRATA, STRATA_DEPTH, GLOW, POOL = 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
THREAD, PITCH_U, PITCH_V = 19, 20, 21
LAMP_SIZE = 22


@kernel
def shade_rows(field, first_row, halo, per_height, weave, sheen, rim, lamp, out):  # type: ignore[no-untyped-def]
    """Shade the rows of `field` (planes, rows, columns) but its `halo` rows and columns at each side, into `out`."""
    one = np.float32(1)
    zero = np.float32(0)
    half = np.float32(0.5)
    rows = weave.shape[0] - 1
    last = weave.shape[1] - 1
    inverse_span = one / lamp[SPAN]
    for row in range(halo, field.shape[1] - halo):
        for column in range(halo, field.shape[2] - halo):
            height = field[0, row, column]
            slope_x = (field[0, row, column + 1] - field[0, row, column - 1]) * half * per_height
            slope_y = (field[0, row + 1, column] - field[0, row - 1, column]) * half * per_height
            level = min(max((height - lamp[LOW]) * inverse_span, zero), one)
            first = min(field[1, row, column] * lamp[FIRST_SCALE], one)
            folded = min(field[2, row, column] * lamp[SECOND_SCALE], one)
            # A soft knee keeps steep walls from turning into black slits or glaring edges.
            steep = math.sqrt(slope_x * slope_x + slope_y * slope_y) * lamp[RELIEF]
            knee = one / math.sqrt(one + np.float32(0.16) * steep * steep)
            nx = -slope_x * lamp[RELIEF] * knee
            ny = -slope_y * lamp[RELIEF] * knee
            up = one / math.sqrt(nx * nx + ny * ny + one)
            nx *= up
            ny *= up
            facing = nx * lamp[LIGHT_X] + ny * lamp[LIGHT_Y] + up * lamp[LIGHT_Z]
            place = lamp[MIX] * level + (one - lamp[MIX]) * folded
            if lamp[STRATA] > zero:
                # Layers with soft edges: agate rather than contour lines.
                layer = (level * np.float32(0.8) + folded * np.float32(0.2)) * lamp[STRATA]
                base = math.floor(layer)
                part = layer - base
                rise = min(max((part - np.float32(0.35)) / np.float32(0.65), zero), one)
                rise = rise * rise * (np.float32(3) - np.float32(2) * rise)
                stepped = (base + rise) / lamp[STRATA]
                place += lamp[STRATA_DEPTH] * (stepped - layer / lamp[STRATA]) * np.float32(1.6)
            place = min(max(place, zero), one)
            at = place * last
            i = min(int(at), last - 1)
            t = np.float32(at - i)
            turned = half + half * (nx * lamp[LIGHT_Y] - ny * lamp[LIGHT_X]) / max(
                math.sqrt(lamp[LIGHT_X] * lamp[LIGHT_X] + lamp[LIGHT_Y] * lamp[LIGHT_Y]), np.float32(1e-3)
            )
            shot = turned * np.float32(1.7) - np.float32(0.55) + lamp[POOL] * (first - half)
            shot = min(max(shot, zero), one)
            shot = lamp[SHOT] * shot * shot * (np.float32(3) - np.float32(2) * shot) * rows
            j = min(int(shot), rows - 1)
            s = np.float32(shot - j)
            diffuse = lamp[AMBIENT] + lamp[KEY] * (half + half * facing) * (half + half * facing)
            hollow = np.float32(0.72) + np.float32(0.28) * level
            gloss = max(facing, zero) ** lamp[GLOSS]
            edge = (one - up) * (one - up) * lamp[RIM] * (half - half * facing)
            glow = lamp[GLOW] * folded * folded * level
            shade = diffuse * hollow
            if lamp[THREAD] > zero:
                # Threads finer than about three pixels fade, so nothing shimmers or makes a moire.
                across = (
                    (
                        abs(field[4, row, column + 1] - field[4, row, column - 1])
                        + abs(field[4, row + 1, column] - field[4, row - 1, column])
                    )
                    * half
                    * lamp[PITCH_V]
                )
                fine = min(max(np.float32(1.5) - np.float32(3.2) * across, zero), one)
                if fine > zero:
                    thread = fractal_noise(
                        field[3, row, column] * lamp[PITCH_U], field[4, row, column] * lamp[PITCH_V], 77, 2.0, half
                    )
                    shade *= one + lamp[THREAD] * fine * thread
            highest = zero
            pixel = out[first_row + row - halo, column - halo]
            for c in range(3):
                near = weave[j, i, c] + (weave[j, i + 1, c] - weave[j, i, c]) * t
                far = weave[j + 1, i, c] + (weave[j + 1, i + 1, c] - weave[j + 1, i, c]) * t
                body = near + (far - near) * s
                value = body * (shade + glow) + lamp[SHEEN] * gloss * (half * sheen[c] + half * body) + edge * rim[c]
                pixel[c] = value
                highest = max(highest, value)
            grey = np.float32(0.2126) * pixel[0] + np.float32(0.7152) * pixel[1] + np.float32(0.0722) * pixel[2]
            # Shoulder on luminance, then towards grey as far as the gamut needs: bright folds keep their hue.
            toned = grey
            if grey > np.float32(0.55):
                over = grey - np.float32(0.55)
                toned = np.float32(0.55) + over / (one + over / np.float32(0.40))
            factor = toned / max(grey, np.float32(1e-6))
            highest *= factor
            keep = one
            if highest > np.float32(GAMUT_HIGH):
                keep = (np.float32(GAMUT_HIGH) - toned) / max(highest - toned, np.float32(1e-6))
                keep = min(max(keep, zero), one)
            for c in range(3):
                value = toned + (pixel[c] * factor - toned) * keep
                pixel[c] = min(max(value, np.float32(GAMUT_LOW)), np.float32(GAMUT_HIGH))
