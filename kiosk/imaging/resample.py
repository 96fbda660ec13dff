"""Resampling in linear light: any window of a picture to any number of pixels, strip by strip.

Separable, with a kernel as wide as the reduction asks for, so that every source pixel counts and none aliases. The
weights of a tile of outputs are one small dense matrix: two multiplications a strip do the work, vertical first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.imaging.light import Linear
from kiosk.imaging.picture import Picture

TILE = 32  # outputs a matrix: more waste multiplications, fewer waste calls
_LOBES = 2.0

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Tile:
    """Outputs `first` to `end` are `weights` times the inputs `start` to `stop`."""

    first: int
    end: int
    start: int
    stop: int
    weights: Linear | None


def resampled(picture: Picture, box: Box, size: tuple[int, int]) -> Iterator[tuple[int, Linear]]:
    """Yield the picture's `box` (x, y, x end, y end, in stored pixels) at `size`, top down.

    Each is the number of its first row and some rows of (n, width, 3) linear light, which may leave 0-1 by a little.
    """
    across = _tiles(box[0], box[2], size[0], picture.width)
    first, last = across[0].start, across[-1].stop
    for tile in _tiles(box[1], box[3], size[1], picture.height):
        strip = picture.rows(tile.start, tile.stop)[:, first:last]
        yield tile.first, _across(_down(strip, tile), across, first)


def _down(strip: Linear, tile: _Tile) -> Linear:
    if tile.weights is None:
        return strip
    flat = np.ascontiguousarray(strip).reshape(len(strip), -1)
    return np.asarray((tile.weights @ flat).reshape(-1, *strip.shape[1:]))


def _across(strip: Linear, tiles: tuple[_Tile, ...], offset: int) -> Linear:
    if tiles[0].weights is None:
        return strip
    height, width = len(strip), tiles[-1].end
    planes = np.concatenate(cv2.split(np.ascontiguousarray(strip)))
    out = np.empty((3 * height, width), np.float32)
    for tile in tiles:
        assert tile.weights is not None
        np.matmul(
            planes[:, tile.start - offset : tile.stop - offset], tile.weights.T, out=out[:, tile.first : tile.end]
        )
    return np.asarray(cv2.merge([out[:height], out[height : 2 * height], out[2 * height :]]), np.float32)


@lru_cache(maxsize=16)
def _tiles(start: float, stop: float, outputs: int, inputs: int) -> tuple[_Tile, ...]:
    """Return the tiles that bring `start` to `stop`, out of `inputs` pixels, to `outputs`; without weights for 1:1."""
    if stop - start == outputs and start == int(start):
        shift = int(start)
        return tuple(
            _Tile(first, end, first + shift, end + shift, None)
            for first in range(0, outputs, TILE)
            for end in [min(first + TILE, outputs)]
        )
    scale = (stop - start) / outputs
    return tuple(
        _weighted(first, min(first + TILE, outputs), start, scale, inputs) for first in range(0, outputs, TILE)
    )


def _weighted(first: int, end: int, start: float, scale: float, inputs: int) -> _Tile:
    wide = max(1.0, scale)
    centres = start + (np.arange(first, end) + 0.5) * scale
    low = max(0, int(np.floor(centres[0] - _LOBES * wide)))
    high = min(inputs, int(np.ceil(centres[-1] + _LOBES * wide)) + 1)
    places = np.arange(low, high) + 0.5
    weights = kernel((places[None, :] - centres[:, None]) / wide)
    return _Tile(first, end, low, high, (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32))


def kernel(x: NDArray[np.float64], b: float = 0.2, c: float = 0.4) -> NDArray[np.float64]:
    """Return a cubic of Mitchell and Netravali's family (SIGGRAPH 1988), with 2 c + b = 1 and less blur than theirs."""
    x = np.abs(x)
    inner = ((12 - 9 * b - 6 * c) * x**3 + (-18 + 12 * b + 6 * c) * x**2 + (6 - 2 * b)) / 6
    outer = ((-b - 6 * c) * x**3 + (6 * b + 30 * c) * x**2 + (-12 * b - 48 * c) * x + (8 * b + 24 * c)) / 6
    return np.where(x < 1, inner, np.where(x < 2, outer, 0.0))
