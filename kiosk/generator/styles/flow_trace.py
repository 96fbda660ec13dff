"""Tracing flow ribbons: streamlines through a field that keep clear of one another and of themselves.

A grid of `CELLS_PER_UNIT` cells a frame height remembers who lies where; candidates come largest first. Serial by
nature (each ribbon sees those before it), and independent of the picture size.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.jit import kernel
from kiosk.generator.styles.flow_field import CELLS, MARGIN, Field

CELLS_PER_UNIT = 640
_MAX_POINTS = 400_000
_MAX_STEPS = 1500
_TIGHTEST = 1.3  # width over radius of curvature: a stroke that turns more sharply is a blot
_LEAST_LENGTH = 3.2  # in widths: shorter strokes are blots


@dataclass(frozen=True, slots=True)
class Ribbons:
    """Polylines in frame heights: `points` (n, 2); ribbon k owns points[first[k]:first[k + 1]], drawn for candidate
    `candidate[k]`.
    """

    points: NDArray[np.float32]
    first: NDArray[np.int64]
    candidate: NDArray[np.int64]


def trace(
    field: Field,
    seeds: NDArray[np.float64],
    widths: NDArray[np.float64],
    lengths: NDArray[np.float64],
    gap: float,
    aspect: float,
) -> Ribbons:
    """Trace a ribbon from each seed where there is room: `seeds` (n, 2), `widths` and greatest `lengths` (n,), the
    `gap` between edges, all in frame heights.
    """
    rows = round((1 + 2 * MARGIN) * CELLS_PER_UNIT) + 2
    columns = round((aspect + 2 * MARGIN) * CELLS_PER_UNIT) + 2
    owner = np.full((rows, columns), -1, np.int32)
    order = np.zeros((rows, columns), np.int32)
    points = np.empty((_MAX_POINTS, 2), np.float32)
    first = np.zeros(len(seeds) + 1, np.int64)
    candidate = np.zeros(len(seeds), np.int64)
    count = _trace_all(
        seeds, widths, lengths, gap, aspect, field.u, field.v, field.region, owner, order, points, first, candidate
    )
    return Ribbons(points[: first[count]].copy(), first[: count + 1].copy(), candidate[:count].copy())


@kernel
def _blocked(owner, order, me, step_index, lag, x, y, reach):  # type: ignore[no-untyped-def]
    cx = int((x + MARGIN) * CELLS_PER_UNIT)
    cy = int((y + MARGIN) * CELLS_PER_UNIT)
    radius = reach * CELLS_PER_UNIT
    r = int(radius) + 1
    if cx - r < 0 or cy - r < 0 or cx + r >= owner.shape[1] or cy + r >= owner.shape[0]:
        return True
    samples = min(max(int(radius * 4.2), 8), 56)
    for ring in range(3):
        part = radius * (1.0 - 0.5 * ring)
        for k in range(samples):
            angle = k * (2 * math.pi / samples)
            qx = cx + round(part * math.cos(angle))
            qy = cy + round(part * math.sin(angle))
            other = owner[qy, qx]
            if other >= 0 and (other != me or abs(order[qy, qx] - step_index) > lag):
                return True
    return False


@kernel
def _stamp(owner, order, me, step_index, x, y, radius_units):  # type: ignore[no-untyped-def]
    cx = int((x + MARGIN) * CELLS_PER_UNIT)
    cy = int((y + MARGIN) * CELLS_PER_UNIT)
    radius = radius_units * CELLS_PER_UNIT
    r = int(radius) + 1
    for dy in range(-r, r + 1):
        for dx in range(-r, r + 1):
            if dx * dx + dy * dy <= radius * radius + 0.5:
                qy = cy + dy
                qx = cx + dx
                if 0 <= qy < owner.shape[0] and 0 <= qx < owner.shape[1]:
                    if me < 0:
                        if owner[qy, qx] == step_index:
                            owner[qy, qx] = -1
                    elif owner[qy, qx] != me:
                        owner[qy, qx] = me
                        order[qy, qx] = step_index


@kernel
def _sample(grid, x, y):  # type: ignore[no-untyped-def]
    gx = min(max((x + MARGIN) * CELLS, 0.0), grid.shape[1] - 1.001)
    gy = min(max((y + MARGIN) * CELLS, 0.0), grid.shape[0] - 1.001)
    ix = int(gx)
    iy = int(gy)
    tx = gx - ix
    ty = gy - iy
    top = grid[iy, ix] * (1 - tx) + grid[iy, ix + 1] * tx
    low = grid[iy + 1, ix] * (1 - tx) + grid[iy + 1, ix + 1] * tx
    return top * (1 - ty) + low * ty


@kernel
def _region_at(region, x, y):  # type: ignore[no-untyped-def]
    ix = min(max(int((x + MARGIN) * CELLS + 0.5), 0), region.shape[1] - 1)
    iy = min(max(int((y + MARGIN) * CELLS + 0.5), 0), region.shape[0] - 1)
    return region[iy, ix]


@kernel
def _trace_all(  # type: ignore[no-untyped-def]
    seeds, widths, lengths, gap, aspect, u, v, region, owner, order, points, first, candidate
):
    count = 0
    used = 0
    line = np.empty((2 * _MAX_STEPS + 1, 2))
    for k in range(seeds.shape[0]):
        width = widths[k]
        reach = width * 0.5 + gap
        step = min(max(width * 0.22, 0.0016), 0.005)
        lag = int(2.6 * (width + gap) / step) + 2
        start = seeds[k]
        if _blocked(owner, order, k, 0, lag, start[0], start[1], reach):
            continue
        home = _region_at(region, start[0], start[1])
        low = _MAX_STEPS
        high = _MAX_STEPS
        line[low, 0] = start[0]
        line[low, 1] = start[1]
        half = int(min(lengths[k] / step * 0.5, _MAX_STEPS - 1.0))
        for direction in (1, -1):
            x = start[0]
            y = start[1]
            for i in range(1, half + 1):
                # Midpoint rule; the field is a unit vector field, so a step is a step.
                a = _sample(u, x, y)
                b = _sample(v, x, y)
                norm = math.sqrt(a * a + b * b) + 1e-9
                mx = x + direction * 0.5 * step * a / norm
                my = y + direction * 0.5 * step * b / norm
                a2 = _sample(u, mx, my)
                b2 = _sample(v, mx, my)
                norm = math.sqrt(a2 * a2 + b2 * b2)
                if norm < 0.55 or a * a2 + b * b2 < 0.3:
                    break
                turned = abs(a * b2 - b * a2) / norm  # in half a step
                if 2 * turned * width > _TIGHTEST * step:
                    break
                x += direction * step * a2 / norm
                y += direction * step * b2 / norm
                if x < -MARGIN or y < -MARGIN or x > aspect + MARGIN or y > 1 + MARGIN:
                    break
                if _region_at(region, x, y) != home:
                    break
                if _blocked(owner, order, k, direction * i, lag, x, y, reach):
                    break
                if direction > 0:
                    high += 1
                    line[high, 0] = x
                    line[high, 1] = y
                else:
                    low -= 1
                    line[low, 0] = x
                    line[low, 1] = y
                if i % 2 == 0:
                    _stamp(owner, order, k, direction * i, x, y, width * 0.5)
        size = high - low + 1
        if size * step < max(_LEAST_LENGTH * width, 0.012) or used + size > points.shape[0]:
            for i in range(low, high + 1):
                _stamp(owner, order, -1, k, line[i, 0], line[i, 1], width * 0.5)
            continue
        for i in range(low, high + 1):
            _stamp(owner, order, k, i - _MAX_STEPS, line[i, 0], line[i, 1], width * 0.5)
            points[used, 0] = line[i, 0]
            points[used, 1] = line[i, 1]
            used += 1
        candidate[count] = k
        count += 1
        first[count] = used
    return count
