"""From linear light to 8 bits of sRGB, with triangular dither. Shared by all styles; `encode` writes the file.

The dither (two uniform values a channel, one step of 8 bits wide each way) turns the steps of smooth gradients into
noise below what the eye sees, so walls show no bands.
"""

import math

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.bands import for_each_band
from kiosk.generator.jit import kernel
from kiosk.generator.noise import uniform2


@kernel
def _dither_rows(linear, seed, first, end, out):  # type: ignore[no-untyped-def]
    width = linear.shape[1]
    for y in range(first, end):
        for x in range(width):
            for c in range(3):
                value = min(max(linear[y, x, c], np.float32(0)), np.float32(1))
                if value < np.float32(0.0031308):
                    encoded = np.float32(12.92) * value
                else:
                    encoded = np.float32(1.055) * math.pow(value, np.float32(1 / 2.4)) - np.float32(0.055)
                noise = uniform2(x, y, seed + c) + uniform2(x, y, seed + 3 + c)
                level = encoded * np.float32(255) + noise - np.float32(0.5)
                out[y, x, c] = np.uint8(min(max(level, np.float32(0)), np.float32(255)))


def to_srgb8(linear: NDArray[np.float32], seed: int, *, threads: int = 0) -> NDArray[np.uint8]:
    """Return (h, w, 3) uint8 sRGB from float32 linear RGB; the dither depends on `seed` and place only."""
    source = np.ascontiguousarray(linear, np.float32)
    out = np.empty(source.shape, np.uint8)
    stream = seed & 0xFFFFFF
    for_each_band(source.shape[0], lambda first, end: _dither_rows(source, stream, first, end, out), threads=threads)
    return out
