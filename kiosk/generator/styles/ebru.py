"""Ebru and suminagashi: ink on a bath, drawn by needles and combs, lifted off with one sheet of paper.

`ebru_patterns` does a marbler's work, `ebru_bath` undoes it for each pixel; this module looks again, sixteen times,
at pixels near an edge, and lays the film's grain and the paper's tooth over the flat inks.
"""

import math

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.bands import for_each_band
from kiosk.generator.color import GAMUT_HIGH, GAMUT_LOW, oklab_to_linear
from kiosk.generator.frame import frame_for
from kiosk.generator.genome import Genome
from kiosk.generator.jit import inlined, kernel
from kiosk.generator.noise import gradient_noise, uniform2
from kiosk.generator.palette import build_palette
from kiosk.generator.styles.ebru_bath import trace
from kiosk.generator.styles.ebru_patterns import marbling

_HALO = 2  # an edge is looked for this many pixels around
_SIDE = 4  # samples a side of a pixel on an edge
_BATCH = 64  # pixels looked at again at once
_TORN = 5  # pixels: neighbours from further apart may hide an edge between them
_RUN = 512  # points traced at once: their arrays stay in the nearest cache


def render(genome: Genome, width_px: int, height_px: int, *, threads: int = 0) -> NDArray[np.float32]:
    """Return the piece as linear RGB, (height, width, 3)."""
    frame = frame_for(width_px, height_px)
    palette = build_palette(genome.palette)
    work = marbling(genome, palette, frame.aspect)
    bare = oklab_to_linear(palette.ground).astype(np.float32)
    # Roots, about as screens encode light: samples of a pixel are averaged by them, so that a preview of fine lines has
    # the tone of the whole. Drop -1 is the last.
    inks = np.sqrt(np.concatenate([work.inks, np.stack([bare, bare])[None]]))
    seed = genome.stream_seed("grain") & 0x3FFFFFFF
    grain = np.float32(0.05 + 0.07 * genome.gene("grain"))
    out = np.empty((height_px, width_px, 3), np.float32)
    step = np.float32(1 / frame.scale)

    def band(first_row: int, end_row: int) -> None:
        shape = (end_row - first_row + 2 * _HALO, width_px + 2 * _HALO)
        x, y, depth = (np.empty(shape, np.float32) for _ in range(3))
        drop = np.empty(shape, np.int32)
        x0 = np.float32(frame.origin_x + 0.5 * step)
        y0 = np.float32(frame.origin_y + (first_row + 0.5) * step)
        _look(work.kinds, work.ops, x0, y0, step, x, y, drop, depth)
        _ink(inks, drop, depth, out, first_row)
        _look_again(work.kinds, work.ops, x0, y0, step, inks, x, y, drop, out, first_row)
        _grain(x, y, drop, step, seed, grain, first_row, x0, y0, out)

    for_each_band(height_px, band, threads=threads)
    return out


@kernel
def _look(kinds, ops, x0, y0, step, x, y, drop, depth):  # type: ignore[no-untyped-def]
    width = x.shape[1]
    for row in range(x.shape[0]):
        for column in range(width):
            x[row, column] = x0 + np.float32(column - _HALO) * step
            y[row, column] = y0 + np.float32(row - _HALO) * step
        for left in range(0, width, _RUN):
            right = min(left + _RUN, width)
            trace(kinds, ops, x[row, left:right], y[row, left:right], drop[row, left:right], depth[row, left:right])


@inlined
def _toward_rim(depth):  # type: ignore[no-untyped-def]
    """Return 0 at a drop's centre to 1 at its rim, where a film of pigment gathers."""
    rim = max(depth - np.float32(0.86), np.float32(0)) * np.float32(1 / 0.14)
    return np.float32(0.7) * depth + np.float32(0.3) * rim * rim


@kernel
def _ink(inks, drop, depth, out, first_row):  # type: ignore[no-untyped-def]
    for row in range(drop.shape[0] - 2 * _HALO):
        for column in range(out.shape[1]):
            ink = inks[drop[row + _HALO, column + _HALO]]
            t = _toward_rim(depth[row + _HALO, column + _HALO])
            for c in range(3):
                root = ink[0, c] + (ink[1, c] - ink[0, c]) * t
                out[first_row + row, column, c] = root * root


@inlined
def _is_torn(x, y, j, i, limit):  # type: ignore[no-untyped-def]
    """Tell whether neighbours come from places so far apart that a thread of ink may run between them unseen."""
    across = abs(x[j, i + 1] - x[j, i]) + abs(y[j, i + 1] - y[j, i])
    down = abs(x[j + 1, i] - x[j, i]) + abs(y[j + 1, i] - y[j, i])
    back = abs(x[j, i - 1] - x[j, i]) + abs(y[j, i - 1] - y[j, i])
    up = abs(x[j - 1, i] - x[j, i]) + abs(y[j - 1, i] - y[j, i])
    return max(across, down, back, up) > limit


@kernel
def _look_again(kinds, ops, x0, y0, step, inks, x, y, drop, out, first_row):  # type: ignore[no-untyped-def]
    samples = _SIDE * _SIDE
    at_x = np.empty(_BATCH * samples, np.float32)
    at_y = np.empty(_BATCH * samples, np.float32)
    seen = np.empty(_BATCH * samples, np.int32)
    depth = np.empty(_BATCH * samples, np.float32)
    rows = np.empty(_BATCH, np.int32)
    columns = np.empty(_BATCH, np.int32)
    count = 0
    width = out.shape[1]
    height = drop.shape[0] - 2 * _HALO
    side = np.float32(1.0 / _SIDE)
    half = np.float32(0.5)
    for row in range(height):
        for column in range(width + 1):
            last = row == height - 1 and column == width
            if column < width:
                here = drop[row + _HALO, column + _HALO]
                differ = 0
                for j in range(2 * _HALO + 1):
                    for i in range(2 * _HALO + 1):
                        differ |= drop[row + j, column + i] ^ here
                if differ != 0 or _is_torn(x, y, row + _HALO, column + _HALO, np.float32(_TORN) * step):
                    rows[count] = row
                    columns[count] = column
                    for j in range(_SIDE):  # each sample has a row and a column of its own
                        for i in range(_SIDE):
                            at = count * samples + j * _SIDE + i
                            across = (np.float32(i) + (np.float32(j) + half) * side) * side - half
                            down = (np.float32(j) + (np.float32(i) + half) * side) * side - half
                            at_x[at] = x0 + (np.float32(column) + across) * step
                            at_y[at] = y0 + (np.float32(row) + down) * step
                    count += 1
            if count == _BATCH or (last and count > 0):
                n = count * samples
                trace(kinds, ops, at_x[:n], at_y[:n], seen[:n], depth[:n])
                for k in range(count):
                    pixel = out[first_row + rows[k], columns[k]]
                    for c in range(3):
                        pixel[c] = np.float32(0)
                    for at in range(k * samples, (k + 1) * samples):
                        ink = inks[seen[at]]
                        t = _toward_rim(depth[at])
                        for c in range(3):
                            pixel[c] += (ink[0, c] + (ink[1, c] - ink[0, c]) * t) * (side * side)
                    for c in range(3):
                        pixel[c] *= pixel[c]
                count = 0


@inlined
def _speckle(u, v, seed):  # type: ignore[no-untyped-def]
    """Return 0-1: grains of pigment, one in every third cell of a unit grid, each within its cell."""
    i = np.floor(u)
    j = np.floor(v)
    size = uniform2(int(i), int(j), seed) * np.float32(0.55) - np.float32(0.25)
    if size <= np.float32(0):
        return np.float32(0)
    dx = u - i - np.float32(0.35) - np.float32(0.3) * uniform2(int(i), int(j), seed + 1)
    dy = v - j - np.float32(0.35) - np.float32(0.3) * uniform2(int(i), int(j), seed + 2)
    return min(max((size - math.sqrt(dx * dx + dy * dy)) * np.float32(8), np.float32(0)), np.float32(1))


@kernel
def _grain(x, y, drop, step, seed, strength, first_row, x0, y0, out):  # type: ignore[no-untyped-def]
    one = np.float32(1)
    zero = np.float32(0)
    for row in range(drop.shape[0] - 2 * _HALO):
        for column in range(out.shape[1]):
            j = row + _HALO
            i = column + _HALO
            here = drop[j, i]
            tone = zero
            # The grain lies where the drop fell and was drawn with it; where it would be finer than pixels, it fades.
            spread = step
            if drop[j, i + 1] == here:
                spread = max(spread, abs(x[j, i + 1] - x[j, i]) + abs(y[j, i + 1] - y[j, i]))
            if drop[j + 1, i] == here:
                spread = max(spread, abs(x[j + 1, i] - x[j, i]) + abs(y[j + 1, i] - y[j, i]))
            u = x[j, i]
            v = y[j, i]
            fade = max(one - np.float32(40) * spread, zero)
            if fade > zero:
                tone += np.float32(0.7) * fade * gradient_noise(u * np.float32(18), v * np.float32(18), seed + here)
            fade = max(one - np.float32(200) * spread, zero)
            if fade > zero:
                tone += np.float32(0.8) * fade * gradient_noise(u * np.float32(95), v * np.float32(95), seed + here)
            fade = max(one - np.float32(900) * spread, zero)
            if fade > zero:
                tone += np.float32(0.6) * fade * gradient_noise(u * np.float32(430), v * np.float32(430), seed)
            fade = max(one - np.float32(700) * spread, zero)
            if fade > zero:
                tone -= np.float32(3.0) * fade * _speckle(u * np.float32(210), v * np.float32(210), seed + here)
            fine = max(one - np.float32(1000) * step, zero)
            px = x0 + np.float32(column) * step
            py = y0 + np.float32(row) * step
            if fine > zero:
                tone += np.float32(0.25) * fine * gradient_noise(px * np.float32(420), py * np.float32(420), seed + 7)
            factor = one + strength * tone
            pixel = out[first_row + row, column]
            for c in range(3):
                pixel[c] = min(max(pixel[c] * factor, np.float32(GAMUT_LOW)), np.float32(GAMUT_HIGH))
