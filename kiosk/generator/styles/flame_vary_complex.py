"""Variations of other programs' flames: functions of a complex number, and others smooth without angles to cut.

`vary_complex` is one point's value, in double precision; `flame_wide` calls it. Formulas are flam3's, whose sums of
squares in the denominators decide what happens at the poles. Not in our own flames.
"""

import math

from kiosk.generator.jit import exact
from kiosk.generator.styles.flame_catalogue import COMPLEX, FIRST_COMPLEX

(
    _EXP, _LOG, _SIN, _COS, _TAN, _SEC, _CSC, _COT, _SINH, _COSH, _TANH, _SECH, _CSCH, _COTH, _MOBIUS,
    _EDISC, _ELLIPTIC, _FLUX, _BUTTERFLY, _CURVE,
) = range(FIRST_COMPLEX, FIRST_COMPLEX + len(COMPLEX))  # fmt: skip
_EPSILON = 1e-10


@exact
def _circular(kind, w, x, y):  # type: ignore[no-untyped-def]
    """Return sine, cosine, tangent and their inverses (1 / f) of x + iy."""
    s, c, sh, ch = math.sin(x), math.cos(x), math.sinh(y), math.cosh(y)
    if kind == _SIN:
        return w * s * ch, w * c * sh
    if kind == _COS:
        return w * c * ch, -w * s * sh
    s2, c2, sh2, ch2 = math.sin(2 * x), math.cos(2 * x), math.sinh(2 * y), math.cosh(2 * y)
    above, below = w / (c2 + ch2), w / (ch2 - c2)
    if kind == _TAN:
        return above * s2, above * sh2
    if kind == _SEC:
        return 2 * above * c * ch, 2 * above * s * sh
    if kind == _CSC:
        return 2 * below * s * ch, -2 * below * c * sh
    return below * s2, -below * sh2


@exact
def _hyperbolic(kind, w, x, y):  # type: ignore[no-untyped-def]
    """Return the hyperbolic functions and their inverses (1 / f) of x + iy; coth has flam3's sign."""
    s, c, sh, ch = math.sin(y), math.cos(y), math.sinh(x), math.cosh(x)
    if kind == _SINH:
        return w * sh * c, w * ch * s
    if kind == _COSH:
        return w * ch * c, w * sh * s
    s2, c2, sh2, ch2 = math.sin(2 * y), math.cos(2 * y), math.sinh(2 * x), math.cosh(2 * x)
    above, below = w / (c2 + ch2), w / (ch2 - c2)
    if kind == _TANH:
        return above * sh2, above * s2
    if kind == _SECH:
        return 2 * above * c * ch, -2 * above * s * sh
    if kind == _CSCH:
        return 2 * below * sh * c, -2 * below * ch * s
    return below * sh2, below * s2


@exact
def _focal(kind, w, x, y):  # type: ignore[no-untyped-def]
    """Return edisc and elliptic, which rest on the distances of the foci 1 and -1."""
    q = x * x + y * y + 1
    far = (math.sqrt(max(q + 2 * x, 0.0)) + math.sqrt(max(q - 2 * x, 0.0))) / 2
    beyond = math.sqrt(max(far - 1, 0.0))
    share = x / far
    grown = math.log(far + beyond)
    if kind == _EDISC:
        t = -math.acos(min(max(share, -1.0), 1.0))
        k = w / 11.57034632
        s = -math.sin(grown) if y > 0 else math.sin(grown)
        return k * math.cosh(t) * math.cos(grown), k * math.sinh(t) * s
    k = w * 2 / math.pi
    return k * math.atan2(share, math.sqrt(max(1 - share * share, 0.0))), k * grown if y > 0 else -k * grown


@exact
def vary_complex(kind, w, p, x, y):  # type: ignore[no-untyped-def]
    """Return variation `kind` of the point (x, y), weighted with w; `p` are its 8 parameters."""
    if kind == _EXP:
        k = w * math.exp(x)
        u, v = k * math.cos(y), k * math.sin(y)
    elif kind == _LOG:
        u, v = w * 0.5 * math.log(x * x + y * y), w * math.atan2(y, x)
    elif kind <= _COT:
        u, v = _circular(kind, w, x, y)
    elif kind <= _COTH:
        u, v = _hyperbolic(kind, w, x, y)
    elif kind == _MOBIUS:
        over_x, over_y = p[0] * x - p[1] * y + p[2], p[0] * y + p[1] * x + p[3]
        under_x, under_y = p[4] * x - p[5] * y + p[6], p[4] * y + p[5] * x + p[7]
        k = w / (under_x * under_x + under_y * under_y)
        u, v = k * (over_x * under_x + over_y * under_y), k * (over_y * under_x - over_x * under_y)
    elif kind in (_EDISC, _ELLIPTIC):
        u, v = _focal(kind, w, x, y)
    elif kind == _FLUX:
        k = w * (2 + p[0]) * math.sqrt(math.hypot(y, x + w) / math.hypot(y, x - w))
        t = (math.atan2(y, x - w) - math.atan2(y, x + w)) / 2
        u, v = k * math.cos(t), k * math.sin(t)
    elif kind == _BUTTERFLY:
        k = w * 4 / math.sqrt(3 * math.pi) * math.sqrt(abs(x * y) / (_EPSILON + x * x + 4 * y * y))
        u, v = k * x, 2 * k * y
    else:
        across, along = max(p[2] * p[2], 1e-20), max(p[3] * p[3], 1e-20)
        u, v = w * (x + p[0] * math.exp(-y * y / across)), w * (y + p[1] * math.exp(-x * x / along))
    return u, v
