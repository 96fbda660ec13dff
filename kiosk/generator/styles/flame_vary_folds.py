"""Variations of other programs' flames: folds and cuts of the plane, cells, wedges, stripes and waves.

`vary_folds` is one point's value, in double precision; `flame_wide` calls it. Formulas are flam3's. Not in our own
flames.
"""

import math

import numpy as np

from kiosk.generator.jit import exact
from kiosk.generator.styles.flame_catalogue import FIRST_FOLD, FOLDS

(
    _SECANT2, _CELL, _LAZYSUSAN, _MODULUS, _OSCILLOSCOPE, _SEPARATION, _SPLIT, _STRIPES, _WEDGE, _WEDGE_SPH, _AUGER,
) = range(FIRST_FOLD, FIRST_FOLD + len(FOLDS))  # fmt: skip
_EPSILON = 1e-10


@exact
def wedged(angle, count, width):  # type: ignore[no-untyped-def]
    """Return an angle (radians) after `count` wedges `width` wide are cut out of the circle and the rest is closed."""
    wedge = math.floor((count * angle + math.pi) / (2 * math.pi))
    return angle * (1 - width * count / (2 * math.pi)) + wedge * width


@exact
def _mirrored(cell):  # type: ignore[no-untyped-def]
    """Return the cell a cell of a row is moved to: those from 0 up to even places, the others to odd ones."""
    return 2 * cell if cell >= 0 else -(2 * cell + 1)


@exact
def _wrapped(value, half):  # type: ignore[no-untyped-def]
    """Return a value led back into -half to half."""
    if value > half:
        return np.fmod(value + half, 2 * half) - half
    return half - np.fmod(half - value, 2 * half) if value < -half else value


@exact
def _parted(value, width, inside):  # type: ignore[no-untyped-def]
    far = math.sqrt(value * value + width * width)
    return far - value * inside if value > 0 else -(far + value * inside)


@exact
def _turntable(w, p, x, y):  # type: ignore[no-untyped-def]
    u, v = x - p[0], y + p[1]
    r = math.hypot(u, v)
    if r < w:
        t = math.atan2(v, u) + p[2] + p[4] * (w - r)
        return w * r * math.cos(t) + p[0], w * r * math.sin(t) - p[1]
    k = w * (1 + p[3] / r)
    return k * u + p[0], k * v - p[1]


@exact
def vary_folds(kind, w, p, x, y):  # type: ignore[no-untyped-def]
    """Return variation `kind` of the point (x, y), weighted with w; `p` are its 8 parameters."""
    if kind == _SECANT2:
        c = math.cos(w * math.hypot(x, y))
        u, v = w * x, w * (1 / c + (1 if c < 0 else -1))
    elif kind == _CELL:
        column, row = math.floor(x / p[0]), math.floor(y / p[0])
        off_x, off_y = x - column * p[0], y - row * p[0]
        u, v = w * (off_x + _mirrored(column) * p[0]), -w * (off_y + _mirrored(row) * p[0])
    elif kind == _LAZYSUSAN:
        u, v = _turntable(w, p, x, y)
    elif kind == _MODULUS:
        u, v = w * _wrapped(x, p[0]), w * _wrapped(y, p[1])
    elif kind == _OSCILLOSCOPE:
        reach = p[0] + p[2] * math.exp(-abs(x) * p[3]) * math.cos(2 * math.pi * p[1] * x)
        u, v = w * x, -w * y if abs(y) <= reach else w * y
    elif kind == _SEPARATION:
        u, v = w * _parted(x, p[0], p[1]), w * _parted(y, p[2], p[3])
    elif kind == _SPLIT:
        keeps_y, keeps_x = math.cos(x * p[0] * math.pi) >= 0, math.cos(y * p[1] * math.pi) >= 0
        u, v = w * x if keeps_x else -w * x, w * y if keeps_y else -w * y
    elif kind == _STRIPES:
        stripe = math.floor(x + 0.5)
        off = x - stripe
        u, v = w * (off * (1 - p[0]) + stripe), w * (y + off * off * p[1])
    elif kind in (_WEDGE, _WEDGE_SPH):
        r = math.hypot(x, y)
        r = r if kind == _WEDGE else 1 / (r + _EPSILON)
        t = wedged(math.atan2(y, x) + p[3] * r, p[2], p[0])
        u, v = w * (r + p[1]) * math.cos(t), w * (r + p[1]) * math.sin(t)
    else:
        s, t = math.sin(p[2] * x), math.sin(p[2] * y)
        u, v = w * (x + p[0] * p[1] * t * (p[3] / 2 + abs(x))), w * (y + p[1] * s * (p[3] / 2 + abs(y)))
    return u, v
