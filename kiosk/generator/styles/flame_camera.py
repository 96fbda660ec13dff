"""Where to stand: small pilot runs that find a flame's extent, frame it, set its exposure, and judge it.

Pilots have a fixed size and fixed streams, so that one genome has one framing and exposure at every size of picture.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.styles.flame_chaos import play
from kiosk.generator.styles.flame_model import Flame
from kiosk.generator.styles.flame_pack import Packed
from kiosk.generator.styles.flame_swarm import SWARM
from kiosk.generator.styles.flame_tone import UNIT_BRIGHTNESS

Array = NDArray[np.float64]
_SURVEY_SIDE, _SURVEY_SPAN = 320, 10.0  # cells and units of the square that is searched for the attractor
_ROUNDS = 60
PILOT_ROWS, CLOSER_ROWS = 72, 144


def camera_of(flame: Flame, scale_px: float, centre_px: tuple[float, float], soft_px: float) -> NDArray[np.float32]:
    """Return the numbers `flame_chaos` takes to turn the plane into pixels; `scale_px` is the picture's height."""
    size = flame.zoom * scale_px
    turn = math.radians(flame.rotate_deg)
    xx, xy = size * math.cos(turn), -size * math.sin(turn)
    x, y = flame.centre
    return np.array(
        [xx, xy, -xy, xx, centre_px[0] - xx * x - xy * y, centre_px[1] + xy * x - xx * y, soft_px / 255], np.float32
    )


@dataclass(frozen=True, slots=True)
class Extent:
    """Where most of a flame lies: `centre` and `half` sizes in units, along axes turned by `turn_deg`."""

    centre: tuple[float, float]
    half: tuple[float, float]
    turn_deg: float


_PLAIN_INKS = np.column_stack([np.arange(256), np.arange(256) ** 2 >> 8, np.zeros(256), np.ones(256)]).astype(np.uint32)


def survey(packed: Packed, seed: int, *, upright: bool) -> Extent | None:
    """Return where a flame lies, None for one that is a dot, a line or all over the place.

    The axes are turned so that the longer side lies flat, or stands with `upright`.
    """
    scale = _SURVEY_SIDE / _SURVEY_SPAN
    camera = np.array([scale, 0, 0, scale, _SURVEY_SIDE / 2, _SURVEY_SIDE / 2, 0.5 / 255], np.float32)
    cells = play(
        packed, [seed], _ROUNDS, camera=camera, inks=_PLAIN_INKS, shape=(_SURVEY_SIDE, _SURVEY_SIDE), threads=1
    )[..., 3].astype(np.float64)
    if cells.sum() < 0.6 * _ROUNDS * SWARM:
        return None
    lit = cells[cells > 0]
    # Area, more than mass, decides what belongs into the frame: a bright core must not push its veils out of it.
    mass = np.minimum(cells, np.quantile(lit, 0.6)) ** 0.7
    if np.count_nonzero(cells) < 160:
        return None
    rows, columns = np.nonzero(mass)
    weight = mass[rows, columns] / mass.sum()
    x, y = (columns + 0.5) / scale - _SURVEY_SPAN / 2, (rows + 0.5) / scale - _SURVEY_SPAN / 2
    spread = np.cov(np.stack([x, y]), aweights=weight)
    turn = -0.5 * math.atan2(2 * spread[0, 1], spread[0, 0] - spread[1, 1]) + (math.pi / 2 if upright else 0.0)
    u, v = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
    u0, u1 = _quantiles(u, weight)
    v0, v1 = _quantiles(v, weight)
    if min(u1 - u0, v1 - v0) < 0.06:
        return None
    mid_u, mid_v = (u0 + u1) / 2, (v0 + v1) / 2
    centre = (mid_u * math.cos(turn) + mid_v * math.sin(turn), -mid_u * math.sin(turn) + mid_v * math.cos(turn))
    return Extent(centre, ((u1 - u0) / 2, (v1 - v0) / 2), math.degrees(turn))


def _quantiles(values: Array, weight: Array) -> tuple[float, float]:
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weight[order])
    low, high = np.searchsorted(share, (0.03, 0.97))
    return float(values[order[low]]), float(values[order[min(high, len(order) - 1)]])


@dataclass(frozen=True, slots=True)
class Pilot:
    """A small picture of a framed flame: `density` as `Tone` means it, `hue` the mean colour coordinate, 0-1."""

    density: Array
    hue: Array
    inside: float


def pilot(packed: Packed, flame: Flame, aspect: float, seed: int, rows: int = PILOT_ROWS) -> Pilot:
    """Return a small picture of a flame, `rows` high, with as many points a pixel for any number of rows."""
    columns = round(rows * aspect)
    rounds = 2 * _ROUNDS * rows * rows // PILOT_ROWS**2
    camera = camera_of(flame, rows, (columns / 2, rows / 2), 0.8)
    cells = play(packed, [seed], rounds, camera=camera, inks=_PLAIN_INKS, shape=(rows, columns), threads=1)
    count = cells[..., 3].astype(np.float64)
    points = rounds * SWARM
    hue = cells[..., 0] / np.maximum(count, 1) / 255
    return Pilot(count / points * (rows * flame.zoom) ** 2, hue, float(count.sum()) / points)


def exposed(flame: Flame, seen: Pilot, middle: float) -> Flame:
    """Return the flame with the brightness at which the middle of its lit part has the alpha `middle`."""
    dense = _blurred(seen.density, 0.8)
    floor = 0.02 * float(np.quantile(dense, 0.995))
    lit = dense[dense > floor]
    level = float(np.quantile(lit, 0.55)) if lit.size else 1.0
    brightness = middle**flame.tone.gamma / (UNIT_BRIGHTNESS * math.log1p(level))
    # The densest places may reach white, not a plateau of it.
    peak = float(np.quantile(dense, 0.99))
    most = 1.25**flame.tone.gamma / (UNIT_BRIGHTNESS * math.log1p(peak))
    return replace(flame, tone=replace(flame.tone, brightness=min(brightness, most)))


def alpha_of(flame: Flame, seen: Pilot) -> Array:
    """Return how opaque each place of a small picture will be, before it is cut at 1."""
    light = UNIT_BRIGHTNESS * flame.tone.brightness * np.log1p(_blurred(seen.density, 0.5))
    return np.asarray(light ** (1 / flame.tone.gamma))


def merit(alpha: Array, seen: Pilot) -> float:
    """Return how fit for a wall a framed flame is, higher is better: filled, but not crowded; rich, not a haze."""
    seen_alpha = np.minimum(alpha, 1.2)
    cover = float((seen_alpha > 0.16).mean())
    shares = np.histogram(seen_alpha, 20, (0, 1.2))[0] / seen_alpha.size + 1e-9
    entropy = -float((shares * np.log(shares)).sum()) / math.log(20)
    soft, wide = _blurred(seen_alpha, 1.0), _blurred(seen_alpha, 5.0)
    relief = float(np.abs(soft - wide).mean())
    crispness = relief / (0.1 + float(seen_alpha.mean()))
    masses = float(_blurred(seen_alpha, 9.0).std())
    total = seen.density.sum() + 1e-9
    core = float(np.sort(seen.density.ravel())[-seen.density.size // 100 :].sum() / total)
    glare = float((alpha > 1.02).mean())
    lit = seen_alpha > 0.2
    colours = float(seen.hue[lit].std()) if lit.sum() > 50 else 0.0
    return (
        1.3 * entropy + 4.5 * relief + 1.0 * min(crispness, 0.34) + 1.2 * min(masses, 0.2) + 2.2 * min(colours, 0.25)
        - 3.0 * max(0.0, 0.52 - cover) - 4.0 * max(0.0, 0.36 - cover) - 2.0 * max(0.0, cover - 0.82)
        - 1.6 * max(0.0, core - 0.22) - 3.0 * glare - 1.5 * max(0.0, 0.5 - seen.inside)
    )  # fmt: skip


def finish(alpha: Array) -> float:
    """Return how well drawn a picture of `CLOSER_ROWS` is, about 2.5 for a blur or fluff, 3.9 for crisp forms.

    Fine detail tells from a blur. Gradients that agree with their neighbours (the coherence of the structure tensor;
    Bigun and Granlund, 1987) tell lines and edges from fluff and grain.
    """
    seen_alpha = np.minimum(alpha, 1.2)
    smooth = _blurred(seen_alpha, 0.6)
    keen = float(np.abs(smooth - _blurred(seen_alpha, 2.0)).mean() / (0.1 + seen_alpha.mean()))
    across, down = smooth[1:-1, 2:] - smooth[1:-1, :-2], smooth[2:, 1:-1] - smooth[:-2, 1:-1]
    xx, yy, xy = (_blurred(product, 2.0) for product in (across * across, down * down, across * down))
    strength = xx + yy + 1e-9
    agreed = np.sqrt((xx - yy) ** 2 + 4 * xy * xy) / strength
    coherence = float((np.sqrt(strength) * agreed).sum() / np.sqrt(strength).sum())
    return 8.0 * min(keen, 0.08) + 1.5 * min(keen, 0.14) + 5.0 * min(coherence, 0.66)


def coordinates(alpha: Array, seen: Pilot) -> Array:
    """Return how much of a picture's light has each of the 256 colour coordinates, shares that add up to 1."""
    light = np.where(alpha > 0.1, np.minimum(alpha, 1.0), 0.0).ravel()
    place = np.minimum((seen.hue.ravel() * 255).astype(int), 255)
    return np.asarray(np.bincount(place, light, 256) / max(float(light.sum()), 1e-9))


def _blurred(values: Array, sigma: float) -> Array:
    """Return a Gaussian blur; edges repeat. Plain sums: a matrix product's bytes would depend on BLAS's threads."""
    reach = math.ceil(2.5 * sigma)
    shares = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    shares /= shares.sum()
    for axis in (0, 1):
        padded = np.pad(values, [(reach, reach) if axis == k else (0, 0) for k in (0, 1)], mode="edge")
        length = values.shape[axis]
        values = np.zeros_like(values)
        for k, share in enumerate(shares):
            values += share * (padded[k : k + length] if axis == 0 else padded[:, k : k + length])
    return values
