"""Variations of other programs' flames that throw dice: blurs of many shapes, and roots with several branches.

`vary_chance` is one point's value, in double precision, for three random numbers; `flame_wide` calls it. Formulas are
flam3's. Not in our own flames.
"""

import math

from kiosk.generator.jit import exact
from kiosk.generator.styles.flame_catalogue import CHANCE, FIRST_CHANCE
from kiosk.generator.styles.flame_vary_folds import wedged

(
    _NOISE, _PIE, _ARCH, _RAYS, _BLADE, _TWINTRIAN, _SUPER_SHAPE, _FLOWER, _CONIC, _PARABOLA, _BOARDERS, _CPOW,
    _WEDGE_JULIA,
) = range(FIRST_CHANCE, FIRST_CHANCE + len(CHANCE) - 1)  # fmt: skip
_EPSILON = 1e-10


@exact
def _bordered(x, y, chance):  # type: ignore[no-untyped-def]
    """Return a point shrunk to half its cell, or thrown to the border of the cell."""
    column, row = float(round(x)), float(round(y))
    u, v = x - column, y - row
    if chance >= 0.75:
        return u / 2 + column, v / 2 + row
    if abs(u) >= abs(v):
        side = 0.25 if u >= 0 else -0.25
        return u / 2 + column + side, v / 2 + row + side * v / u
    side = 0.25 if v >= 0 else -0.25
    return u / 2 + column + side * u / v, v / 2 + row + side


@exact
def _shape(kind, p, x, y, chance):  # type: ignore[no-untyped-def]
    """Return the radius that super_shape, flower or conic gives a point, over its own."""
    r = math.hypot(x, y)
    angle = math.atan2(y, x)
    if kind == _FLOWER:
        return (chance - p[1]) * math.cos(p[0] * angle) / r
    if kind == _CONIC:
        return (chance - p[1]) * p[0] / (1 + p[0] * x / r) / r
    t = p[1] / 4 * angle + math.pi / 4
    curve = (abs(math.cos(t)) ** p[3] + abs(math.sin(t)) ** p[4]) ** (-1 / p[2])
    return (p[0] * chance + (1 - p[0]) * r - p[5]) * curve / r


@exact
def _branch(kind, w, p, x, y, chance):  # type: ignore[no-untyped-def]
    """Return cpow or wedge_julia: powers of a complex number, of whose values one is drawn."""
    angle = math.atan2(y, x)
    log_r = 0.5 * math.log(x * x + y * y)
    if kind == _CPOW:
        real, imaginary = p[1] / p[2], p[0] / p[2]
        t = real * angle + imaginary * log_r + 2 * math.pi / p[2] * math.floor(p[2] * chance)
        k = w * math.exp(real * log_r - imaginary * angle)
        return k * math.cos(t), k * math.sin(t)
    t = wedged((angle + 2 * math.pi * math.floor(abs(p[2]) * chance)) / p[2], p[1], p[0])
    k = w * math.exp(p[3] / p[2] * log_r)
    return k * math.cos(t), k * math.sin(t)


@exact
def _scattered(kind, w, x, y, chance, other):  # type: ignore[no-untyped-def]
    """Return noise, blade or twintrian: a point thrown about as far as it lies from the middle."""
    if kind == _NOISE:
        t = 2 * math.pi * other
        return w * chance * x * math.cos(t), w * chance * y * math.sin(t)
    r = chance * w * math.hypot(x, y)
    s, c = math.sin(r), math.cos(r)
    if kind == _BLADE:
        return w * x * (c + s), w * x * (c - s)
    near = math.log10(s * s) + c if s != 0 else -30.0
    return w * x * near, w * x * (near - s * math.pi)


@exact
def vary_chance(kind, w, p, x, y, chance, other, third):  # type: ignore[no-untyped-def]
    """Return variation `kind` of the point (x, y), weighted with w, for random numbers in [0, 1)."""
    if kind == _PIE:
        t = p[1] + 2 * math.pi * (math.floor(chance * p[0] + 0.5) + other * p[2]) / p[0]
        k = w * third
        u, v = k * math.cos(t), k * math.sin(t)
    elif kind == _ARCH:
        t = chance * w * math.pi
        u, v = w * math.sin(t), w * math.sin(t) * math.tan(t)
    elif kind == _RAYS:
        k = w * w * math.tan(w * chance * math.pi) / (x * x + y * y + _EPSILON)
        u, v = k * math.cos(x), k * math.sin(y)
    elif kind == _PARABOLA:
        r = math.hypot(x, y)
        u, v = w * p[0] * math.sin(r) ** 2 * chance, w * p[1] * math.cos(r) * other
    elif kind == _BOARDERS:
        u, v = _bordered(x, y, chance)
        u, v = w * u, w * v
    elif kind in (_CPOW, _WEDGE_JULIA):
        u, v = _branch(kind, w, p, x, y, chance)
    elif kind in (_SUPER_SHAPE, _FLOWER, _CONIC):
        k = w * _shape(kind, p, x, y, chance)
        u, v = k * x, k * y
    else:
        u, v = _scattered(kind, w, x, y, chance, other)
    return u, v
