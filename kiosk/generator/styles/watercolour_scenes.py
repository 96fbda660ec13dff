"""Compositions of washes: land, water and sky."""

from collections.abc import Callable

import numpy as np

from kiosk.generator.styles.watercolour_box import NIGHT, ROLE_OF
from kiosk.generator.styles.watercolour_paint import CLEAR, Floats
from kiosk.generator.styles.watercolour_view import TAU, View


def strata(view: View) -> None:
    """Ridge before ridge, paler with distance, mist between them, and often a sun."""
    rng, brush = view.rng, view.brush
    count = 4 + int(5 * view.gene("count"))
    high = 0.24 + 0.30 * view.gene("focus_y")
    view.breath(rng.uniform(0.2, 0.8) * view.aspect, 0.4 * high, 0.9, 0.16, view.pick(0.5, 0.0), 0.14)
    view.breath(rng.uniform(0.2, 0.8) * view.aspect, 0.8 * high, 0.7, 0.10, view.pick(0.8, 0.1), 0.10)
    if view.is_dark:  # the last light, that ridges stand dark against
        x = rng.uniform(0.25, 0.75) * view.aspect
        tilt = rng.normal(0, 0.05)
        glow = view.pick(rng.random(), 0.3)
        brush.blob(x, high + 0.20, 1.1 * view.aspect, 0.40, tilt, glow, CLEAR, wet=0.95, rough=0.7, reserve=0.85)
        brush.blob(x, high + 0.17, 0.8 * view.aspect, 0.22, tilt, glow, 0.26, wet=0.95, rough=0.7)
    if view.gene("focus_x") > 0.3:
        x = view.aspect * (0.15 + 0.7 * view.gene("focus_x"))
        view.disc(x, high * rng.uniform(0.5, 0.9), 0.05 + 0.07 * rng.random())
    turn = rng.normal(0, 0.04)
    rough = view.gene("roughness")
    ys = high + (1.04 - high) * (np.linspace(0, 1, count) ** 1.2)
    before = view.pick(0.5, 0.5)
    for k, y in enumerate(ys):
        near = (k + 0.6) / count
        relief = (0.25 + 0.30 * rough) * rng.uniform(0.5, 1.3) * (1.1 - 0.3 * near)
        pitch = (0.8 + 1.1 * view.gene("rhythm")) * rng.uniform(0.8, 1.2) * (0.8 + 0.6 * near)
        fade = rng.uniform(0.16, 0.36)
        tone = 0.10 + 0.95 * near**1.4
        pigment = view.shade() if near > (0.3 if view.is_dark else 0.75) else view.pick(near, y)
        before = pigment = view.beside(pigment, before) if near > 0.6 else pigment
        brush.ridge(float(y), relief, pitch, fade, turn + rng.normal(0, 0.03), pigment, tone)


def orb(view: View) -> None:
    """A great disc of several glazes over the streaks of a shore."""
    rng, brush = view.rng, view.brush
    radius = rng.uniform(0.15, 0.36) * min(1.0, 0.35 + 0.42 * view.aspect)
    x, y = view.focus(0.26)
    main = view.pick(0.5, 0.5)
    is_pale = view.is_dark or brush.veiled is None or ROLE_OF[main] == ROLE_OF[brush.veiled] or rng.random() < 0.25
    full, glaze, wet = (0.10, 0.08, 0.1) if is_pale else (0.45, 0.3, 0.1)
    if is_pale and not view.is_dark:  # the moon by day is bare paper
        main, full, glaze = 3, CLEAR, -0.04
    else:
        view.breath(x + rng.normal(0, 0.2), y, 2.6 * radius, 1.7 * radius, main, 0.16)
    brush.blob(x, y, radius, radius, rng.uniform(0, TAU), main, full, flow=0.6, rough=0.12, wet=wet, reserve=0.97)
    for _ in range(2 + int(3 * view.gene("count"))):
        share = rng.uniform(0.4, 0.8)
        turn = rng.uniform(0, TAU)
        shift = (1 - share) * radius * 0.9
        at_x, at_y = x + shift * np.cos(turn), y + shift * np.sin(turn)
        size = radius * share
        brush.blob(at_x, at_y, size, size * rng.uniform(0.7, 1), turn, main, glaze, flow=0.5, rough=0.3, wet=wet)
    for _ in range(3):
        at_x, at_y = x + rng.normal(0, 0.7 * radius), y + radius * rng.uniform(-0.5, 0.9)
        cloud = NIGHT if view.is_dark else view.pick(at_x / view.aspect, at_y)
        length, half = radius * rng.uniform(0.8, 1.8), radius * rng.uniform(0.08, 0.18)
        brush.blob(at_x, at_y, length, half, rng.normal(0, 0.05), cloud, 0.16, taper=0.5, wet=1.0, rough=1.5, reserve=0)
    shore = max(y + radius * rng.uniform(0.65, 1.05), 0.62)
    for k in range(2):
        relief, fade = (0.10 + 0.12 * view.gene("roughness")) / (1 + k), 0.10 - 0.02 * k
        brush.ridge(shore - 0.03 * (1 - k), relief, 1.2, fade, 0.0, view.beside(view.shade(), main), 0.3 + 0.45 * k)
    for _ in range(16):
        depth = rng.random()
        line, half = shore + (1.02 - shore) * depth, 0.003 + 0.007 * depth
        length = radius * rng.uniform(0.25, 0.9) * (1.1 - 0.5 * depth)
        at_x = x + rng.normal(0, 0.22 * radius)
        tone = 0.4 * CLEAR if view.is_dark else 0.35
        brush.blob(at_x, line, length, half, 0.0, main, tone, rough=0.7, dry=0.5, wet=0.2)
    count = 5 + int(9 * view.gene("count"))
    for k in range(count):
        depth = (k + rng.random()) / count
        line = shore + (1.04 - shore) * depth
        length = rng.uniform(0.2, 0.8) * (0.4 + view.aspect / 2) * (1.2 - 0.4 * view.gene("rhythm"))
        dry = 0.9 * view.gene("dryness")
        half = rng.uniform(0.008, 0.022) * (1 + 2.2 * depth)
        at_x = x + rng.normal(0, 0.30 * view.aspect)
        brush.blob(at_x, line, length, half, rng.normal(0, 0.02), view.pick(line, depth), 0.2 + 0.5 * depth, dry=dry)


def drift(view: View) -> None:
    """Clouds that travel across the sheet along one bent path, and a flock that follows it."""
    rng, brush = view.rng, view.brush
    turn = (view.gene("angle") - 0.5) * 1.3
    heading = np.array([np.cos(turn), np.sin(turn)])
    normal = np.array([-heading[1], heading[0]])
    middle = np.array([view.aspect / 2, 0.28 + 0.2 * view.gene("focus_y")])
    bend, shift = rng.uniform(-0.2, 0.2), rng.uniform(-0.15, 0.15)

    def centre_of(t: float) -> Floats:
        return np.asarray(middle + heading * t * view.aspect + normal * bend * np.cos(TAU * (t + shift)))

    count = 9 + int(12 * view.gene("count"))
    long = 1.25 - 0.5 * view.gene("rhythm")
    for k in range(count):
        near = (k + 0.5) / count
        t = ((k * 0.618034) % 1.0 - 0.5) * 1.1
        x, y = centre_of(t) + normal * rng.normal(0, 0.14)
        size = (0.24 - 0.18 * near) * rng.uniform(0.7, 1.3)
        length = size * rng.uniform(1.5, 3.0) * (1 + near) * long
        pigment = view.petal(view.pick(t + 0.5, float(y)))
        is_white = not view.is_dark and k % 5 < 3
        tone = CLEAR if is_white else (0.06 + 0.22 * near) * rng.uniform(0.6, 1.2)
        wet = 1.0 if near < 0.6 else rng.choice((0.85, 0.95))
        slant = turn + rng.normal(0, 0.15 + 0.2 * (1 - near))
        reserve = rng.uniform(0.75, 0.95) if is_white else rng.uniform(0.6, 0.8)
        brush.blob(
            float(x), float(y), length, size, slant, pigment, tone,
            flow=rng.uniform(-0.7, 0.7), taper=rng.uniform(-0.7, 0.7), wet=wet, rough=1.3, reserve=reserve,
        )  # fmt: skip
    _flock(view, centre_of)
    low = rng.uniform(0.80, 0.90)
    tilt = rng.normal(0, 0.03)
    for k in range(2):
        near = 0.6 + 0.4 * k
        relief, pitch = 0.10 + 0.16 * view.gene("roughness"), rng.uniform(0.6, 1.4)
        brush.ridge(low + 0.07 * k, relief, pitch, 0.14, tilt, view.shade(), 0.9 * near)


def _flock(view: View, path: Callable[[float], Floats]) -> None:
    """Let birds stream along the path, dense in one place and few far from it: two strokes of a wing each."""
    rng = view.rng
    dense = rng.uniform(-0.28, 0.28)
    shade = view.shade()
    for _ in range(80 + int(70 * view.gene("count"))):
        t = dense + 0.17 * rng.standard_t(3.0)
        x, y = path(t) + rng.normal(0, 0.05 + 0.09 * abs(t - dense), 2)
        size = 0.008 + 0.024 * rng.random() ** 2.5
        is_lit = view.is_dark and rng.random() < 0.5
        pigment = view.petal(view.pick(t + 0.5, float(y))) if is_lit or rng.random() < 0.35 else shade
        bank = rng.normal(0, 0.5)
        tone, reserve = rng.uniform(0.4, 1.0), 0.95 if is_lit else 0.0
        for side in (-1, 1):
            at = bank + side * rng.uniform(0.25, 0.7)
            reach = side * size * rng.uniform(0.7, 1.1)
            tip = float(x + reach * np.cos(at)), float(y - abs(reach) * np.sin(abs(at)))
            slope = float(np.arctan2(tip[1] - y, tip[0] - x))
            view.brush.blob(
                *tip, size, 0.2 * size, slope, pigment, tone, taper=-0.7, rough=0.5, wet=0.0, reserve=reserve
            )


def archipelago(view: View) -> None:
    """Islands before a horizon, far ones small and pale, their images in the water, and open sea to one side."""
    rng, brush = view.rng, view.brush
    horizon = 0.20 + 0.26 * view.gene("focus_y")
    for _ in range(2):
        view.breath(rng.uniform(0, view.aspect), rng.uniform(0, horizon), 0.7, 0.12, view.pick(rng.random(), 0.1), 0.2)
    glow = 0.45 if view.is_dark else 0.3
    view.breath(view.aspect * rng.uniform(0.3, 0.7), horizon, 0.8 * view.aspect, 0.24, view.pick(0.8, 0.3), glow)
    at = view.aspect * (0.84 - 0.68 * view.gene("focus_x"))
    if view.is_dark:
        view.disc(at, horizon * rng.uniform(0.4, 0.8), 0.04 + 0.06 * rng.random())
        _glitter(view, at, horizon)
    else:
        water = view.petal(view.pick(0.5, 0.7))
        water = water if brush.veiled is None else view.beside(water, brush.veiled)
        brush.ridge(horizon, 0.004, 0.6, 0.24, 0.0, water, 0.14)
        is_bare = rng.random() < 0.5
        view.disc(at, horizon * rng.uniform(0.45, 0.8), 0.045 + 0.06 * rng.random(), is_bare=is_bare)
        _streaks(view, horizon)
        _glitter(view, at, horizon)
    count = 5 + int(8 * view.gene("count"))
    crowded = 0.22 + 0.56 * view.gene("focus_x")
    rhythm = 1.2 - 0.4 * view.gene("rhythm")
    for k in range(count):
        near = ((k + rng.uniform(0.2, 0.8)) / count) ** 1.4
        waterline = horizon + 0.012 + (0.86 - horizon) * near
        length = (0.09 + 0.38 * near) * rng.uniform(0.5, 1.5) * rhythm
        high = length * rng.uniform(0.22, 0.5) * (0.7 + 0.6 * view.gene("roughness")) * (1 - 0.4 * near)
        x = view.aspect * (crowded + 0.42 * ((k * 0.618034 % 1.0) * 2 - 1) * (1.2 - 0.5 * near))
        is_main = k == count - 2
        if is_main:
            x = float(np.clip(x, 0.25 * view.aspect, 0.75 * view.aspect))
            length, high = max(1.4 * length, 0.40), max(1.6 * high, 0.14)
        pigment = view.shade() if view.is_dark or is_main or near > 0.55 else view.pick(x / view.aspect, near)
        tone = (0.45 if view.is_dark else 0.28) + 0.75 * near**0.7
        brush.mound(x, waterline, 0.97 * length, 0.6 * high, pigment, 0.3 * tone - 0.08, mirrored=True)
        brush.mound(x, waterline, length, high, pigment, tone)
        if is_main or rng.random() < 0.3:
            _grove(view, x, waterline, length, high, pigment, tone)
        for _ in range(2):
            shift = rng.normal(0, 0.5) * length
            line = waterline + 0.3 * high * rng.random()
            brush.blob(x + shift, line, 0.8 * length, 0.0025 + 0.005 * near, 0.0, pigment, 0.5 * tone, reserve=0.0)


def _grove(view: View, x: float, waterline: float, length: float, high: float, pigment: int, tone: float) -> None:
    """Let a few firs stand together on an island."""
    rng = view.rng
    middle = rng.uniform(-0.5, 0.5)
    for _ in range(3 + int(7 * view.gene("count"))):
        along = middle + rng.normal(0, 0.16)
        crest = high * max(1 - along * along, 0.0)
        tall = (0.03 + 0.16 * length) * rng.uniform(0.5, 1.1)
        foot = waterline - 0.55 * crest * rng.uniform(0.6, 1.0)
        view.brush.fir(x + along * length, foot, tall, 0.17 * tall, rng.normal(0, 0.03), pigment, tone)


def _streaks(view: View, horizon: float) -> None:
    """Draw the swell in long, dry strokes, heavier toward the near shore."""
    rng = view.rng
    for _ in range(14):
        near = rng.random() ** 0.7
        at, line = rng.uniform(0, view.aspect), horizon + 0.03 + (1.0 - horizon) * near
        pigment = view.petal(view.pick(at / view.aspect, 0.8))
        length, half = rng.uniform(0.10, 0.5) * (0.4 + near), 0.002 + 0.010 * near
        view.brush.blob(at, line, length, half, 0.0, pigment, 0.1 + 0.3 * near, dry=0.9, rough=0.8, reserve=0.0)


def _glitter(view: View, x: float, horizon: float) -> None:
    """Break the light on the water under it."""
    for _ in range(30):
        near = view.rng.random() ** 1.3
        half = 0.0018 + 0.0055 * near
        at = x + view.rng.normal(0, 0.02 + 0.06 * near)
        length = view.rng.uniform(0.02, 0.10) * (0.5 + near)
        line = horizon + 0.012 + (1.0 - horizon) * near
        view.brush.blob(at, line, length, half, 0.0, 3, 0.8 * CLEAR, rough=0.6, dry=0.5, wet=0.2)
