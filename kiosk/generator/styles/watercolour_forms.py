"""Compositions of washes that show no place: strokes side by side, plots, circles."""

import numpy as np

from kiosk.generator.styles.watercolour_view import TAU, View


def column(view: View) -> None:
    """Trunks or falls of water: broad and pale behind, narrow and dark in front, some running out in drips."""
    rng, brush = view.rng, view.brush
    count = 10 + int(14 * view.gene("count"))
    for _ in range(3):
        x, y = rng.uniform((0, 0), (view.aspect, 1))
        view.breath(x, y, rng.uniform(0.3, 0.7), rng.uniform(0.15, 0.3), view.pick(x / view.aspect, y), 0.22)
    lean = rng.normal(0, 0.05)
    for k in range(count):
        near = (k + 0.5) / count
        t = (k * 0.618034 + view.gene("focus_x")) % 1.0
        half = (0.105 - 0.085 * near**0.7) * rng.uniform(0.7, 1.4) * (1.2 - 0.4 * view.gene("rhythm"))
        top = rng.uniform(-0.5, -0.12)
        low = rng.uniform(0.5, 1.25)
        x = (0.03 + 0.94 * t) * view.aspect
        pigment = 6 if near > 0.6 and rng.random() < 0.1 else view.pick(t, rng.random())
        pigment = view.petal(pigment)
        turn = np.pi / 2 + lean + rng.normal(0, 0.03)
        tone = (0.20 + 0.65 * near * rng.uniform(0.5, 1.1)) * (0.55 if view.is_dark else 1.0)
        brush.blob(
            x,
            (top + low) / 2,
            0.56 * (low - top),
            half,
            turn,
            pigment,
            tone,
            taper=rng.uniform(-0.4, 0.4),
            flow=rng.uniform(-0.6, 0.8),
            rough=0.8,
            dry=0.5 * view.gene("dryness"),
            wet=rng.choice((0.1, 0.4, 0.6)),
            reserve=0.86 + 0.10 * near,
        )
        for _ in range(int(rng.integers(0, 2 + int(3 * view.gene("strength"))))):
            run = rng.uniform(0.06, 0.26)
            at = x + rng.uniform(-0.6, 0.6) * half
            brush.blob(
                at,
                low - 0.02 + 0.4 * run,
                0.55 * run,
                rng.uniform(0.003, 0.007),
                np.pi / 2,
                pigment,
                tone + 0.1,
                taper=0.5,
                rough=0.3,
                wet=0.0,
            )


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


def ring(view: View) -> None:
    """Circles drawn in one stroke with a loaded brush, one of them the main one, others crossing it or far off."""
    rng, brush = view.rng, view.brush
    count = 3 + int(5 * view.gene("count"))
    for _ in range(3):
        x, y = rng.uniform((0, 0), (view.aspect, 1))
        view.breath(x, y, rng.uniform(0.4, 0.9), rng.uniform(0.2, 0.35), view.pick(x / view.aspect, y), 0.18)
    x, y = view.focus(0.30)
    main = rng.uniform(0.28, 0.40)
    places = [(x, y, main)]
    for k in range(1, count):
        turn = TAU * (k * 0.381966 + view.gene("angle"))
        radius = main * rng.uniform(0.18, 0.75) * (1.0 if k < 3 else 0.6)
        far = (main + radius) * (rng.uniform(0.62, 0.95) if k < 3 else rng.uniform(1.15, 1.7))
        places.append((x + far * np.cos(turn) * 1.15, y + far * np.sin(turn), radius))
    for k, (at_x, at_y, radius) in enumerate(places):
        pigment = view.petal(view.pick(at_x / view.aspect, rng.random()))
        inner = rng.uniform(0.62, 0.86) * radius
        if k % 2 == 0:
            fill = view.petal(view.pick(rng.random(), at_y))
            brush.blob(at_x, at_y, inner, inner, rng.uniform(0, TAU), fill, rng.uniform(0.05, 0.3), flow=0.7, rough=0.3)
        for _ in range(2):
            half = radius * rng.uniform(0.04, 0.13)
            turn, gap = rng.uniform(0, TAU), rng.uniform(0.0, 0.14)
            size = radius * rng.uniform(0.90, 1.12)
            brush.ring(at_x, at_y, size, half, turn, gap, pigment, rng.uniform(0.25, 0.7))
