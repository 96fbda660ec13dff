"""Woods and waters' edges: trunks of reserved paper, reeds over their images."""

import numpy as np

from kiosk.generator.styles.watercolour_box import DUSK, NIGHT
from kiosk.generator.styles.watercolour_paint import CLEAR
from kiosk.generator.styles.watercolour_view import TAU, View

_GROUND = 0.74  # where the ground begins in a clearing


def birches(view: View) -> None:
    """White trunks left out of a wood of wet colour, their bark drawn with a dry brush."""
    rng, brush = view.rng, view.brush
    wood = view.petal(view.pick(0.3, 0.7))
    if view.is_dark:
        brush.veil(-np.pi / 2 + rng.normal(0, 0.4), NIGHT, 0.9, 0.5)
    else:
        brush.veil(np.pi / 2 + rng.normal(0, 0.4), wood, 0.30, 0.8)
    tone = 0.2 if view.is_dark else 0.10
    hues = (NIGHT, DUSK, DUSK) if view.is_dark else (wood, wood, brush.box_of_paints.friends[wood])
    for _ in range(9):
        x, y = rng.uniform((0, 0), (view.aspect, 1))
        pigment = hues[int(rng.integers(3))]
        size = rng.uniform(0.12, 0.34)
        brush.blob(x, y, 1.4 * size, size, rng.uniform(0, TAU), pigment, tone, wet=1.0, rough=2.0, is_veil=True)
    if view.is_dark:
        for _ in range(3):
            x = rng.uniform(0.1, 0.9) * view.aspect
            view.breath(x, rng.uniform(0.4, 0.8), rng.uniform(0.3, 0.6), 0.24, view.pick(x / view.aspect, 0.5), 0.22)
    close = (view.gene("focus_y") - 0.33) / 0.67  # under 0: a stand across a clearing; up to 1: a few trunks at hand
    width = min(1.0, 0.3 + 0.5 * view.aspect)
    if close < 0:
        _clearing(view, wood)
    count = int((7 + 9 * view.gene("count")) * width * (1.5 if close < 0 else 1.0 - 0.45 * close)) + 1
    size = 0.55 if close < 0 else 0.9 + 1.1 * close
    lean = rng.normal(0, 0.05)
    for k in range(count):
        near = ((k + 0.5) / count) ** 1.5
        x = (0.02 + 0.96 * ((k * 0.618034 + view.gene("focus_x")) % 1.0)) * view.aspect
        half = (0.010 + 0.042 * near) * size * rng.uniform(0.8, 1.25)
        turn = np.pi / 2 + lean + rng.normal(0, 0.035)
        low = _GROUND + 0.03 + 0.3 * near**2 if close < 0 else 0.80 + 0.5 * near
        _trunk(view, x, low, half, turn, near)
    _leaves(view)


def _clearing(view: View, wood: int) -> None:
    """Leave the ground white as after snow, with the blue of shadows across it."""
    rng, brush = view.rng, view.brush
    middle = 0.5 * view.aspect
    brush.blob(middle, _GROUND + 0.45, 3.0, 0.45, rng.normal(0, 0.02), wood, CLEAR, rough=0.25, wet=0.3, reserve=0.96)
    for _ in range(9):
        near = rng.random()
        x, y, length = rng.uniform(0, view.aspect), _GROUND + 0.05 + 0.25 * near, rng.uniform(0.15, 0.6)
        pigment = view.shade() if rng.random() < 0.5 else wood
        brush.blob(x, y, length, 0.006 + 0.03 * near, rng.normal(0, 0.06), pigment, 0.02, wet=0.8, reserve=0.0)


def _leaves(view: View) -> None:
    """Touch in the last leaves, in bunches, high up and on the ground."""
    rng = view.rng
    for _ in range(3 + int(5 * view.gene("count"))):
        x = rng.uniform(0, view.aspect)
        y = rng.choice((0.0, 0.06, 0.14, 0.97))
        pigment = view.pick(x / view.aspect, rng.random()) if rng.random() < 0.7 else 6
        for _ in range(int(rng.integers(4, 13))):
            at_x, at_y = rng.normal((x, y), (0.09, 0.045))
            size = rng.uniform(0.004, 0.013)
            turn = rng.uniform(0, TAU)
            view.brush.blob(at_x, at_y, 1.7 * size, size, turn, pigment, rng.uniform(0.2, 0.8), taper=0.5, rough=0.7)


def _trunk(view: View, x: float, low: float, half: float, turn: float, near: float) -> None:
    rng, brush = view.rng, view.brush
    length = 0.5 * (low + 0.3)
    middle = low - length
    reserve = 0.45 + 0.53 * near**0.6
    brush.blob(x, middle, 1.1 * length, half, turn, 3, CLEAR, taper=0.3, rough=0.35, wet=0.0, reserve=reserve)
    shadow = 0.55 * half
    shade = view.shade()
    brush.blob(x + shadow, middle, length, 0.5 * half, turn, shade, 0.10 * near, rough=0.5, wet=0.5, reserve=0.0)
    if near < 0.1:
        return
    for _ in range(int(5 + 9 * near + 60 * max(half - 0.05, 0.0))):
        along = rng.uniform(-0.95, 0.95) * length
        side = rng.choice((-1, 1))
        reach = half * rng.uniform(0.25, 0.75)
        at_x = x + along * np.cos(turn) + side * (half - 0.8 * reach)
        at_y = middle + along * np.sin(turn)
        flat = rng.normal(0, 0.18)
        thick = half * rng.uniform(0.05, 0.16) + 0.001
        brush.blob(
            at_x, at_y, reach, thick, flat, shade, rng.uniform(0.5, 0.95), rough=0.8, dry=0.6, wet=0.0, reserve=0.0
        )
    for _ in range(int(rng.integers(0, 3))):
        along = rng.uniform(-0.9, 0.0) * length
        side = rng.choice((-1, 1))
        at = -np.pi / 2 + side * rng.uniform(0.5, 1.0)
        foot_x, foot_y = x + along * np.cos(turn) + side * 0.7 * half, middle + along * np.sin(turn)
        _twig(view, foot_x, foot_y, at, 0.0022 + 0.07 * half, shade)


def _twig(view: View, x: float, y: float, at: float, half: float, pigment: int) -> None:
    """Draw a branch in three strokes, each thinner and steeper, the second one forked."""
    rng, brush = view.rng, view.brush
    for k in range(3):
        reach = rng.uniform(0.025, 0.05) * (0.6 + 60 * half)
        thin = half * (1.0, 0.7, 0.45)[k]
        for away in (0.0, rng.choice((-0.7, 0.7)))[: 2 if k == 1 else 1]:
            middle_x, middle_y = x + reach * np.cos(at + away), y + reach * np.sin(at + away)
            brush.blob(
                middle_x, middle_y, 1.15 * reach, thin, at + away, pigment, 0.7,
                taper=-0.5, rough=0.6, wet=0.0, reserve=0.0,
            )  # fmt: skip
        x, y = x + 1.9 * reach * np.cos(at), y + 1.9 * reach * np.sin(at)
        at += 0.35 * np.sin(-np.pi / 2 - at) + rng.normal(0, 0.15)


def reeds(view: View) -> None:
    """Clumps of reeds on still water, their broken images under them, a low sun or moon between."""
    rng, brush = view.rng, view.brush
    water = 0.50 + 0.22 * view.gene("focus_y")
    for _ in range(3):
        x = rng.uniform(0, view.aspect)
        view.breath(x, rng.uniform(0.1, water), rng.uniform(0.4, 0.8), 0.16, view.pick(x / view.aspect, 0.2), 0.2)
    view.breath(0.5 * view.aspect, water, 0.8 * view.aspect, 0.10, view.pick(0.5, 0.6), 0.45 if view.is_dark else 0.25)
    x = view.aspect * (0.2 + 0.6 * view.gene("focus_x"))
    radius = 0.06 + 0.06 * rng.random()
    view.disc(x, max(water - rng.uniform(1.3, 4.0) * radius, 0.10 + radius), radius)
    for _ in range(16):
        near = rng.random()
        line = water + (1.0 - water) * near
        half = 0.002 + 0.006 * near
        at, length = rng.uniform(0, view.aspect), rng.uniform(0.06, 0.28)
        brush.blob(at, line, length, half, 0.0, view.pick(rng.random(), 0.8), 0.2, dry=0.8, rough=0.7, reserve=0.5)
    start = view.gene("angle")
    clumps = 2 + int(3 * view.gene("count"))
    for k in range(clumps):
        centre = (0.06 + 0.88 * ((start + k * 0.618034) % 1.0)) * view.aspect
        for _ in range(5 + int(rng.integers(3, 7 + int(8 * view.gene("count"))))):
            _reed(view, centre + rng.normal(0, 0.07), water + rng.uniform(-0.01, 0.05), 1.0 if k == 0 else 0.7)


def _reed(view: View, x: float, foot: float, scale: float) -> None:
    rng, brush = view.rng, view.brush
    lean = rng.normal(0, 0.10) + 0.12 * (view.gene("light") - 0.5)
    high = scale * rng.uniform(0.22, 0.62)
    half = 0.0016 + 0.003 * rng.random()
    is_lit = view.is_dark and rng.random() < 0.55
    is_shade = not is_lit if view.is_dark else rng.random() < 0.8
    pigment = view.shade() if is_shade else view.pick(x / view.aspect, rng.random())
    if brush.ground is not None:
        pigment = view.beside(pigment, brush.ground)  # or it would be pale on the mist behind it
    reserve = 0.9 if is_lit else 0.0
    tone = rng.uniform(0.45, 1.0)
    top = x + high * np.sin(lean), foot - high * np.cos(lean)
    turn = -np.pi / 2 + lean
    brush.blob(
        (x + top[0]) / 2, (foot + top[1]) / 2, high / 2, half, turn, pigment, tone,
        taper=-0.6, rough=0.5, wet=0.0, reserve=reserve,
    )  # fmt: skip
    if rng.random() < 0.45:
        brush.blob(*top, 0.022 + 0.05 * high, 0.006 + 0.006 * scale, turn, pigment, tone, rough=0.6, reserve=reserve)
    else:
        away = lean + rng.choice((-1, 1)) * rng.uniform(0.15, 0.6)
        reach = 0.5 * high * rng.uniform(0.4, 0.8)
        at = -np.pi / 2 + away
        brush.blob(
            x + reach * np.sin(away), foot - reach * np.cos(away), reach, 2.2 * half, at, pigment, 0.7 * tone,
            taper=-0.5, rough=0.6, wet=0.2, reserve=reserve,
        )  # fmt: skip
    depth = 0.0
    while depth < 0.7 * high:
        piece = rng.uniform(0.015, 0.05)
        sway = rng.normal(0, 0.004)
        line = foot + 0.01 + depth + piece / 2
        brush.blob(
            x + (depth + piece / 2) * np.sin(lean) + sway, line, 0.6 * piece, 1.3 * half, np.pi / 2 - lean, pigment,
            0.45 * tone, rough=0.6, wet=0.3, reserve=0.6 * reserve,
        )  # fmt: skip
        depth += piece * rng.uniform(1.1, 1.7)
