"""The laws of motion of `attractor`: maps of the plane and flows in space, many orbits at a time.

`advance` moves a block of orbits one step, `probe` follows one orbit and measures how chaotic it is. Maps (Clifford, de
Jong, Svensson, Ikeda, and the symmetric icons of Field and Golubitsky, "Symmetry in Chaos", 1992)
have no third coordinate: theirs is the last x, so that they too can be seen from all sides. Flows (Lorenz, Aizawa,
Thomas, Halvorsen, Dadras) go by Runge-Kutta of the fourth order.
"""

import math

import numpy as np

from kiosk.generator.jit import exact, inlined

FAMILIES = (
    "clifford", "dejong", "svensson", "ikeda", "icon", "lorenz", "aizawa", "thomas", "halvorsen", "dadras",
)  # fmt: skip
FIRST_FLOW = 5
FLOWS = FAMILIES[FIRST_FLOW:]
PARAMETERS = 7  # the last is a flow's time step
_LIMIT = 1e4


@inlined
def _sine(x):  # type: ignore[no-untyped-def]
    # Accurate to 2e-5, which no attractor shows; compiles to vector instructions, unlike the library's.
    t = x * 0.15915494309189535
    t -= math.floor(t + 0.5)
    s = t * t
    return t * (
        6.283185307179586
        + s
        * (-41.34170224 + s * (81.60524928 + s * (-76.70585975 + s * (42.05869394 + s * (-15.09464258 + s * 3.81995)))))
    )


@inlined
def _cosine(x):  # type: ignore[no-untyped-def]
    return _sine(x + 1.5707963267948966)


@exact
def _slope(kind, p, x, y, z):  # type: ignore[no-untyped-def]
    if kind == 5:
        return p[0] * (y - x), x * (p[1] - z) - y, x * y - p[2] * z
    if kind == 6:
        r = x * x + y * y
        rise = p[2] + p[0] * z - z * z * z / 3.0 - r * (1.0 + p[4] * z) + p[5] * z * x * x * x
        return (z - p[1]) * x - p[3] * y, p[3] * x + (z - p[1]) * y, rise
    if kind == 7:
        return _sine(y) - p[0] * x, _sine(z) - p[0] * y, _sine(x) - p[0] * z
    if kind == 8:
        return (
            -p[0] * x - 4.0 * y - 4.0 * z - y * y,
            -p[0] * y - 4.0 * z - 4.0 * x - z * z,
            -p[0] * z - 4.0 * x - 4.0 * y - x * x,
        )
    return y - p[0] * x + p[1] * y * z, p[2] * y - x * z + z, p[3] * x * y - p[4] * z


@exact
def advance(kind, p, x, y, z):  # type: ignore[no-untyped-def]
    """Move the orbits at (x, y, z), float64 arrays of one length, one step by the law `kind` with parameters `p`."""
    count = x.shape[0]
    if kind == 0:
        for i in range(count):
            u = x[i]
            v = y[i]
            z[i] = u
            x[i] = _sine(p[0] * v) + p[2] * _cosine(p[0] * u)
            y[i] = _sine(p[1] * u) + p[3] * _cosine(p[1] * v)
    elif kind == 1:
        for i in range(count):
            u = x[i]
            v = y[i]
            z[i] = u
            x[i] = _sine(p[0] * v) - _cosine(p[1] * u)
            y[i] = _sine(p[2] * u) - _cosine(p[3] * v)
    elif kind == 2:
        for i in range(count):
            u = x[i]
            v = y[i]
            z[i] = u
            x[i] = p[3] * _sine(p[0] * u) - _sine(p[1] * v)
            y[i] = p[2] * _cosine(p[0] * u) + _cosine(p[1] * v)
    elif kind == 3:
        for i in range(count):
            u = x[i]
            v = y[i]
            z[i] = u
            bend = p[1] - p[2] / (1.0 + u * u + v * v)
            cosine = _cosine(bend)
            sine = _sine(bend)
            x[i] = 1.0 + p[0] * (u * cosine - v * sine)
            y[i] = p[0] * (u * sine + v * cosine)
    elif kind == 4:
        degree = int(p[5])
        for i in range(count):
            u = x[i]
            v = y[i]
            z[i] = u
            re = u
            im = v
            for _ in range(degree - 2):
                re, im = re * u - im * v, re * v + im * u
            q = p[0] + p[1] * (u * u + v * v) + p[2] * (u * re - v * im)
            x[i] = min(max(q * u + p[3] * re - p[4] * v, -_LIMIT), _LIMIT)
            y[i] = min(max(q * v - p[3] * im + p[4] * u, -_LIMIT), _LIMIT)
    else:
        h = p[6]
        half = 0.5 * h
        for i in range(count):
            ax, ay, az = _slope(kind, p, x[i], y[i], z[i])
            bx, by, bz = _slope(kind, p, x[i] + half * ax, y[i] + half * ay, z[i] + half * az)
            cx, cy, cz = _slope(kind, p, x[i] + half * bx, y[i] + half * by, z[i] + half * bz)
            dx, dy, dz = _slope(kind, p, x[i] + h * cx, y[i] + h * cy, z[i] + h * cz)
            x[i] = min(max(x[i] + h / 6.0 * (ax + 2.0 * (bx + cx) + dx), -_LIMIT), _LIMIT)
            y[i] = min(max(y[i] + h / 6.0 * (ay + 2.0 * (by + cy) + dy), -_LIMIT), _LIMIT)
            z[i] = min(max(z[i] + h / 6.0 * (az + 2.0 * (bz + cz) + dz), -_LIMIT), _LIMIT)


@exact
def probe(kind, p, skip, stride, track):  # type: ignore[no-untyped-def]
    """Fill `track` (n, 3) with every `stride`-th place of an orbit, after `skip` steps.

    Returns its Lyapunov exponent a step, -1 if it runs away.

    The exponent is the mean growth of the gap to a second orbit, set back to 1e-7 after every step (Benettin, 1976).
    """
    x = np.array([0.11, 0.11 + 1e-7])
    y = np.array([0.07, 0.07])
    z = np.array([0.23, 0.23])
    total = 0.0
    planar = kind < FIRST_FLOW
    for i in range(-skip, track.shape[0] * stride):
        advance(kind, p, x, y, z)
        if not abs(x[0]) + abs(y[0]) + abs(z[0]) < 0.5 * _LIMIT:
            return -1.0
        dx = x[1] - x[0]
        dy = y[1] - y[0]
        dz = 0.0 if planar else z[1] - z[0]
        gap = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1e-16)
        x[1] = x[0] + dx * (1e-7 / gap)
        y[1] = y[0] + dy * (1e-7 / gap)
        z[1] = z[0] + dz * (1e-7 / gap)
        if i >= 0:
            total += math.log(gap * 1e7)
            track[i // stride, 0] = x[0]
            track[i // stride, 1] = y[0]
            track[i // stride, 2] = z[0]
    return total / (track.shape[0] * stride)
