"""Choosing an attractor and its place on the wall: laws of motion and views for all blocks of orbits. Pure.

A draw is kept only when its orbit is chaotic (Lyapunov exponent above zero) and what it shows fills enough of the
frame without being a blob; otherwise the next is drawn from the same stream, so no genome gives an empty frame.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.genome import Genome
from kiosk.generator.styles import attractor_density as ad
from kiosk.generator.styles.attractor_laws import draw_law, drift_of
from kiosk.generator.styles.attractor_orbits import FAMILIES, FIRST_FLOW, FLOWS, probe
from kiosk.generator.styles.attractor_stance import MATTERS, STANCES, Pose, poses

BLOCKS = 480
TINTS = ("age", "speed", "bearing", "depth")
_TRIES = 18
_STEADIER = 0.86  # drift left after each draw that was not good enough: less smeared, more often clear
_LEAST_MAP_EXPONENT, _LEAST_FLOW_EXPONENT = 0.01, 0.012  # a step, and a unit of time
_TRACK = 9000
_PROBE_ROWS = 108
_LEAST_HEART = 0.03
_KNOWN = 4  # points in a cell
_LEAST_DETAIL, _LEAST_FLOW_DETAIL, _LEAST_LORENZ_DETAIL = 0.062, 0.035, 0.02
# A tenth of the blocks, of all ages, and of each residue by 2 to 13: poses of copies go by residues.
_SAMPLE = np.arange(48) * 19 % BLOCKS
_REACH = 2.0  # frame heights round the frame in which the figure's extent is measured
_WINGS = np.array([[0.7071, 0.7071, 0.0], [0.0, 0.0, -1.0], [-0.7071, 0.7071, 0.0]])
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cast:
    """An attractor ready to be drawn: `laws` (BLOCKS, PARAMETERS), `views` (BLOCKS, VIEW_SIZE), `starts` (n, 3).

    `coverage` (0-1) the share of a coarse grid over the frame that it touches, `peak` (0-1) the share of all points in
    the fullest cell, `heart` (0-1) that in the middle ninth of the frame, `detail` how much neighbouring cells differ:
    near 0 for what is soft or flat, 1 for as much as the family asks for.
    """

    kind: int
    laws: Floats
    views: Floats
    starts: Floats
    seed: int
    exponent: float
    coverage: float
    peak: float
    heart: float
    detail: float

    def acceptable(self) -> bool:
        """Tell whether the figure is neither a speck, a blob, a plain wash, a ring round nothing, nor soft all over."""
        return (
            (0.26 if self.kind >= FIRST_FLOW else 0.30) <= self.coverage <= 0.93
            and self.peak < 0.025
            and self.heart > _LEAST_HEART
            and self.detail > 1.0
        )


def cast(genome: Genome, aspect: float) -> Cast:
    """Return the first acceptable attractor of the genome's stream for a frame `aspect` wide, or the best of them."""
    rng = np.random.default_rng(genome.stream_seed("attractor"))
    best: Cast | None = None
    for failed in range(_TRIES):
        drawn = _draw(genome, aspect, rng, steady=_STEADIER**failed)
        if drawn is None:
            continue
        if drawn.acceptable():
            return drawn
        if best is None or _fault(drawn) < _fault(best):
            best = drawn
    return best if best is not None else _last_resort(genome, aspect, rng)


def _middle_ninth(grid: NDArray[np.int64]) -> NDArray[np.int64]:
    rows, columns = grid.shape
    return grid[rows // 3 : rows - rows // 3, columns // 3 : columns - columns // 3]


def _paired(grid: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sums of every two rows."""
    even = len(grid) // 2 * 2
    return np.asarray(grid[0:even:2] + grid[1:even:2])


def _detail(grid: NDArray[np.int64]) -> float:
    """Return how far the square roots of neighbouring counts differ, without what chance adds (a half, squared)."""
    roots, change = np.sqrt(grid + 0.375), 0.0
    for axis in (0, 1):
        known = np.maximum(*(np.delete(grid, end, axis=axis) for end in (0, -1))) >= _KNOWN
        change += float((np.diff(roots, axis=axis)[known] ** 2 - 0.5).sum())
    return change / max(2.0 * float(grid.sum()), 1.0)


def _least_detail(kind: int) -> float:
    if kind == FAMILIES.index("lorenz"):
        return _LEAST_LORENZ_DETAIL  # its rings are finer than the cells
    return _LEAST_FLOW_DETAIL if kind >= FIRST_FLOW else _LEAST_DETAIL


def _fault(drawn: Cast) -> float:
    lacks = 10 * max(_LEAST_HEART - drawn.heart, 0.0) + 3 * max(1.0 - drawn.detail, 0.0)
    return abs(drawn.coverage - 0.6) + 8 * drawn.peak + lacks


def _last_resort(genome: Genome, aspect: float, rng: np.random.Generator) -> Cast:
    """Return Thomas' flow, which is chaotic for most parameters it is drawn with."""
    drawn = None
    while drawn is None:
        drawn = _draw(genome, aspect, rng, steady=0.2, family="thomas")
    return drawn


def _draw(
    genome: Genome, aspect: float, rng: np.random.Generator, *, steady: float, family: str | None = None
) -> Cast | None:
    """Return one draw, or None for an orbit that runs away or is not chaotic. `steady` (0-1) scales its drift."""
    family = family or genome.choice("family", FAMILIES)
    kind = FAMILIES.index(family)
    law = draw_law(family, rng)
    drift = drift_of(family, law, rng) * _drift_size(genome) * steady
    track = np.empty((_TRACK, 3))
    # Dust and veils of a flow begin all over the figure, threads along one stretch of one orbit.
    stride = 9 if kind >= FIRST_FLOW and genome.choice("matter", MATTERS) != "thread" else 1
    exponent = float(probe(kind, law, 1200, stride, track))
    if exponent < (_LEAST_FLOW_EXPONENT * law[-1] if kind >= FIRST_FLOW else _LEAST_MAP_EXPONENT):
        return None
    # A map that falls into a cycle on its way draws stiff bars; a flow only must not run away.
    least = -1.0 if kind >= FIRST_FLOW else 0.0
    for age in (-0.5, -0.25, 0.25, 0.5):
        if probe(kind, law + drift * age, 200, 1, np.empty((400, 3))) <= least:
            return None
    stances = poses(genome, aspect, BLOCKS, rng)
    laws = law + drift * (stances.age - 0.5)[:, None]
    views = _views(genome, kind, track, stride, stances, aspect, rng)
    seed = int(rng.integers(0, 2**31))
    views = _fitted(genome, kind, laws, views, track, seed, aspect, stances)
    fine = _rough(kind, laws, views, track, seed, aspect, _PROBE_ROWS, 0.0)
    grid = _paired(_paired(fine).T).T
    total = max(int(grid.sum()), 1)
    return Cast(
        kind=kind,
        laws=laws,
        views=views,
        starts=track[: 3600 + int(5400 * genome.gene("threads"))],
        seed=seed,
        exponent=exponent,
        coverage=float((grid > 0.03 * np.quantile(grid, 0.99)).mean()),
        peak=float(grid.max() / total),
        heart=float(_middle_ninth(grid).sum() / total),
        detail=_detail(fine) / _least_detail(kind),
    )


def _drift_size(genome: Genome) -> float:
    size = {"dust": 0.04, "veil": 0.55, "thread": 0.16}[genome.choice("matter", MATTERS)]
    if genome.choice("stance", STANCES) in ("wheel", "mirror"):
        size *= 0.4  # many copies, each smeared, would cover one another
    if genome.choice("family", FAMILIES) in FLOWS and genome.choice("matter", MATTERS) == "veil":
        size *= 0.5
    return size * (0.35 + 0.9 * genome.gene("drift"))


def _views(
    genome: Genome, kind: int, track: Floats, stride: int, stances: Pose, aspect: float, rng: np.random.Generator
) -> Floats:
    """Return the views before fitting: the figure about one frame height large, laid out by its poses."""
    middle = np.median(track, axis=0)
    spread = np.maximum(np.quantile(np.abs(track - middle), 0.97, axis=0), 1e-6)
    turn = _turning(kind, rng)
    across = ((track - middle) / spread) @ turn.T
    # The longer axis of the figure goes along the frame's, give or take.
    _, _, axes = np.linalg.svd(across[:, :2] - across[:, :2].mean(axis=0), full_matrices=False)
    lean = (genome.gene("angle") - 0.5) * (0.9 if kind != FAMILIES.index("icon") else 6.0)
    lean += 0.0 if aspect >= 1 else np.pi / 2
    upright = np.array([[np.cos(lean), -np.sin(lean)], [np.sin(lean), np.cos(lean)]]) @ axes
    plane = upright @ turn[:2] / spread * 0.42
    depth = turn[2] / spread / max(float(np.quantile(np.abs(across[:, 2]), 0.98)), 1e-6)
    views = np.zeros((BLOCKS, ad.VIEW_SIZE))
    cosine, sine = np.cos(stances.turn), np.sin(stances.turn)
    for row, mix in ((ad.ROW_X, (cosine, -sine)), (ad.ROW_Y, (sine, cosine))):
        rows = mix[0][:, None] * plane[0] * stances.flip[:, None] + mix[1][:, None] * plane[1]
        views[:, row : row + 3] = rows * stances.size[:, None]
    views[:, ad.ROW_Z : ad.ROW_Z + 3] = depth
    views[:, ad.SHIFT_X] = stances.x - (views[:, ad.ROW_X : ad.ROW_X + 3] @ middle)
    views[:, ad.SHIFT_Y] = stances.y - (views[:, ad.ROW_Y : ad.ROW_Y + 3] @ middle)
    views[:, ad.BLUR] = 0.0007 if kind < FIRST_FLOW else 0.0016
    if kind >= FIRST_FLOW:
        views[:, ad.FOCUS_BLUR] = 0.006 * genome.gene("focus") ** 2
    step = np.linalg.norm(np.diff(track, axis=0)[:, : 3 if kind >= FIRST_FLOW else 2], axis=1) / stride
    views[:, ad.SPEED_SCALE] = 1 / max(float(np.quantile(step, 0.96)), 1e-9)
    tint = genome.choice("tint", TINTS)
    views[:, ad.TINT_BASE] = stances.age if tint == "age" else 0.4 * stances.shade
    column = {"speed": ad.TINT_SPEED, "bearing": ad.TINT_BEARING, "depth": ad.TINT_DEPTH}.get(tint)
    if column is not None:
        views[:, column] = 0.6 if stances.shade.any() else 1.0
    return views


def _turning(kind: int, rng: np.random.Generator) -> Floats:
    """Return a rotation of space: any for a flow, a tilt out of the plane for a map, none for a symmetric icon.

    Lorenz' wings lie in a plane, x and y against z, and are nothing from their edge: it is tilted out of that plane.
    """
    wings = kind == FAMILIES.index("lorenz")
    if kind >= FIRST_FLOW and not wings:
        q, r = np.linalg.qr(rng.normal(size=(3, 3)))
        return np.asarray(q * np.sign(np.diag(r)))
    if kind == FAMILIES.index("icon"):
        return np.eye(3)
    tilt, way = rng.uniform(0.0, 0.6 if wings else 0.9), rng.uniform(0, 2 * np.pi)
    c, s = np.cos(tilt), np.sin(tilt)
    lean = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    spin = np.array([[np.cos(way), -np.sin(way), 0], [np.sin(way), np.cos(way), 0], [0, 0, 1]])
    tilted = np.asarray(spin.T @ lean @ spin)
    return tilted @ _WINGS if wings else tilted


def _fitted(
    genome: Genome, kind: int, laws: Floats, views: Floats, track: Floats, seed: int, aspect: float, stances: Pose
) -> Floats:
    """Return the views scaled and moved so that the whole figure has its size in the frame."""
    rows = 160
    grid = _rough(kind, laws, views, track, seed, aspect, rows, _REACH).astype(np.float64)
    pitch = (1 + 2 * _REACH) / rows
    low_x, high_x = _extent(grid.sum(axis=0), pitch)
    low_y, high_y = _extent(grid.sum(axis=1), pitch)
    wide, tall = max(high_x - low_x, 0.05), max(high_y - low_y, 0.05)
    inside = min(aspect / wide, 1.0 / tall)
    cover = max(aspect / wide, 1.0 / tall)
    factor = inside * (0.84 + 0.16 * genome.gene("size")) * (min(cover / inside, 1.6) ** stances.bleed)
    centre_x = aspect / 2 + (genome.gene("focus_x") - 0.5) * stances.wander * max(aspect - wide * factor, 0.12)
    centre_y = 0.5 + (genome.gene("focus_y") - 0.5) * stances.wander * max(1 - tall * factor, 0.12)
    fitted = views.copy()
    fitted[:, : ad.ROW_Z] *= factor
    fitted[:, ad.SHIFT_X] = (views[:, ad.SHIFT_X] + _REACH - (low_x + high_x) / 2) * factor + centre_x
    fitted[:, ad.SHIFT_Y] = (views[:, ad.SHIFT_Y] + _REACH - (low_y + high_y) / 2) * factor + centre_y
    return fitted


def _extent(profile: Floats, pitch: float) -> tuple[float, float]:
    total = np.cumsum(profile) / max(float(profile.sum()), 1.0)
    low, high = np.searchsorted(total, (0.008, 0.992))
    return float(low) * pitch, float(high + 1) * pitch


def _rough(
    kind: int, laws: Floats, views: Floats, track: Floats, seed: int, aspect: float, rows: int, reach: float
) -> NDArray[np.int64]:
    """Return counts on a coarse grid of `rows` rows over the frame and `reach` frame heights round it."""
    scale = rows / (1 + 2 * reach)
    hist = np.zeros((rows, round((aspect + 2 * reach) * scale)), np.uint64)
    few, seen = laws[_SAMPLE], views[_SAMPLE]
    ad.accumulate(kind, few, seen, track, seed, 1, 1, scale, -reach, -reach, 0, len(few), hist)
    return (hist >> np.uint64(32)).astype(np.int64)
