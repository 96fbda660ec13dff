"""The cloth of `loom`: threads as lit cylinders that pass over and under one another.

`cloth_rows` looks each place up in the crossing it belongs to, finds the thread on top and lights it: round across,
dipping where it goes under, twisted of plies, with shadow in the gaps. All sizes of a picture show the same threads;
small ones are means of several samples a pixel.
"""

import math

import numpy as np

from kiosk.generator.color import GAMUT_HIGH, GAMUT_LOW
from kiosk.generator.jit import kernel
from kiosk.generator.noise import gradient_noise, uniform2

LIGHT_X, LIGHT_Y, LIGHT_Z, AMBIENT, KEY, SHEEN, TWIST, RELIEF = 0, 1, 2, 3, 4, 5, 6, 7
LAMP_SIZE = 8


@kernel
def _held(value):  # type: ignore[no-untyped-def]
    """Return a channel with a shoulder above 0.55, so that white yarn in full light keeps its form; in the gamut."""
    if value > np.float32(0.55):
        over = value - np.float32(0.55)
        value = np.float32(0.55) + over / (np.float32(1) + over / np.float32(GAMUT_HIGH - 0.55))
    return max(value, np.float32(GAMUT_LOW))


@kernel
def cloth_rows(  # type: ignore[no-untyped-def]
    over, warp, weft, bend, fold, lamp, pitch, origin_x, origin_y, step, samples, spread, seed, first, end, out
):
    """Draw the rows [first, end) of `out` (h, w, 3), pixels `step` frame heights apart from the origin.

    `over` (rows, columns): 1 where the warp is on top; `warp` and `weft` (rows, columns, 3): linear colours; `bend`
    (rows, columns, 2): how far the crossing has slipped, in threads; `fold` (rows, columns, 2): slopes of the cloth;
    `pitch`: threads a frame height; `samples` x `samples` looks a pixel, over
    a square of `spread` pixels.
    """
    rows = over.shape[0]
    columns = over.shape[1]
    one = np.float32(1)
    half = np.float32(0.5)
    share = one / (samples * samples)
    for y in range(first, end):
        for x in range(out.shape[1]):
            red = np.float32(0)
            green = np.float32(0)
            blue = np.float32(0)
            for a in range(samples):
                for b in range(samples):
                    gx = (origin_x + (x + 0.5 + ((b + 0.5) / samples - 0.5) * spread) * step) * pitch + 3.0
                    gy = (origin_y + (y + 0.5 + ((a + 0.5) / samples - 0.5) * spread) * step) * pitch + 3.0
                    ci = min(max(int(gx), 1), columns - 3)
                    cj = min(max(int(gy), 1), rows - 3)
                    tx = gx - ci
                    ty = gy - cj
                    for_x = bend[cj, ci, 0] * (1 - tx) + bend[cj, ci + 1, 0] * tx
                    low_x = bend[cj + 1, ci, 0] * (1 - tx) + bend[cj + 1, ci + 1, 0] * tx
                    for_y = bend[cj, ci, 1] * (1 - tx) + bend[cj, ci + 1, 1] * tx
                    low_y = bend[cj + 1, ci, 1] * (1 - tx) + bend[cj + 1, ci + 1, 1] * tx
                    gx += for_x * (1 - ty) + low_x * ty
                    gy += for_y * (1 - ty) + low_y * ty
                    i = min(max(int(gx), 1), columns - 2)
                    j = min(max(int(gy), 1), rows - 2)
                    u = np.float32(2 * (gx - i) - 1)
                    v = np.float32(2 * (gy - j) - 1)
                    if over[j, i] == 1:
                        across = u
                        along = v
                        before = over[j - 1, i] == 1
                        after = over[j + 1, i] == 1
                        colour = warp[j, i]
                        run = np.float32(gy)
                        name = i
                    else:
                        across = v
                        along = u
                        before = over[j, i - 1] == 0
                        after = over[j, i + 1] == 0
                        colour = weft[j, i]
                        run = np.float32(gx)
                        name = j + 4096
                    # Round across; along, it dips only at an end that goes under.
                    round_ = across * np.float32(0.93)
                    dip = np.float32(0)
                    if along < 0 and not before:
                        dip = along
                    if along > 0 and not after:
                        dip = along
                    drop = dip * dip
                    # Plies: slanting bright and dark lines, each thread with its own phase.
                    phase = uniform2(name, 5, seed)
                    ply = math.sin(np.float32(6.2831853) * (run * np.float32(0.55) + across * np.float32(0.42) + phase))
                    strand = gradient_noise(
                        run * np.float32(1.6) + across * np.float32(1.1) + phase * np.float32(40.0),
                        across * np.float32(3.2) - run * np.float32(1.3) + name * np.float32(7.31),
                        seed,
                    )
                    nx = round_ * np.float32(1.05)
                    ny = dip * np.float32(0.75)
                    if over[j, i] == 0:
                        nx, ny = ny, nx
                    nx = (nx + fold[cj, ci, 0]) * lamp[RELIEF]
                    ny = (ny + fold[cj, ci, 1]) * lamp[RELIEF]
                    up = one / math.sqrt(one + nx * nx + ny * ny)
                    facing = max((nx * lamp[LIGHT_X] + ny * lamp[LIGHT_Y] + lamp[LIGHT_Z]) * up, np.float32(0))
                    # A thread narrows where it goes under, and the dark between threads opens.
                    gap = min(across * across * (one + np.float32(0.7) * drop * drop), np.float32(1.15))
                    gap = gap * gap
                    shade = lamp[AMBIENT] + lamp[KEY] * facing
                    shade *= (one - np.float32(0.68) * gap * gap) * (one - np.float32(0.45) * drop * drop)
                    shade *= one + lamp[TWIST] * ply * (one - gap) + np.float32(1.1) * lamp[TWIST] * strand
                    gloss = facing * facing
                    gloss = gloss * gloss
                    gloss = gloss * gloss * lamp[SHEEN] * (one - gap)
                    red += colour[0] * shade + gloss * (half * colour[0] + np.float32(0.10))
                    green += colour[1] * shade + gloss * (half * colour[1] + np.float32(0.10))
                    blue += colour[2] * shade + gloss * (half * colour[2] + np.float32(0.10))
            out[y, x, 0] = _held(red * share)
            out[y, x, 1] = _held(green * share)
            out[y, x, 2] = _held(blue * share)
