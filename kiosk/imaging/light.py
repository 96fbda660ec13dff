"""Code values and light: tables from an encoded picture to linear light, and back to 8 bit with a dither.

Linear light is float32, 0-1, channels last. The dither is a threshold of blue noise, the same for the same place: equal
pictures give equal bytes, what is a whole code value already stays itself, and an area's mean is kept.
"""

from functools import cache
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

Linear = NDArray[np.float32]
Codes = NDArray[np.uint8]

TILE_PX: Final = 64
_STEPS: Final = 65_535
_SNAP: Final = 1 / 32  # a code value this near to a whole one is whole: half a 16-bit step is at most 0.026
_CHANNEL_SHIFT: Final = ((0, 0), (23, 41), (47, 11))


def srgb_to_linear(encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    """Undo the sRGB curve (IEC 61966-2-1); 0-1 to 0-1."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply the sRGB curve; 0-1 to 0-1."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


@cache
def decoding_table(levels: int, gamma: float | None = None) -> Linear:
    """Return linear light for each of `levels` code values; by the sRGB curve, or by the PNG `gamma` of a file."""
    encoded = np.arange(levels) / (levels - 1)
    return (srgb_to_linear(encoded) if gamma is None else encoded ** (1 / gamma)).astype(np.float32)


@cache
def _encoding_table() -> Linear:
    codes = linear_to_srgb(np.arange(_STEPS + 1) / _STEPS) * 255
    whole = np.rint(codes)
    return np.where(np.abs(codes - whole) < _SNAP, whole, codes).astype(np.float32)


@cache
def blue_noise() -> Linear:
    """Return a tile of thresholds in [0, 1), each once, that has no low frequencies and repeats without a seam."""
    frequency = np.hypot(np.fft.fftfreq(TILE_PX)[:, None], np.fft.fftfreq(TILE_PX)[None, :])
    keep = 1 - np.exp(-((frequency / 0.32) ** 4))
    chance = Random(5)  # numpy's own are a library of their own, of 6 MiB
    tile = np.array([chance.random() for _ in range(TILE_PX**2)]).reshape(TILE_PX, TILE_PX)
    for _ in range(40):
        tile = np.fft.ifft2(np.fft.fft2(tile - 0.5) * keep).real
        ranks = np.empty(tile.size)
        ranks[np.argsort(tile, axis=None, kind="stable")] = np.arange(tile.size)
        tile = ((ranks + 0.5) / tile.size).reshape(tile.shape)
    return tile.astype(np.float32)


@cache
def _noise_rows(width: int) -> Linear:
    """Return the tile for three channels, each with another part of it, repeated to `width`."""
    across = -(-width // TILE_PX)
    tiles = [np.tile(np.roll(blue_noise(), shift, (0, 1)), (1, across))[:, :width] for shift in _CHANNEL_SHIFT]
    return np.ascontiguousarray(np.stack(tiles, axis=-1))


def to_codes(linear: Linear, top: int = 0) -> Codes:
    """Return (h, w, 3) 8-bit sRGB of linear light; `top`: how many rows of the picture lie above these."""
    index = np.clip(linear * np.float32(_STEPS) + np.float32(0.5), 0, _STEPS).astype(np.uint16)
    return dithered(np.take(_encoding_table(), index), top)


def dithered(codes: Linear, top: int = 0) -> Codes:
    """Return (h, w, 3) float code values (0-255) as bytes, dithered by place."""
    height, width = codes.shape[:2]
    rows = np.arange(top, top + height) % TILE_PX
    codes += _noise_rows(width)[rows]
    return codes.astype(np.uint8)
