"""The variations of flam3 that work on angle and radius, as loops over many points. See `flame_catalogue`.

`vary_polar` adds weight times the variation of (x, y) to (out_x, out_y) for a run of points. Angles are flam3's: from
the y axis ("xy") for the old ones, from the x axis ("yx") for the newer.
"""

import numpy as np

from kiosk.generator.jit import kernel
from kiosk.generator.styles.flame_catalogue import FIRST_COMPLEX, FIRST_POLAR
from kiosk.generator.styles.flame_math import (
    EPSILON,
    PI,
    arctan2,
    cosine,
    exponential,
    floor,
    logarithm2,
    next_bits,
    power,
    root,
    sine,
    unit,
    whole,
)  # fmt: skip

(
    _POLAR, _HANDKERCHIEF, _HEART, _DISC, _SPIRAL, _DIAMOND, _EX, _JULIA, _POWER, _RINGS, _FAN, _BLOB, _FAN2, _RINGS2,
    _JULIAN, _JULIASCOPE, _NGON, _POLAR2, _ESCHER, _WHORL, _DISC2, _FOCI, _RADIAL_BLUR, _BIPOLAR,
) = range(FIRST_POLAR, FIRST_COMPLEX)  # fmt: skip
_HALF = np.float32(0.5)
_ONE = np.float32(1)
_TWO = np.float32(2)
_ZERO = np.float32(0)
_TINY = np.float32(1e-30)
_LN2 = np.float32(0.69314718056)


@kernel
def vary_polar(kind, w, p, x, y, bits, out_x, out_y):  # type: ignore[no-untyped-def]
    """Add variation `kind` of the points x, y to out_x, out_y, all contiguous float32."""
    a, b, c, d = p[0], p[1], p[2], p[3]
    if kind == _POLAR:
        for i in range(x.shape[0]):
            out_x[i] += w * arctan2(x[i], y[i]) / PI
            out_y[i] += w * (root(x[i] * x[i] + y[i] * y[i]) - _ONE)
    elif kind == _HANDKERCHIEF:
        for i in range(x.shape[0]):
            r = root(x[i] * x[i] + y[i] * y[i])
            t = arctan2(x[i], y[i])
            out_x[i] += w * r * sine(t + r)
            out_y[i] += w * r * cosine(t - r)
    elif kind == _HEART:
        for i in range(x.shape[0]):
            r = root(x[i] * x[i] + y[i] * y[i])
            t = r * arctan2(x[i], y[i])
            out_x[i] += w * r * sine(t)
            out_y[i] -= w * r * cosine(t)
    elif kind == _DISC:
        for i in range(x.shape[0]):
            r = PI * root(x[i] * x[i] + y[i] * y[i])
            t = w * arctan2(x[i], y[i]) / PI
            out_x[i] += t * sine(r)
            out_y[i] += t * cosine(r)
    elif kind == _SPIRAL:
        for i in range(x.shape[0]):
            r = root(x[i] * x[i] + y[i] * y[i]) + EPSILON
            out_x[i] += w / r * (y[i] / r + sine(r))
            out_y[i] += w / r * (x[i] / r - cosine(r))
    elif kind == _DIAMOND:
        for i in range(x.shape[0]):
            r = root(x[i] * x[i] + y[i] * y[i]) + EPSILON
            out_x[i] += w * x[i] / r * cosine(r)
            out_y[i] += w * y[i] / r * sine(r)
    elif kind == _EX:
        for i in range(x.shape[0]):
            r = root(x[i] * x[i] + y[i] * y[i])
            t = arctan2(x[i], y[i])
            s = sine(t + r)
            u = cosine(t - r)
            out_x[i] += w * r * (s * s * s + u * u * u)
            out_y[i] += w * r * (s * s * s - u * u * u)
    elif kind == _JULIA:
        for i in range(x.shape[0]):
            bits[i] = next_bits(bits[i])
            t = _HALF * arctan2(x[i], y[i])
            k = w * root(root(x[i] * x[i] + y[i] * y[i]))
            k = -k if unit(bits[i]) < _HALF else k
            out_x[i] += k * cosine(t)
            out_y[i] += k * sine(t)
    elif kind == _POWER:
        for i in range(x.shape[0]):
            r = root(x[i] * x[i] + y[i] * y[i]) + _TINY
            k = w * power(r, x[i] / r)
            out_x[i] += k * y[i] / r
            out_y[i] += k * x[i] / r
    elif kind == _RINGS:
        for i in range(x.shape[0]):
            r = root(x[i] * x[i] + y[i] * y[i]) + _TINY
            k = r + a
            k = w * (k - _TWO * a * floor(k / (_TWO * a)) - a + r * (_ONE - a)) / r
            out_x[i] += k * y[i]
            out_y[i] += k * x[i]
    elif kind == _FAN:
        for i in range(x.shape[0]):
            k = w * root(x[i] * x[i] + y[i] * y[i])
            t = arctan2(x[i], y[i])
            t += -_HALF * a if (t + b) - a * whole((t + b) / a) > _HALF * a else _HALF * a
            out_x[i] += k * cosine(t)
            out_y[i] += k * sine(t)
    elif kind == _BLOB:
        for i in range(x.shape[0]):
            k = w * (a + (b - a) * (_HALF + _HALF * sine(c * arctan2(x[i], y[i]))))
            out_x[i] += k * x[i]
            out_y[i] += k * y[i]
    elif kind == _FAN2:
        for i in range(x.shape[0]):
            k = w * root(x[i] * x[i] + y[i] * y[i])
            t = arctan2(x[i], y[i])
            t += -_HALF * a if t + b - a * whole((t + b) / a) > _HALF * a else _HALF * a
            out_x[i] += k * sine(t)
            out_y[i] += k * cosine(t)
    elif kind == _RINGS2:
        for i in range(x.shape[0]):
            r = root(x[i] * x[i] + y[i] * y[i]) + _TINY
            k = w * (r - _TWO * a * whole((r + a) / (_TWO * a)) + r * (_ONE - a)) / r
            out_x[i] += k * x[i]
            out_y[i] += k * y[i]
    elif kind in (_JULIAN, _JULIASCOPE):
        over = _ONE / a
        for i in range(x.shape[0]):
            bits[i] = next_bits(bits[i])
            branch = whole(abs(a) * unit(bits[i]))
            t = arctan2(y[i], x[i])
            odd = branch - _TWO * whole(branch * _HALF)
            t = -t if kind == _JULIASCOPE and odd != _ZERO else t
            t = (t + _TWO * PI * branch) * over
            k = w * power(x[i] * x[i] + y[i] * y[i] + _TINY, b)
            out_x[i] += k * cosine(t)
            out_y[i] += k * sine(t)
    elif kind == _NGON:
        for i in range(x.shape[0]):
            t = arctan2(y[i], x[i])
            t -= a * floor(t / a)
            t = t - a if t > a * _HALF else t
            k = w * (d * (_ONE / (cosine(t) + EPSILON) - _ONE) + c)
            k /= power(x[i] * x[i] + y[i] * y[i] + _TINY, b) + EPSILON
            out_x[i] += k * x[i]
            out_y[i] += k * y[i]
    elif kind == _POLAR2:
        for i in range(x.shape[0]):
            out_x[i] += w / PI * arctan2(x[i], y[i])
            out_y[i] += w / PI * _HALF * _LN2 * logarithm2(x[i] * x[i] + y[i] * y[i] + _TINY)
    elif kind == _ESCHER:
        for i in range(x.shape[0]):
            t = arctan2(y[i], x[i])
            q = _HALF * _LN2 * logarithm2(x[i] * x[i] + y[i] * y[i] + _TINY)
            k = w * exponential(a * q - b * t)
            out_x[i] += k * cosine(a * t + b * q)
            out_y[i] += k * sine(a * t + b * q)
    elif kind == _WHORL:
        for i in range(x.shape[0]):
            r = root(x[i] * x[i] + y[i] * y[i])
            gap = w - r
            gap = gap if abs(gap) > EPSILON else EPSILON
            t = arctan2(y[i], x[i]) + (a if r < w else b) / gap
            out_x[i] += w * r * cosine(t)
            out_y[i] += w * r * sine(t)
    elif kind == _DISC2:
        for i in range(x.shape[0]):
            t = a * PI * (x[i] + y[i])
            k = w * arctan2(x[i], y[i]) / PI
            out_x[i] += k * (sine(t) + b)
            out_y[i] += k * (cosine(t) + c)
    elif kind == _FOCI:
        for i in range(x.shape[0]):
            grow = exponential(x[i]) * _HALF
            fade = np.float32(0.25) / grow
            gap = grow + fade - cosine(y[i])
            k = w / (gap if abs(gap) > EPSILON else EPSILON)
            out_x[i] += k * (grow - fade)
            out_y[i] += k * sine(y[i])
    elif kind == _RADIAL_BLUR:
        for i in range(x.shape[0]):
            chance = -_TWO * w
            for _ in range(4):
                bits[i] = next_bits(bits[i])
                chance += w * unit(bits[i])
            r = root(x[i] * x[i] + y[i] * y[i])
            t = arctan2(y[i], x[i]) + a * chance
            k = b * chance - _ONE
            out_x[i] += r * cosine(t) + k * x[i]
            out_y[i] += r * sine(t) + k * y[i]
    elif kind == _BIPOLAR:
        for i in range(x.shape[0]):
            q = x[i] * x[i] + y[i] * y[i] + _ONE
            t = _HALF * arctan2(_TWO * y[i], q - _TWO) + a
            t -= PI * floor(t / PI + _HALF)
            k = (q + _TWO * x[i]) / (q - _TWO * x[i] + _TINY)
            out_x[i] += w * np.float32(0.5 / np.pi) * _LN2 * logarithm2(max(k, _TINY))
            out_y[i] += w * _TWO / PI * t
