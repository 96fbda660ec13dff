"""What a swarm of points needs in either chaos game: a start, affine moves, and marks in the histogram.

`flame_chaos` plays our own flames with it, `flame_wide` those of other programs that ask for more.
"""

import numpy as np

from kiosk.generator.jit import woven
from kiosk.generator.styles.flame_math import next_bits, unit

SWARM = 2048
FUSE = 24  # rounds before the first point is counted: the swarm falls onto the attractor
STEP = np.uint64(0x9E3779B97F4A7C15)
UNSIGNED = np.uint32(0x7FFFFFFF)
_ZERO = np.float32(0)


@woven
def mixed(state):  # type: ignore[no-untyped-def]
    """Return the 64 random bits of a state (SplitMix64; Steele, Lea and Flood, 2014); `STEP` leads to the next."""
    z = state
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@woven
def bits_of(value):  # type: ignore[no-untyped-def]
    """Return the bits of a number, in the order of the numbers from 0 up; negative ones and NaN come after those.

    Fast-math takes it that a comparison of numbers never meets NaN; one of bits does.
    """
    return np.float32(value).view(np.uint32)


@woven
def turned(turn, at, x, y, out_x, out_y):  # type: ignore[no-untyped-def]
    """Move the points x, y to out_x, out_y by the six coefficients from place `at` of `turn` on."""
    xx, yx, xy, yy, x0, y0 = turn[at], turn[at + 1], turn[at + 2], turn[at + 3], turn[at + 4], turn[at + 5]
    for i in range(x.shape[0]):
        u = x[i]
        v = y[i]
        out_x[i] = xx * u + xy * v + x0
        out_y[i] = yx * u + yy * v + y0


@woven
def shot(x, y, colour, seen, bits, camera, size, at, hue):  # type: ignore[no-untyped-def]
    """Note in `at` the cell of the histogram each point falls into, -1 for none, in `hue` its place in the palette.

    Points are shifted by up to `camera[6]` pixels, a triangular filter that does away with stairs.
    """
    xx, xy, yx, yy, x0, y0, soft = camera[0], camera[1], camera[2], camera[3], camera[4], camera[5], camera[6]
    rows, columns = size[0], size[1]
    byte = np.uint32(255)
    for i in range(x.shape[0]):
        b = next_bits(bits[i])
        shift_x = np.float32(np.int32(b & byte) + np.int32((b >> np.uint32(8)) & byte) - np.int32(255))
        shift_y = np.float32(np.int32((b >> np.uint32(16)) & byte) + np.int32(b >> np.uint32(24)) - np.int32(255))
        u = xx * x[i] + xy * y[i] + x0 + soft * shift_x
        v = yx * x[i] + yy * y[i] + y0 + soft * shift_y
        b = next_bits(b)
        bits[i] = b
        inside = (bits_of(u) < bits_of(columns)) & (bits_of(v) < bits_of(rows))
        chance = unit(b)
        inside = inside & (chance < seen[i])
        column = np.int32(min(max(u, _ZERO), columns))
        row = np.int32(min(max(v, _ZERO), rows))
        at[i] = np.int32(row * np.int32(columns) + column) if inside else np.int32(-1)
        hue[i] = np.int32(
            min(max(colour[i] * np.float32(255) + chance / max(seen[i], np.float32(1e-6)), _ZERO), np.float32(255))
        )


@woven
def count(at, hue, inks, histogram):  # type: ignore[no-untyped-def]
    """Add each point's ink to the cell it fell into."""
    for i in range(at.shape[0]):
        cell = at[i]
        if cell >= 0:
            ink = hue[i]
            histogram[cell, 0] += inks[ink, 0]
            histogram[cell, 1] += inks[ink, 1]
            histogram[cell, 2] += inks[ink, 2]
            histogram[cell, 3] += inks[ink, 3]
