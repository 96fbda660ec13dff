"""From counted points to density: sparse places are spread until enough points support every pixel.

The estimator of Draves and Reckase ("The Fractal Flame Algorithm", 2008, section on filtering) with a radius that
follows a neighbourhood instead of one cell: its mean count, and how much more the counts vary than chance alone would
have it (variance over mean, 1 for pure noise). So haze is smooth, and filaments stay sharp.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.bands import for_each_band
from kiosk.generator.jit import kernel

_REACH = 2  # of the neighbourhood, in cells each way
_STEPS = 4  # kernels for each pixel of radius
_LEAST_RADIUS_PX = 0.6  # below, a cell is its own pixel
SUPPORT = 150.0  # points a pixel of a haze should rest on


@dataclass(frozen=True, slots=True)
class Kernels:
    """Normalised round kernels, one after the other: `weights` flat, `first` the place of each, `reach` its half size.

    Kernel k has a radius of k / 4 pixels.
    """

    weights: NDArray[np.float32]
    first: NDArray[np.int64]
    reach: NDArray[np.int64]


def kernels_up_to(radius_px: float) -> Kernels:
    """Return the kernels for all radii up to `radius_px`."""
    weights, first, reach = [], [], []
    place = 0
    for k in range(round(radius_px * _STEPS) + 1):
        radius = k / _STEPS
        half = 0 if radius < _LEAST_RADIUS_PX else math.ceil(radius)
        across = np.arange(-half, half + 1)
        bump = np.maximum(1 - (across[:, None] ** 2 + across[None, :] ** 2) / max(radius, 1.0) ** 2, 0.0)
        bump[half, half] = max(bump[half, half], 1e-3)
        weights.append((bump / bump.sum()).ravel())
        first.append(place)
        reach.append(half)
        place += bump.size
    return Kernels(np.concatenate(weights).astype(np.float32), np.array(first), np.array(reach))


@kernel
def _spread(cells, support, weights, first_of, reach_of, gutter, first, end, out):  # type: ignore[no-untyped-def]
    """Write the rows `first` to `end` of `out` (h, w, 4) from `cells`, which are `gutter` wider on every side."""
    rows, columns = cells.shape[0], cells.shape[1]
    last = first_of.shape[0] - 1
    top = max(first + gutter - reach_of[last], 0)
    bottom = min(end + gutter + reach_of[last], rows)
    run, squares = np.zeros(columns, np.float32), np.zeros(columns, np.float32)
    width = out.shape[1]
    value = np.empty(4, np.float32)
    for row in range(top, bottom):
        for column in range(columns):
            total, square = np.float32(0), np.float32(0)
            for near in range(max(row - _REACH, 0), min(row + _REACH + 1, rows)):
                count = np.float32(cells[near, column, 3])
                total += count
                square += count * count
            run[column], squares[column] = total, square
        for column in range(columns):
            if cells[row, column, 3] == 0:
                continue
            total, square = np.float32(0), np.float32(0)
            left = max(column - _REACH, 0)
            right = min(column + _REACH + 1, columns)
            for near in range(left, right):
                total += run[near]
                square += squares[near]
            share_of = np.float32(1) / np.float32((right - left) * (2 * _REACH + 1))
            mean = total * share_of
            unrest = max((square * share_of - mean * mean) / mean - np.float32(1), np.float32(0))
            wanted = support / ((np.float32(1) + np.float32(0.6) * unrest) * np.float32(math.pi) * mean)
            level = min(int(math.sqrt(wanted) * _STEPS), last)
            reach = reach_of[level]
            at = first_of[level]
            for c in range(4):
                value[c] = np.float32(cells[row, column, c])
            for dy in range(-reach, reach + 1):
                to_row = row + dy - gutter
                if to_row < first or to_row >= end:
                    continue
                line = at + (dy + reach) * (2 * reach + 1) + reach
                for dx in range(max(-reach, gutter - column), min(reach, width + gutter - 1 - column) + 1):
                    share = weights[line + dx]
                    to = column + dx - gutter
                    out[to_row, to, 0] += share * value[0]
                    out[to_row, to, 1] += share * value[1]
                    out[to_row, to, 2] += share * value[2]
                    out[to_row, to, 3] += share * value[3]


def spread(
    cells: NDArray[np.uint32], kernels: Kernels, gutter_px: int, *, support: float = SUPPORT, threads: int = 0
) -> NDArray[np.float32]:
    """Return sums per pixel, (h, w, 4) float32, from a histogram that is `gutter_px` wider on every side."""
    shape = (cells.shape[0] - 2 * gutter_px, cells.shape[1] - 2 * gutter_px, 4)
    out = np.zeros(shape, np.float32)

    def band(first: int, end: int) -> None:
        _spread(cells, np.float32(support), kernels.weights, kernels.first, kernels.reach, gutter_px, first, end, out)

    for_each_band(shape[0], band, threads=threads)
    return out
