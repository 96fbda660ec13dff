"""A composition of washes that shows no place: plots side by side."""

import numpy as np

from kiosk.generator.styles.watercolour_view import View


def quilt(view: View) -> None:
    """Fields from above: the sheet divided again and again, white hedges left between, a few plots left bare."""
    rng, brush = view.rng, view.brush
    turn = rng.normal(0, 0.12)
    smallest = 0.30 - 0.20 * view.gene("count")
    plots = _plots(rng, (-0.35, -0.35, view.aspect + 0.35, 1.35), smallest)
    bare = rng.uniform(0.04, 0.15)
    for left, top, right, low in plots:
        dx, dy = (left + right - view.aspect) / 2, (top + low - 1) / 2
        x = view.aspect / 2 + dx * np.cos(turn) - dy * np.sin(turn)
        y = 0.5 + dx * np.sin(turn) + dy * np.cos(turn)
        gap = rng.uniform(0.004, 0.010)
        is_small = (right - left) * (low - top) < 0.03
        if rng.random() > bare or not is_small:
            pigment = 6 if rng.random() < 0.08 else view.pick(x / view.aspect, y)
            if view.is_dark and rng.random() < 0.55:
                pigment = view.shade()
            tone = rng.uniform(0.10, 0.65) if rng.random() < 0.75 else 0.95
            brush.box(x, y, (right - left) / 2 - gap, (low - top) / 2 - gap, turn, pigment, tone)


def _plots(
    rng: np.random.Generator, area: tuple[float, float, float, float], smallest: float
) -> list[tuple[float, float, float, float]]:
    left, top, right, low = area
    width, height = right - left, low - top
    longer = max(width, height)
    if longer < smallest * rng.uniform(0.9, 2.2):
        return [area]
    share = rng.uniform(0.28, 0.72)
    if width > height * rng.uniform(0.8, 1.3):
        middle = left + share * width
        return [*_plots(rng, (left, top, middle, low), smallest), *_plots(rng, (middle, top, right, low), smallest)]
    middle = top + share * height
    return [*_plots(rng, (left, top, right, middle), smallest), *_plots(rng, (left, middle, right, low), smallest)]
