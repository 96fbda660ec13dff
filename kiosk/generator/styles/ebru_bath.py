"""The bath of a marbler, run backwards: from a place on the finished sheet to the drop of ink it shows.

Drops and tines move the fluid by maps with exact inverses (Lu, Jaffer et al., "Mathematical marbling", 2012):

    a drop pushes p from its centre c to c + (p - c) sqrt(1 + r^2 / |p - c|^2), and fills what it left
    a shaped drop does so with its own radius for each bearing, in space stretched along its axis
    a tine drags p along its line, the less the further p lies from the line; combs and waves likewise
    a swirl turns p about a centre, the less the further from it; a ring drags p along a circle, most on the circle

`ebru_patterns` makes the operations; `trace` undoes them, the last one first, for many points at once. Its inner loops
are plain arithmetic over float32 arrays, which the compiler turns into vector code.
"""

import math

import numpy as np

from kiosk.generator.jit import inlined, kernel

DROP, SHAPE, TINE, COMB, WAVE, SWIRL, RING = 0, 1, 2, 3, 4, 5, 6
# Columns of the operations, by kind. All: place X, Y in frame heights, DX, DY a unit vector.
X, Y, DX, DY = 0, 1, 2, 3
RADIUS2 = 4  # DROP, SHAPE: the squared radius
STRETCH, COEFFICIENTS = 5, 6  # SHAPE: its length by its breadth, square-rooted; the squared radius by cosine of bearing
SHIFT, REACH, PITCH = 4, 5, 6  # TINE, COMB: how far, how broad, how far apart; RING: turns, how broad, its radius
AMPLITUDE, TURNS, PHASE = 4, 5, 6  # WAVE: height, waves a frame height, 0-1
ANGLE, SIZE = 4, 5  # SWIRL: turns at the centre, radius
SHAPE_DEGREE = 8
COLUMNS = COEFFICIENTS + SHAPE_DEGREE + 1
_TINY = np.float32(1e-12)


@inlined
def sine(turns):  # type: ignore[no-untyped-def]
    """Return sin(2 pi turns) to 1e-7, in arithmetic that vectorises."""
    t = turns - np.floor(turns + np.float32(0.5))
    q = t * t
    return t * (
        np.float32(6.28318279)
        + q
        * (
            np.float32(-41.34141933)
            + q
            * (
                np.float32(81.59613741)
                + q * (np.float32(-76.579674) + q * (np.float32(41.20368208) + q * np.float32(-12.26876145)))
            )
        )
    )


@kernel
def trace(kinds, ops, x, y, drop, depth):  # type: ignore[no-untyped-def]
    """Take the points (`x`, `y`), float32 (n,) in frame heights, back to where they were when their drop fell.

    `drop` (n,) int32 becomes the number of the operation that placed what is seen, -1 for the bare bath; `depth` (n,)
    the squared distance from that drop's centre, 0-1 of its rim; `x` and `y` the place at that moment.
    """
    n = x.shape[0]
    for i in range(n):
        drop[i] = -1
        depth[i] = np.float32(1)
    for k in range(kinds.shape[0] - 1, -1, -1):
        kind = kinds[k]
        cx = ops[k, X]
        cy = ops[k, Y]
        c = ops[k, DX]
        s = ops[k, DY]
        if kind == DROP:
            _undo_drop(np.int32(k), cx, cy, ops[k, RADIUS2], x, y, drop, depth)
        elif kind == SHAPE:
            _undo_shape(np.int32(k), ops[k], x, y, drop, depth)
        elif kind == TINE:
            shift = ops[k, SHIFT] * ops[k, REACH]
            reach = ops[k, REACH]
            for i in range(n):
                far = abs((y[i] - cy) * c - (x[i] - cx) * s)
                back = shift / (reach + far) if drop[i] < 0 else np.float32(0)
                x[i] -= back * c
                y[i] -= back * s
        elif kind == COMB:
            shift = ops[k, SHIFT] * ops[k, REACH]
            reach = ops[k, REACH]
            pitch = ops[k, PITCH]
            teeth = np.float32(1) / pitch
            for i in range(n):
                part = ((y[i] - cy) * c - (x[i] - cx) * s) * teeth
                far = abs(part - np.floor(part + np.float32(0.5))) * pitch
                back = shift / (reach + far) if drop[i] < 0 else np.float32(0)
                x[i] -= back * c
                y[i] -= back * s
        elif kind == WAVE:
            height = ops[k, AMPLITUDE]
            turns = ops[k, TURNS]
            phase = ops[k, PHASE]
            for i in range(n):
                across = (y[i] - cy) * c - (x[i] - cx) * s
                back = height * sine(across * turns + phase) if drop[i] < 0 else np.float32(0)
                x[i] -= back * c
                y[i] -= back * s
        else:
            _undo_turn(kind == RING, ops[k], x, y, drop)


@kernel
def _undo_drop(k, cx, cy, radius2, x, y, drop, depth):  # type: ignore[no-untyped-def]
    inverse = np.float32(1) / radius2
    for i in range(x.shape[0]):
        dx = x[i] - cx
        dy = y[i] - cy
        square = dx * dx + dy * dy
        left = square - radius2
        free = drop[i] < 0
        shown = free & (left < np.float32(0))
        moved = free & (left >= np.float32(0))
        pull = math.sqrt(max(left, np.float32(0)) / max(square, _TINY)) if moved else np.float32(1)
        drop[i] = k if shown else drop[i]
        depth[i] = square * inverse if shown else depth[i]
        x[i] = cx + dx * pull
        y[i] = cy + dy * pull


@kernel
def _undo_shape(k, op, x, y, drop, depth):  # type: ignore[no-untyped-def]
    cx = op[X]
    cy = op[Y]
    c = op[DX]
    s = op[DY]
    stretch = op[STRETCH]
    squeeze = np.float32(1) / stretch
    for i in range(x.shape[0]):
        dx = x[i] - cx
        dy = y[i] - cy
        u = (dx * c + dy * s) * squeeze
        v = (dy * c - dx * s) * stretch
        square = u * u + v * v
        bearing = u / math.sqrt(max(square, _TINY))
        radius2 = op[COEFFICIENTS + SHAPE_DEGREE]
        for j in range(SHAPE_DEGREE - 1, -1, -1):
            radius2 = radius2 * bearing + op[COEFFICIENTS + j]
        radius2 = op[RADIUS2] * max(radius2, np.float32(1e-3))
        left = square - radius2
        free = drop[i] < 0
        shown = free & (left < np.float32(0))
        moved = free & (left >= np.float32(0))
        pull = math.sqrt(max(left, np.float32(0)) / max(square, _TINY)) if moved else np.float32(1)
        drop[i] = k if shown else drop[i]
        depth[i] = square / radius2 if shown else depth[i]
        u *= pull * stretch
        v *= pull * squeeze
        x[i] = cx + u * c - v * s
        y[i] = cy + u * s + v * c


@kernel
def _undo_turn(is_ring, op, x, y, drop):  # type: ignore[no-untyped-def]
    cx = op[X]
    cy = op[Y]
    quarter = np.float32(0.25)
    one = np.float32(1)
    inverse = one / (op[SIZE] * op[SIZE])
    for i in range(x.shape[0]):
        dx = x[i] - cx
        dy = y[i] - cy
        square = dx * dx + dy * dy
        if is_ring:
            far = abs(math.sqrt(square) - op[PITCH])
            turns = op[SHIFT] * op[REACH] / (op[REACH] + far)
        else:
            fall = one / (one + square * inverse)
            turns = op[ANGLE] * fall * fall
        turns = -turns if drop[i] < 0 else np.float32(0)
        sin = sine(turns)
        cos = sine(turns + quarter)
        x[i] = cx + dx * cos - dy * sin
        y[i] = cy + dx * sin + dy * cos
