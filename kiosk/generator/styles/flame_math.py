"""Elementary functions in single precision that a compiler can turn into vector code, for the chaos game.

No branches and no calls: `flame_vary_plane`, `flame_vary_polar` and `flame_chaos` use them in loops over many points,
which run several points at a time. The errors are some 1e-6, far below a pixel. Fast-math: no NaN may enter.
"""

import numpy as np

from kiosk.generator.jit import woven

PI = np.float32(np.pi)
EPSILON = np.float32(1e-10)
_INVERSE_TURN = np.float32(0.5 / np.pi)
_QUARTER = np.float32(0.25)
_HALF = np.float32(0.5)
_ONE = np.float32(1)
_ZERO = np.float32(0)
_FAR = np.float32(2e8)
_SINE = tuple(np.float32(c) for c in (6.28318516, -41.3416950, 81.6010041, -76.5497823, 39.5367060))
_ARCTAN = tuple(
    np.float32(c) for c in (0.99999611, -0.33317376, 0.19807802, -0.13233508, 0.07962632, -0.03360627, 0.00681179)
)
_EXP2 = tuple(np.float32(c) for c in (1.0, 0.69314697, 0.24022469, 0.05550347, 0.00961802, 0.00134004, 0.00015469))
_LOG2 = tuple(np.float32(c) for c in (2.8853900818, 0.9617966939, 0.5770780164, 0.4121985831, 0.3205989, 0.2623082))


@woven
def whole(value):  # type: ignore[no-untyped-def]
    """Return the value without its fraction, as C's cast to int; magnitudes from 2e9 are not meant."""
    return np.float32(np.int32(value))


@woven
def floor(value):  # type: ignore[no-untyped-def]
    """Return the greatest whole number not above the value."""
    cut = np.float32(np.int32(value))
    return cut - (_ONE if cut > value else _ZERO)


@woven
def sine_turns(turns):  # type: ignore[no-untyped-def]
    """Return the sine of an angle given in turns."""
    t = turns - floor(turns + _HALF)
    a = _QUARTER - abs(abs(t) - _QUARTER)
    q = a * a
    s = a * (_SINE[0] + q * (_SINE[1] + q * (_SINE[2] + q * (_SINE[3] + q * _SINE[4]))))
    return s if t >= _ZERO else -s


@woven
def sine(angle):  # type: ignore[no-untyped-def]
    """Return the sine of an angle in radians."""
    return sine_turns(min(max(angle * _INVERSE_TURN, -_FAR), _FAR))


@woven
def cosine(angle):  # type: ignore[no-untyped-def]
    """Return the cosine of an angle in radians."""
    return sine_turns(min(max(angle * _INVERSE_TURN, -_FAR), _FAR) + _QUARTER)


@woven
def arctan2(y, x):  # type: ignore[no-untyped-def]
    """Return the angle of (x, y) in radians, -pi to pi; 0 for the origin."""
    across = abs(x)
    up = abs(y)
    q = min(across, up) / max(across, up, np.float32(1e-30))
    s = q * q
    a = _ARCTAN[4] + s * (_ARCTAN[5] + s * _ARCTAN[6])
    a = q * (_ARCTAN[0] + s * (_ARCTAN[1] + s * (_ARCTAN[2] + s * (_ARCTAN[3] + s * a))))
    a = PI * _HALF - a if up > across else a
    a = PI - a if x < _ZERO else a
    return -a if y < _ZERO else a


@woven
def exponential2(value):  # type: ignore[no-untyped-def]
    """Return two to the power of a value, which is held to -60…60."""
    held = min(max(value, np.float32(-60)), np.float32(60))
    n = floor(held)
    f = held - n
    p = _EXP2[3] + f * (_EXP2[4] + f * (_EXP2[5] + f * _EXP2[6]))
    p = _EXP2[0] + f * (_EXP2[1] + f * (_EXP2[2] + f * p))
    return p * np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)


@woven
def logarithm2(value):  # type: ignore[no-untyped-def]
    """Return the logarithm to the base of two of a positive value."""
    bits = np.float32(max(value, np.float32(1e-36))).view(np.int32)
    shifted = np.int32(bits - np.int32(0x3F3504F3))
    exponent = np.int32(shifted >> np.int32(23))
    mantissa = np.int32(bits - np.int32(exponent << np.int32(23))).view(np.float32)
    s = (mantissa - _ONE) / (mantissa + _ONE)
    q = s * s
    p = _LOG2[2] + q * (_LOG2[3] + q * (_LOG2[4] + q * _LOG2[5]))
    return np.float32(exponent) + s * (_LOG2[0] + q * (_LOG2[1] + q * p))


@woven
def power(base, exponent):  # type: ignore[no-untyped-def]
    """Return a positive base to a power."""
    return exponential2(exponent * logarithm2(base))


@woven
def exponential(value):  # type: ignore[no-untyped-def]
    """Return e to the power of a value."""
    return exponential2(value * np.float32(1.4426950409))


@woven
def root(value):  # type: ignore[no-untyped-def]
    """Return the square root of a value >= 0."""
    return np.sqrt(value)


@woven
def next_bits(bits):  # type: ignore[no-untyped-def]
    """Return the next state of a 32-bit xorshift generator (Marsaglia, 2003); 0 never comes."""
    a = np.uint32(bits ^ np.uint32(bits << np.uint32(13)))
    b = np.uint32(a ^ np.uint32(a >> np.uint32(17)))
    return np.uint32(b ^ np.uint32(b << np.uint32(5)))


@woven
def unit(bits):  # type: ignore[no-untyped-def]
    """Return a number in [0, 1) from the upper 24 of 32 random bits."""
    return np.float32(np.int32(bits >> np.uint32(8))) * np.float32(1.0 / 16777216.0)
