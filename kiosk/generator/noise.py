"""Gradient noise and hashing for kernels: the same value for the same place on any thread, whatever the picture size.

Octaves are turned by 37 degrees against each other, so that the lattice does not show.
"""

import math

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.jit import inlined, kernel

_ANGLES = np.arange(256) * (2 * np.pi / 256)
_COS = np.cos(_ANGLES).astype(np.float32)
_SIN = np.sin(_ANGLES).astype(np.float32)
_M32 = np.uint64(0xFFFFFFFF)


@inlined
def hash2(x, y, seed):  # type: ignore[no-untyped-def]
    """Return 32 mixed bits of three integers. numba widens uint32 products to 64 bits, hence the masks."""
    h = (
        ((np.uint64(x) & _M32) * np.uint64(0x85EBCA6B))
        ^ ((np.uint64(y) & _M32) * np.uint64(0xC2B2AE35))
        ^ ((np.uint64(seed) & _M32) * np.uint64(0x27D4EB2F))
    ) & _M32
    h ^= h >> np.uint64(15)
    h = (h * np.uint64(0x2C1B3C6D)) & _M32
    h ^= h >> np.uint64(12)
    h = (h * np.uint64(0x297A2D39)) & _M32
    return h ^ (h >> np.uint64(15))


@inlined
def uniform2(x, y, seed):  # type: ignore[no-untyped-def]
    """Return a number in [0, 1) for a place."""
    return np.float32(hash2(x, y, seed) >> np.uint64(8)) * np.float32(1.0 / 16777216.0)


@kernel
def gradient_noise(x, y, seed):  # type: ignore[no-untyped-def]
    """Return Perlin noise at (x, y), about -1 to 1, with a continuous second derivative."""
    fx0 = math.floor(x)
    fy0 = math.floor(y)
    fx = np.float32(x - fx0)
    fy = np.float32(y - fy0)
    ix = int(fx0)
    iy = int(fy0)
    one = np.float32(1)
    u = fx * fx * fx * (fx * (fx * np.float32(6) - np.float32(15)) + np.float32(10))
    v = fy * fy * fy * (fy * (fy * np.float32(6) - np.float32(15)) + np.float32(10))
    k = hash2(ix, iy, seed) & np.uint64(255)
    a = _COS[k] * fx + _SIN[k] * fy
    k = hash2(ix + 1, iy, seed) & np.uint64(255)
    b = _COS[k] * (fx - one) + _SIN[k] * fy
    k = hash2(ix, iy + 1, seed) & np.uint64(255)
    c = _COS[k] * fx + _SIN[k] * (fy - one)
    k = hash2(ix + 1, iy + 1, seed) & np.uint64(255)
    d = _COS[k] * (fx - one) + _SIN[k] * (fy - one)
    top = a + u * (b - a)
    return np.float32(1.5) * (top + v * (c + u * (d - c) - top))


@kernel
def fractal_noise(x, y, seed, octaves, gain):  # type: ignore[no-untyped-def]
    """Return a sum of `octaves` octaves, each `gain` of the last; about -1 to 1. `octaves` may be fractional."""
    amplitude = np.float32(0.5)
    total = np.float32(0)
    left = octaves
    i = 0
    while left > 0:
        weight = np.float32(min(left, 1.0))
        total += weight * amplitude * gradient_noise(x, y, seed + i * 131)
        x, y = 1.6 * x - 1.2 * y + 3.17, 1.2 * x + 1.6 * y + 1.73
        amplitude *= gain
        left -= 1.0
        i += 1
    return total


@kernel
def noise_grid(out, x0, y0, step, seed, octaves, gain):  # type: ignore[no-untyped-def]
    """Fill a 2-D float32 array with fractal noise sampled every `step` from (x0, y0)."""
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            out[row, column] = fractal_noise(x0 + column * step, y0 + row * step, seed, octaves, np.float32(gain))


def noise_map(shape: tuple[int, int], frequency: float, seed: int, octaves: float, gain: float) -> NDArray[np.float32]:
    """Return noise over a grid whose rows span one frame height, `frequency` cells a height."""
    out = np.empty(shape, np.float32)
    offset = (seed % 9973) * 0.37
    noise_grid(out, offset, offset * 0.61, frequency / (shape[0] - 1), seed & 0x7FFFFFFF, float(octaves), float(gain))
    return out
