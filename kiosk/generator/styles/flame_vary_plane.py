"""The variations of flam3 that need no angle, as loops over many points. See `flame_catalogue`.

`vary_plane` adds weight times the variation of (x, y) to (out_x, out_y) for a run of points; `bits` are the points'
random states. Formulas and names are flam3's; what flam3 works out beforehand is in `p` (see `flame_pack`).
"""

import numpy as np

from kiosk.generator.jit import kernel, woven
from kiosk.generator.styles.flame_catalogue import PLANE
from kiosk.generator.styles.flame_math import EPSILON, PI, cosine, exponential, floor, next_bits, root, sine, unit

(
    _LINEAR, _SINUSOIDAL, _SPHERICAL, _SWIRL, _HORSESHOE, _BENT, _WAVES, _FISHEYE, _POPCORN, _EXPONENTIAL, _COSINE,
    _PDJ, _EYEFISH, _BUBBLE, _CYLINDER, _PERSPECTIVE, _CURL, _RECTANGLES, _TANGENT, _CROSS, _BENT2, _LOONIE, _SCRY,
    _SPLITS, _WAVES2, _POPCORN2, _HYPERBOLIC, _BLUR, _GAUSSIAN_BLUR, _SQUARE,
) = range(len(PLANE))  # fmt: skip
_HALF = np.float32(0.5)
_ONE = np.float32(1)
_TWO = np.float32(2)
_ZERO = np.float32(0)
_TINY = np.float32(1e-30)


@woven
def tangent(angle):  # type: ignore[no-untyped-def]
    """Return the tangent, held to +-1e7."""
    c = cosine(angle)
    return sine(angle) / (c if abs(c) > np.float32(1e-7) else np.float32(1e-7))


@kernel
def vary_plane(kind, w, p, x, y, bits, out_x, out_y):  # type: ignore[no-untyped-def]
    """Add variation `kind` of the points x, y to out_x, out_y, all contiguous float32."""
    a, b, c, d = p[0], p[1], p[2], p[3]
    if kind == _LINEAR:
        for i in range(x.shape[0]):
            out_x[i] += w * x[i]
            out_y[i] += w * y[i]
    elif kind == _SINUSOIDAL:
        for i in range(x.shape[0]):
            out_x[i] += w * sine(x[i])
            out_y[i] += w * sine(y[i])
    elif kind == _SPHERICAL:
        for i in range(x.shape[0]):
            k = w / (x[i] * x[i] + y[i] * y[i] + EPSILON)
            out_x[i] += k * x[i]
            out_y[i] += k * y[i]
    elif kind == _SWIRL:
        for i in range(x.shape[0]):
            q = x[i] * x[i] + y[i] * y[i]
            s = sine(q)
            t = cosine(q)
            out_x[i] += w * (s * x[i] - t * y[i])
            out_y[i] += w * (t * x[i] + s * y[i])
    elif kind == _HORSESHOE:
        for i in range(x.shape[0]):
            k = w / (root(x[i] * x[i] + y[i] * y[i]) + EPSILON)
            out_x[i] += k * (x[i] - y[i]) * (x[i] + y[i])
            out_y[i] += k * _TWO * x[i] * y[i]
    elif kind == _BENT:
        for i in range(x.shape[0]):
            out_x[i] += w * (x[i] if x[i] >= _ZERO else x[i] * _TWO)
            out_y[i] += w * (y[i] if y[i] >= _ZERO else y[i] * _HALF)
    elif kind == _WAVES:
        for i in range(x.shape[0]):
            out_x[i] += w * (x[i] + a * sine(y[i] * b))
            out_y[i] += w * (y[i] + c * sine(x[i] * d))
    elif kind == _FISHEYE:
        for i in range(x.shape[0]):
            k = _TWO * w / (root(x[i] * x[i] + y[i] * y[i]) + _ONE)
            out_x[i] += k * y[i]
            out_y[i] += k * x[i]
    elif kind == _POPCORN:
        for i in range(x.shape[0]):
            out_x[i] += w * (x[i] + a * sine(tangent(np.float32(3) * y[i])))
            out_y[i] += w * (y[i] + b * sine(tangent(np.float32(3) * x[i])))
    elif kind == _EXPONENTIAL:
        for i in range(x.shape[0]):
            k = w * exponential(x[i] - _ONE)
            out_x[i] += k * cosine(PI * y[i])
            out_y[i] += k * sine(PI * y[i])
    elif kind == _COSINE:
        for i in range(x.shape[0]):
            grow = exponential(y[i])
            fade = exponential(-y[i])
            out_x[i] += w * cosine(PI * x[i]) * (grow + fade) * _HALF
            out_y[i] -= w * sine(PI * x[i]) * (grow - fade) * _HALF
    elif kind == _PDJ:
        for i in range(x.shape[0]):
            out_x[i] += w * (sine(a * y[i]) - cosine(b * x[i]))
            out_y[i] += w * (sine(c * x[i]) - cosine(d * y[i]))
    elif kind == _EYEFISH:
        for i in range(x.shape[0]):
            k = _TWO * w / (root(x[i] * x[i] + y[i] * y[i]) + _ONE)
            out_x[i] += k * x[i]
            out_y[i] += k * y[i]
    elif kind == _BUBBLE:
        for i in range(x.shape[0]):
            k = w / (np.float32(0.25) * (x[i] * x[i] + y[i] * y[i]) + _ONE)
            out_x[i] += k * x[i]
            out_y[i] += k * y[i]
    elif kind == _CYLINDER:
        for i in range(x.shape[0]):
            out_x[i] += w * sine(x[i])
            out_y[i] += w * y[i]
    elif kind == _PERSPECTIVE:
        for i in range(x.shape[0]):
            depth = b - y[i] * a
            k = w / (depth if abs(depth) > EPSILON else EPSILON)
            out_x[i] += k * b * x[i]
            out_y[i] += k * c * y[i]
    elif kind == _CURL:
        for i in range(x.shape[0]):
            re = _ONE + a * x[i] + b * (x[i] * x[i] - y[i] * y[i])
            im = a * y[i] + _TWO * b * x[i] * y[i]
            k = w / (re * re + im * im + _TINY)
            out_x[i] += k * (x[i] * re + y[i] * im)
            out_y[i] += k * (y[i] * re - x[i] * im)
    elif kind == _RECTANGLES:
        over_a = _ONE / a if a != _ZERO else _ZERO
        over_b = _ONE / b if b != _ZERO else _ZERO
        for i in range(x.shape[0]):
            out_x[i] += w * ((_TWO * floor(x[i] * over_a) + _ONE) * a - x[i] if a != _ZERO else x[i])
            out_y[i] += w * ((_TWO * floor(y[i] * over_b) + _ONE) * b - y[i] if b != _ZERO else y[i])
    elif kind == _TANGENT:
        for i in range(x.shape[0]):
            t = cosine(y[i])
            out_x[i] += w * sine(x[i]) / (t if abs(t) > np.float32(1e-7) else np.float32(1e-7))
            out_y[i] += w * tangent(y[i])
    elif kind == _CROSS:
        for i in range(x.shape[0]):
            s = x[i] * x[i] - y[i] * y[i]
            k = w / root(s * s + EPSILON)
            out_x[i] += k * x[i]
            out_y[i] += k * y[i]
    elif kind == _BENT2:
        for i in range(x.shape[0]):
            out_x[i] += w * (x[i] if x[i] >= _ZERO else x[i] * a)
            out_y[i] += w * (y[i] if y[i] >= _ZERO else y[i] * b)
    elif kind == _LOONIE:
        for i in range(x.shape[0]):
            q = x[i] * x[i] + y[i] * y[i] + _TINY
            k = w * (root(max(w * w / q - _ONE, _ZERO)) if q < w * w else _ONE)
            out_x[i] += k * x[i]
            out_y[i] += k * y[i]
    elif kind == _SCRY:
        for i in range(x.shape[0]):
            q = x[i] * x[i] + y[i] * y[i]
            k = _ONE / (root(q) * (q + _ONE / (w + EPSILON)) + _TINY)
            out_x[i] += k * x[i]
            out_y[i] += k * y[i]
    elif kind == _SPLITS:
        for i in range(x.shape[0]):
            out_x[i] += w * (x[i] + a if x[i] >= _ZERO else x[i] - a)
            out_y[i] += w * (y[i] + b if y[i] >= _ZERO else y[i] - b)
    elif kind == _WAVES2:
        for i in range(x.shape[0]):
            out_x[i] += w * (x[i] + a * sine(y[i] * c))
            out_y[i] += w * (y[i] + b * sine(x[i] * d))
    elif kind == _POPCORN2:
        for i in range(x.shape[0]):
            out_x[i] += w * (x[i] + a * sine(tangent(y[i] * c)))
            out_y[i] += w * (y[i] + b * sine(tangent(x[i] * c)))
    elif kind == _HYPERBOLIC:
        for i in range(x.shape[0]):
            q = x[i] * x[i] + y[i] * y[i] + _TINY
            out_x[i] += w * x[i] / q
            out_y[i] += w * y[i]
    elif kind == _BLUR:
        for i in range(x.shape[0]):
            bits[i] = next_bits(bits[i])
            turn = unit(bits[i]) * _TWO * PI
            bits[i] = next_bits(bits[i])
            k = w * unit(bits[i])
            out_x[i] += k * cosine(turn)
            out_y[i] += k * sine(turn)
    elif kind == _GAUSSIAN_BLUR:
        for i in range(x.shape[0]):
            bits[i] = next_bits(bits[i])
            turn = unit(bits[i]) * _TWO * PI
            k = -_TWO * w
            for _ in range(4):
                bits[i] = next_bits(bits[i])
                k += w * unit(bits[i])
            out_x[i] += k * cosine(turn)
            out_y[i] += k * sine(turn)
    elif kind == _SQUARE:
        for i in range(x.shape[0]):
            bits[i] = next_bits(bits[i])
            out_x[i] += w * (unit(bits[i]) - _HALF)
            bits[i] = next_bits(bits[i])
            out_y[i] += w * (unit(bits[i]) - _HALF)
