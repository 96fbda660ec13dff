"""Firs in mist, rank behind rank, and a bough in blossom before the moon."""

import numpy as np

from kiosk.generator.styles.watercolour_box import ROLE_OF
from kiosk.generator.styles.watercolour_paint import CLEAR
from kiosk.generator.styles.watercolour_view import TAU, View

_LEAST_TWIG = 0.0021  # half the thickness a limb ends at, frame heights
_MOST_FLOWERS = 56


def firs(view: View) -> None:
    """Ranks of firs on slopes that fall to a clearing, far ones small and pale, mist between and a low sun behind."""
    rng, brush = view.rng, view.brush
    clearing = view.aspect * (0.2 + 0.6 * view.gene("focus_x"))
    skyline = 0.34 + 0.18 * view.gene("focus_y")
    glow = view.pick(rng.random(), 0.3)
    if view.is_dark:
        brush.blob(clearing, skyline, 0.8 * view.aspect, 0.42, rng.normal(0, 0.1), glow, CLEAR, wet=0.95, reserve=0.8)
    view.breath(clearing, skyline, 0.7 * view.aspect, 0.26, glow, 0.3)
    view.breath(rng.uniform(0, view.aspect), 0.3 * skyline, 0.7, 0.15, view.pick(0.4, 0.0), 0.3)
    radius = 0.05 + 0.06 * rng.random()
    view.disc(clearing + rng.normal(0, 0.06), max(skyline - rng.uniform(1.2, 2.6) * radius, radius + 0.08), radius)
    ranks = 3 + int(2.5 * view.gene("count"))
    tilt = rng.normal(0, 0.10)
    for rank in range(ranks):
        near = (rank + 0.4) / ranks
        _rank(view, clearing, skyline + (0.94 - skyline) * near**1.3, near, tilt)


def _rank(view: View, clearing: float, foot: float, near: float, tilt: float) -> None:
    """Stand firs along a slope: tall at the sides, low in the clearing."""
    rng, brush = view.rng, view.brush
    pigment = view.shade() if near > 0.55 or (view.is_dark and near > 0.3) else view.pick(near, foot)
    tone = 0.06 + 0.80 * near**1.5
    high = 0.12 + 0.62 * near**1.6
    rise = (0.10 + 0.14 * near) * (0.6 + 0.8 * view.gene("roughness"))
    gap = high * (0.34 - 0.10 * view.gene("rhythm"))
    brush.ridge(foot + 0.02, 0.05, 1.2, 0.10 + 0.14 * near, tilt, pigment, 0.75 * tone)
    x = -rng.uniform(0, gap)
    while x < view.aspect + 0.5 * gap:
        aside = min(abs(x - clearing) / (0.5 * view.aspect), 1.2)
        size = high * (0.45 + 0.65 * aside) * rng.uniform(0.6, 1.15)
        is_open = near > 0.5 and aside < 0.35
        if rng.random() < (0.12 if is_open else 0.9):
            y = foot + 0.04 - rise * aside + (x - clearing) * np.tan(tilt) + rng.normal(0, 0.02)
            half = size * rng.uniform(0.15, 0.24)
            brush.fir(x, y + 0.08 * size, size, half, rng.normal(0, 0.015), pigment, tone * rng.uniform(0.85, 1.1))
        x += gap * rng.uniform(0.4, 1.5)


def bough(view: View) -> None:
    """One bough from the edge of the sheet across a great moon, flowers on its twigs and petals falling."""
    rng = view.rng
    is_left = view.gene("focus_x") < 0.5
    for _ in range(3):
        x, y = rng.uniform((0, 0), (view.aspect, 1))
        view.breath(x, y, rng.uniform(0.4, 0.8), rng.uniform(0.2, 0.3), view.pick(x / view.aspect, y), 0.2)
    radius = rng.uniform(0.13, 0.22) * min(1.0, 0.4 + 0.5 * view.aspect)
    across = rng.uniform(0.52, 0.74)
    moon = view.aspect * (across if is_left else 1 - across), rng.uniform(0.28, 0.6)
    hides_limbs = view.beside(0, 6) != 0  # they would keep off a sun of a clashing hue, and seem behind it
    view.disc(*moon, radius, is_bare=hides_limbs or rng.random() < 0.7)
    twigs: list[tuple[float, float, float]] = []
    foot = (-0.04 if is_left else view.aspect + 0.04), 0.2 + 0.62 * view.gene("focus_y")
    across = rng.uniform(-0.7, 0.9) * radius
    heading = float(np.arctan2(moon[1] + across - foot[1], moon[0] - foot[0]))
    _limb(view, *foot, heading, rng.uniform(0.024, 0.034), twigs)
    sky = view.brush.veiled
    apart = [pigment for pigment in (2, 3, 5, 6) if sky is None or ROLE_OF[pigment] != ROLE_OF[sky]]
    flower = apart[int(rng.integers(len(apart)))]
    is_white = view.genome.palette.ground == "paper" and rng.random() < 0.5
    full = rng.uniform(0.12, 0.5) if view.is_dark else 0.08 if is_white else rng.uniform(0.45, 0.7)
    count = 26 + int((_MOST_FLOWERS - 26) * view.gene("count"))
    for k in rng.permutation(len(twigs))[:count]:
        x, y, half = twigs[k]
        size = rng.uniform(0.030, 0.074)
        away = rng.uniform(0, TAU)
        _blossom(
            view, x + (half + 0.4 * size) * np.cos(away), y + (half + 0.4 * size) * np.sin(away), size, flower, full
        )
    for _ in range(6 + int(14 * view.gene("spatter"))):
        x, y, _ = twigs[int(rng.integers(len(twigs)))]
        size = rng.uniform(0.005, 0.011)
        at_x, at_y = x + rng.normal(0, 0.2), y + rng.uniform(0.05, 0.6)
        view.brush.blob(at_x, at_y, 1.5 * size, size, rng.uniform(0, TAU), flower, rng.uniform(0.2, 0.5), taper=0.4)


def _limb(view: View, x: float, y: float, heading: float, half: float, twigs: list[tuple[float, float, float]]) -> None:
    """Draw a limb in strokes that bend and thin, and the limbs that fork from it; gather where flowers may sit."""
    rng = view.rng
    pigment, reserve = (1, 0.75) if view.is_dark else (0, 0.0)
    bend, tone = heading, rng.uniform(0.8, 0.95)
    while half > _LEAST_TWIG:
        share = 0.4 if half > 0.009 else 1.0  # thick limbs bend in short strokes
        step = share * rng.uniform(0.05, 0.10) * (0.6 + 20 * half) * (0.4 + 0.34 * view.aspect)
        bend += share * (rng.normal(0, 0.34 if share < 1 else 0.24) + 0.25 * np.sin(heading - bend))
        end_x, end_y = x + step * np.cos(bend), y + step * np.sin(bend)
        view.brush.stroke((x + end_x) / 2, (y + end_y) / 2, 0.52 * step, half, bend, pigment, tone, reserve)
        x, y = end_x, end_y
        if half < 0.013:
            twigs.append((x, y, half))
        if rng.random() < 0.55 * share and half > 1.5 * _LEAST_TWIG:
            side = rng.choice((-1, 1))
            _limb(view, x, y, bend + side * rng.uniform(0.45, 0.95), half * rng.uniform(0.35, 0.55), twigs)
        half *= rng.uniform(0.86, 0.955) ** share


def _blossom(view: View, x: float, y: float, size: float, pigment: int, full: float) -> None:
    """Lay five petals round a heart; flowers turn their faces this way and that."""
    rng = view.rng
    start, squash, facing = rng.uniform(0, TAU), rng.uniform(0.55, 1.0), rng.uniform(0, TAU)
    for k in range(5):
        turn = start + TAU * k / 5 + rng.normal(0, 0.1)
        along, across = np.cos(turn), np.sin(turn) * squash
        dx = along * np.cos(facing) - across * np.sin(facing)
        dy = along * np.sin(facing) + across * np.cos(facing)
        reach = 0.52 * size * float(np.hypot(dx, dy))
        view.brush.blob(
            x + 0.52 * size * dx, y + 0.52 * size * dy, reach, 0.40 * size, float(np.arctan2(dy, dx)), pigment,
            full * rng.uniform(0.3, 1.5), taper=0.35, flow=-0.5, rough=0.5, wet=0.1,
        )  # fmt: skip
    view.brush.blob(x, y, 0.16 * size, 0.13 * size, facing, 6, 0.8, rough=0.8, wet=0.2)
