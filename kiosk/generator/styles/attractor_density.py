"""How often the orbits of `attractor` pass each pixel, and with what tint: integer histograms, then adaptive smoothing.

Counts are whole numbers, so their sum does not depend on which thread added what. `smooth` takes every place from the
finest level of a pyramid that holds enough points there: dense filaments stay sharp, thin dust becomes mist, not noise.
"""

import math

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.jit import exact, kernel
from kiosk.generator.noise import hash2
from kiosk.generator.styles.attractor_orbits import FIRST_FLOW, advance

LANES = 32
# Columns of a block's view: the plane's two rows and offsets, depth's row, focus and blur, what sets the tint.
ROW_X, ROW_Y, ROW_Z, SHIFT_X, SHIFT_Y, BLUR, FOCUS_BLUR, PERSPECTIVE = 0, 3, 6, 9, 10, 11, 12, 13
TINT_SPEED, TINT_BEARING, TINT_DEPTH, TINT_BASE, SPEED_SCALE = 14, 15, 16, 17, 18
VIEW_SIZE = 19
_SETTLE = 40
STEPS = 128
_ONE = 1 << 32
_DOUBT = 9.0  # variances of chance at which a difference counts half


@exact
def accumulate(  # type: ignore[no-untyped-def]
    kind, laws, views, starts, seed, rounds, between, scale, left, top, first, end, hist
):
    """Add the orbits of the blocks [first, end) to `hist` (h, w) uint64: count in the high half, tints in the low.

    `laws` (blocks, PARAMETERS) and `views` (blocks, VIEW_SIZE) say how a block moves and is seen, `starts` (n, 3) where
    orbits begin, anew for each of `rounds`, so that none has time to stray; every step of a flow leaves `between`
    points on its way. pixel = (frame heights - left/top) * scale.
    """
    height = hist.shape[0]
    width = hist.shape[1]
    x = np.empty(LANES)
    y = np.empty(LANES)
    z = np.empty(LANES)
    old = np.empty((3, LANES))
    flow = kind >= FIRST_FLOW
    inverse = 1.0 / between
    for block in range(first, end):
        law = laws[block]
        view = views[block]
        for round_ in range(rounds):
            for i in range(LANES):
                k = hash2(block, round_ * LANES + i, seed) % np.uint64(starts.shape[0])
                x[i] = starts[k, 0] + (i - 15.5) * 1e-4
                y[i] = starts[k, 1] + (block % 64 - 31.5) * 1e-4
                z[i] = starts[k, 2]
            state = hash2(block, round_ - 99991, seed) * np.uint64(2) + np.uint64(1)
            for _ in range(_SETTLE):
                advance(kind, law, x, y, z)
            for _ in range(STEPS):
                old[0] = x
                old[1] = y
                old[2] = z
                advance(kind, law, x, y, z)
                for i in range(LANES):
                    dx = x[i] - old[0, i]
                    dy = y[i] - old[1, i]
                    dz = z[i] - old[2, i] if flow else 0.0
                    speed = math.sqrt(dx * dx + dy * dy + dz * dz)
                    across = view[ROW_X] * dx + view[ROW_X + 1] * dy + view[ROW_X + 2] * dz
                    down = view[ROW_Y] * dx + view[ROW_Y + 1] * dy + view[ROW_Y + 2] * dz
                    bearing = 0.5 + 0.5 * across / (math.sqrt(across * across + down * down) + 1e-12)
                    tint = view[TINT_BASE] + view[TINT_BEARING] * bearing
                    tint += view[TINT_SPEED] * min(speed * view[SPEED_SCALE], 1.0)
                    for j in range(between):
                        state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
                        r0 = np.float64((state >> np.uint64(40)) & np.uint64(0xFFF)) * (1.0 / 4096.0)
                        r1 = np.float64((state >> np.uint64(52)) & np.uint64(0xFFF)) * (1.0 / 4096.0)
                        r2 = np.float64((state >> np.uint64(28)) & np.uint64(0xFFF)) * (1.0 / 4096.0)
                        back = (j + r2) * inverse if flow else 0.0
                        u = x[i] - back * dx
                        v = y[i] - back * dy
                        w = z[i] - back * dz
                        depth = view[ROW_Z] * u + view[ROW_Z + 1] * v + view[ROW_Z + 2] * w
                        near = 1.0 / (1.0 + view[PERSPECTIVE] * min(max(depth, -1.0), 1.0))
                        blur = view[BLUR] + view[FOCUS_BLUR] * depth * depth
                        sx = (view[ROW_X] * u + view[ROW_X + 1] * v + view[ROW_X + 2] * w) * near + view[SHIFT_X]
                        sy = (view[ROW_Y] * u + view[ROW_Y + 1] * v + view[ROW_Y + 2] * w) * near + view[SHIFT_Y]
                        # Two dice a side make a round enough spot.
                        spread = r0 + r1 - 1.0
                        skew = r0 - r1
                        px = (sx + blur * spread - left) * scale
                        py = (sy + blur * skew - top) * scale
                        if px >= 0.0 and py >= 0.0 and px < width and py < height:
                            level = tint + view[TINT_DEPTH] * (0.5 + 0.5 * depth)
                            level = min(max(level, 0.0), 1.0)
                            hist[int(py), int(px)] += np.uint64(_ONE) + np.uint64(level * 255.0)


@kernel
def smooth_rows(counts, tints, half_counts, half_tints, points, first, end):  # type: ignore[no-untyped-def]
    """Blend the rows [first, end) of a level with the next coarser one as far as they differ by chance alone.

    `points`: how many points a count of one stands for. The weight of the difference is that of a James-Stein
    estimator: near 0 at the spread of a Poisson count, near 1 where it is many times larger.
    """
    for y in range(first, end):
        fy = 0.5 * y - 0.25
        y0 = math.floor(fy)
        ty = np.float32(fy - y0)
        ya = min(max(y0, 0), half_counts.shape[0] - 1)
        yb = min(y0 + 1, half_counts.shape[0] - 1)
        for x in range(counts.shape[1]):
            fx = 0.5 * x - 0.25
            x0 = math.floor(fx)
            tx = np.float32(fx - x0)
            xa = min(max(x0, 0), half_counts.shape[1] - 1)
            xb = min(x0 + 1, half_counts.shape[1] - 1)
            a = half_counts[ya, xa] + (half_counts[ya, xb] - half_counts[ya, xa]) * tx
            b = half_counts[yb, xa] + (half_counts[yb, xb] - half_counts[yb, xa]) * tx
            coarse = a + (b - a) * ty
            a = half_tints[ya, xa] + (half_tints[ya, xb] - half_tints[ya, xa]) * tx
            b = half_tints[yb, xa] + (half_tints[yb, xb] - half_tints[yb, xa]) * tx
            coarse_tint = a + (b - a) * ty
            gap = counts[y, x] - coarse
            square = gap * gap
            fine = square / (square + np.float32(_DOUBT) * (coarse + np.float32(1e-9)) / points)
            counts[y, x] = coarse + (counts[y, x] - coarse) * fine
            tints[y, x] = coarse_tint + (tints[y, x] - coarse_tint) * fine


def halved(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the means of 2x2 cells; an odd last row or column counts twice."""
    padded = np.pad(plane, ((0, plane.shape[0] % 2), (0, plane.shape[1] % 2)), mode="edge")
    return np.asarray(
        (padded[0::2, 0::2] + padded[1::2, 0::2] + padded[0::2, 1::2] + padded[1::2, 1::2]) * np.float32(0.25)
    )
