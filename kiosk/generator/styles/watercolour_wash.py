"""One wash of watercolour: where the wet area lies, how the pigment settled in it, and what it does to the light.

`lay` puts a table of washes (columns named below) over a band of the picture. Each darkens what lies under it by
Beer and Lambert's law, exp(-density * absorption) in linear light. Washes of the `VEIL` are remembered: a later wash
reserves (`RESERVE`) the paper as if it had been masked before the veil, so nocturnes get their lights by taking optical
depth away, and a half-tone between a light and the night stays as clean as both. Two pigments may run into one another
in a wash. Its density gathers at the rim where it dried last, pools, runs back in blooms, and falls into the valleys of
the paper. Pigments of clashing hues would meet in mud: where one lies, a later one of another hue keeps away.
"""

import math

import numpy as np

from kiosk.generator.color import GAMUT_HIGH, GAMUT_LOW
from kiosk.generator.jit import inlined, kernel
from kiosk.generator.noise import fractal_noise, gradient_noise

BLOB, RIDGE, FIR, BOX, SHEET, MOUND = 0, 1, 2, 3, 4, 5
KIND, X, Y, DX, DY, LENGTH, BREADTH, TAPER = 0, 1, 2, 3, 4, 5, 6, 7
ROUGH, FREQUENCY, SOFT, SOFT_RANGE = 8, 9, 10, 11
DENSITY, RIM, POOL, GRAIN, FLOW, DRY, BLOOM, RESERVE = 12, 13, 14, 15, 16, 17, 18, 19
ROLE, SEED, ABSORB, CHARGED, CHARGE = 20, 21, 22, 25, 28
LEFT, TOP, RIGHT, BOTTOM, POOL_FREQUENCY = 29, 30, 31, 32, 33
VEIL = 34
COLUMNS = 35
ROLES = 5
RESERVED, VEILED = ROLES, ROLES + 1  # layers after the roles': how much is reserved, the veil's depth in R, G, B
LAYERS = ROLES + 4
_TOOTH = 170.0  # bumps of the paper a frame height


@kernel
def tooth_rows(seed, x0, y0, step, octaves, out):  # type: ignore[no-untyped-def]
    """Fill `out` (rows, columns) with the height of the paper, about -1 to 1; `octaves` as the pixels can show."""
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            x = (x0 + column * step) * _TOOTH
            y = (y0 + row * step) * _TOOTH
            out[row, column] = np.float32(1.7) * fractal_noise(x, y, seed, octaves, np.float32(0.62))


@kernel
def place_rows(seed, x0, y0, step, sway, xs, ys):  # type: ignore[no-untyped-def]
    """Fill `xs`, `ys` (rows, columns) with places in frame heights, swayed by about `sway`: no hand rules a line."""
    for row in range(xs.shape[0]):
        for column in range(xs.shape[1]):
            x = x0 + column * step
            y = y0 + row * step
            xs[row, column] = x + sway * fractal_noise(x * 1.3, y * 1.3, seed + 1, 3.0, np.float32(0.42))
            ys[row, column] = y + sway * fractal_noise(x * 1.3, y * 1.3, seed + 2, 3.0, np.float32(0.42))


@kernel
def field_rows(seed, x0, y0, step, width, height, margin, out):  # type: ignore[no-untyped-def]
    """Fill `out` (rows, columns) with 0 on the taped edge of a sheet of `width` and `height`, and 1 inside it.

    (`x0`, `y0`) is the place of the first pixel, from the upper left corner. Paint crept a little under the tape.
    """
    octaves = _octaves(24.0, step, 4.0)
    one = np.float32(1)
    for row in range(out.shape[0]):
        y = np.float32(y0 + row * step)
        for column in range(out.shape[1]):
            x = np.float32(x0 + column * step)
            near = min(x, width - x, y, height - y) - margin
            out[row, column] = one
            if near < np.float32(0.02):
                near += np.float32(0.006) * fractal_noise(x * 3.1, y * 3.1, seed + 51, 2.0, np.float32(0.5))
                near += np.float32(0.005) * fractal_noise(x * 24.0, y * 24.0, seed + 52, octaves, np.float32(0.6))
                out[row, column] = min(max(near / max(np.float32(1.4 * step), np.float32(0.0014)), np.float32(0)), one)


@inlined
def _octaves(frequency, step, wanted):  # type: ignore[no-untyped-def]
    """Return how many octaves of noise, `frequency` cells a height, pixels of `step` can show."""
    return min(max(math.log2(0.4 / (step * frequency)) + 1.0, 0.0), wanted)


@inlined
def _inside(w, x, y):  # type: ignore[no-untyped-def]
    """Return how deep inside the plain form a place lies, where along it (-1 to 1), and how far across it."""
    dx = x - w[X]
    dy = y - w[Y]
    a = dx * w[DX] + dy * w[DY]
    b = dy * w[DX] - dx * w[DY]
    kind = int(w[KIND])
    along = a / w[LENGTH]
    if kind == BLOB:
        breadth = w[BREADTH] * max(np.float32(1) + w[TAPER] * along, np.float32(0.12))
        d = math.sqrt(along * along + (b / breadth) * (b / breadth))
        beyond = (np.float32(1) - abs(along)) * w[LENGTH]  # no tail where a tapered form has long ended
        return min((np.float32(1) - d) * min(w[LENGTH], breadth), beyond), along, b
    if kind == RIDGE:
        crest = w[TAPER] * fractal_noise(a * w[LENGTH], w[SEED], int(w[SEED]), 5.0, np.float32(0.48))
        return b - crest, min(b / w[BREADTH], np.float32(1)), a
    if kind == FIR:  # tiers of boughs that hang outward from a leader, the two sides of a tree never alike
        side = np.float32(1.7) if b > 0 else np.float32(-3.1)
        hung = (a + np.float32(0.42) * abs(b)) / w[LENGTH]
        tier = hung * w[TAPER] + np.float32(0.8) * gradient_noise(hung * np.float32(4.0), side, int(w[SEED]))
        whole = math.floor(tier)
        bough = np.float32(1) + np.float32(0.55) * gradient_noise(whole * np.float32(0.73), side, int(w[SEED]) + 1)
        reach = w[BREADTH] * max(np.float32(1) - hung, np.float32(0)) * bough
        half = max(reach * (np.float32(1) - np.float32(0.62) * (tier - whole)), np.float32(0.016) * (w[LENGTH] - a))
        return min(np.float32(0.7) * (half - abs(b)), a, w[LENGTH] - a), np.float32(2) * along - np.float32(1), b
    if kind == BOX:
        return min(w[LENGTH] - abs(a), w[BREADTH] - abs(b)), along, b
    if kind == MOUND:  # land over its waterline, or its mirror image below
        skyline = np.float32(0.75) + np.float32(0.9) * fractal_noise(
            a * w[TAPER], w[SEED], int(w[SEED]), 4.0, np.float32(0.5)
        )
        return min(b + w[BREADTH] * (np.float32(1) - along * along) * skyline, -b), along, b
    return np.float32(1), along, b


@kernel
def lay(washes, clash, xs, ys, tooth, halo, field, first_row, x0, y0, step, density, out):  # type: ignore[no-untyped-def]
    """Lay the washes, the first lowest, over the rows of `out` from `first_row` that `density` has.

    `clash` (ROLES, ROLES): how strongly a role keeps away from another. `xs`, `ys` (rows, columns): the swayed places.
    `tooth`: the paper, with `halo` pixels around. (`x0`, `y0`) is the first pixel's place before swaying, `step` the
    size of a pixel. `field` (rows, columns): where paint may lie, 0-1. `density` (rows, columns, LAYERS) gathers the
    pigment of each role, what is reserved, and the veil.
    """
    one = np.float32(1)
    zero = np.float32(0)
    rows = density.shape[0]
    width = density.shape[1]
    for k in range(washes.shape[0]):
        w = washes[k]
        seed = int(w[SEED])
        top = max(int((w[TOP] - y0) / step), 0)
        bottom = min(int((w[BOTTOM] - y0) / step) + 2, rows)
        left = max(int((w[LEFT] - x0) / step), 0)
        right = min(int((w[RIGHT] - x0) / step) + 2, width)
        role = int(w[ROLE])
        frequency = w[FREQUENCY]
        reach = w[ROUGH] + w[SOFT] + w[SOFT_RANGE]
        kind = int(w[KIND])
        least = np.float32(0.75 * step) * (one + np.float32(2) * w[ROUGH] * frequency)  # a pixel, as steep as edges run
        edge_octaves = _octaves(frequency, step, 3.0)
        ragged_octaves = _octaves(frequency * 7.0, step, 4.0)
        creep_octaves = _octaves(19.0, step, 4.0)
        for row in range(top, bottom):
            for column in range(left, right):
                x = xs[row, column]
                y = ys[row, column]
                q, along, across = _inside(w, x, y)
                if q < -reach:
                    continue
                u = x * frequency + w[SEED] * np.float32(0.37)
                v = y * frequency - w[SEED] * np.float32(0.23)
                soft = w[SOFT]
                if kind != SHEET:
                    q += w[ROUGH] * fractal_noise(u, v, seed, edge_octaves, np.float32(0.55))
                    loose = gradient_noise(x * np.float32(2.1) + w[SEED], y * np.float32(2.1), seed + 9)
                    soft += w[SOFT_RANGE] * max(loose, zero) * max(loose, zero)
                    if q < -soft - np.float32(0.4) * w[ROUGH]:
                        continue
                    close = one - abs(q) * np.float32(28)
                    if close > zero and w[ROUGH] > zero:
                        ragged = fractal_noise(
                            u * np.float32(7), v * np.float32(7), seed + 5, ragged_octaves, np.float32(0.6)
                        )
                        q += np.float32(0.30) * w[ROUGH] * close * ragged
                    if soft > np.float32(0.006):  # wet in wet: pigment creeps outward in feathers
                        creep = fractal_noise(x * 19.0 + w[SEED], y * 19.0, seed + 21, creep_octaves, np.float32(0.62))
                        q += np.float32(1.1) * min(soft - np.float32(0.006), np.float32(0.035)) * creep
                soft = max(soft, least)
                wet = min(max((q + soft) / (np.float32(2) * soft), zero), one)
                if wet <= zero:
                    continue
                wet = wet * wet * (np.float32(3) - np.float32(2) * wet)
                if kind == FIR:  # its foot stands in mist
                    wet *= min(max(np.float32(1.7) * along + np.float32(1.7), zero), one)
                q = max(q, zero)
                hard = one / (one + soft * soft * np.float32(30000))
                rim = zero
                if q < np.float32(0.09):
                    rim = math.exp(q * np.float32(-280)) + np.float32(0.35) * math.exp(q * np.float32(-50))
                    rim *= w[RIM] * hard
                u = x * w[POOL_FREQUENCY] + w[SEED] * np.float32(0.37)
                v = y * w[POOL_FREQUENCY] - w[SEED] * np.float32(0.23)
                thick = fractal_noise(u, v, seed + 77, 4.0, np.float32(0.52))
                pool = one + w[POOL] * np.float32(1.8) * thick
                if kind == RIDGE:
                    pool *= one + w[FLOW] * (np.float32(1.1) - np.float32(2.1) * min(q / w[BREADTH], one))
                else:
                    pool *= one + w[FLOW] * along
                if w[BLOOM] > zero:
                    # A back-run: water pushed pigment outward, and left it in a dark, branching fringe.
                    run = fractal_noise(x * 2.6 + w[SEED], y * 2.6, seed + 31, 2.0, np.float32(0.5)) - np.float32(0.13)
                    if run > np.float32(-0.16):
                        run += np.float32(0.05) * fractal_noise(x * 22.0, y * 22.0, seed + 37, 3.0, np.float32(0.6))
                        if run > zero:
                            pool *= one - w[BLOOM] * np.float32(0.6) * min(run * np.float32(7), one)
                        else:
                            pool *= one + w[BLOOM] * np.float32(0.7) * math.exp(run * np.float32(32))
                pool = max(pool, np.float32(0.12))
                paper = tooth[row + halo, column + halo]
                if w[DRY] > zero:
                    # A brush running dry touches only the hills of the paper, in streaks.
                    streak = gradient_noise(along * np.float32(2.5), across * np.float32(160), seed + 3)
                    dry = w[DRY] * (np.float32(0.5) + np.float32(0.5) * along) - np.float32(0.55)
                    hold = (np.float32(0.45) * streak + np.float32(0.45) * paper - dry) * np.float32(3) + one
                    wet *= min(max(hold, zero), one)
                wet *= field[row, column]
                amount = w[DENSITY] * wet * (pool + rim) * max(one - w[GRAIN] * paper, np.float32(0.1))
                layer = density[row, column]
                held = zero
                for g in range(ROLES):
                    held += (np.float32(3) * clash[role, g] + np.float32(0.10)) * layer[g]
                turned = (
                    np.float32(0.5) + np.float32(1.1) * gradient_noise(u + 5.0, v, seed + 41) + np.float32(0.4) * along
                )
                turned = w[CHARGE] * min(max(turned, zero), one)
                bared = zero
                if w[VEIL] > zero:
                    deep = layer[VEILED] + layer[VEILED + 1] + layer[VEILED + 2]
                    amount = np.float32(2.2) * (one - math.exp(amount * np.float32(-1 / 2.2)))  # colour, never black
                    amount *= (one - layer[RESERVED]) * max(one - deep * np.float32(1 / 17), zero)
                else:
                    amount *= math.exp(np.float32(-3.0) * held)
                    layer[role] += amount
                    bared = (one - layer[RESERVED]) * w[RESERVE] * wet
                    layer[RESERVED] += bared
                pixel = out[first_row + row, column]
                for c in range(3):
                    absorb = (w[ABSORB + c] + (w[CHARGED + c] - w[ABSORB + c]) * turned) * amount
                    pixel[c] *= math.exp(layer[VEILED + c] * bared - absorb)
                    if w[VEIL] > zero:
                        layer[VEILED + c] += absorb


@kernel
def light_paper(tooth, halo, strength, first_row, out):  # type: ignore[no-untyped-def]
    """Light the tooth of the paper from the upper left, and hold every value inside the gamut."""
    for row in range(tooth.shape[0] - 2 * halo):
        for column in range(out.shape[1]):
            j = row + halo
            i = column + halo
            slope = tooth[j, i + 1] - tooth[j, i - 1] + tooth[j + 1, i] - tooth[j - 1, i]
            factor = np.float32(1) + min(max(slope * strength, np.float32(-0.12)), np.float32(0.10))
            for c in range(3):
                value = out[first_row + row, column, c] * factor
                out[first_row + row, column, c] = min(max(value, np.float32(GAMUT_LOW)), np.float32(GAMUT_HIGH))
