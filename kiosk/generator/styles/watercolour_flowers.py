"""Flowers in watercolour: petals laid wet one over another round a heart, on stems that a rigger brush drew."""

import numpy as np

from kiosk.generator.styles.watercolour_view import TAU, View


def bloom(view: View) -> None:
    """One to five flowers and their buds, soft colour behind them."""
    rng = view.rng
    count = 1 + int(4.5 * view.gene("count"))
    size = 0.52 * min(1.0, 0.25 + 0.75 * view.aspect) / (1 + 0.20 * (count - 1))
    first = view.petal(view.pick(rng.random(), rng.random()))
    others = [view.petal(view.pick(rng.random(), rng.random())) for _ in range(count - 1)]
    pigments = [first, *(view.petal(view.beside(other, first)) for other in others)]
    for k in range(4):
        x, y = rng.uniform((0.1 * view.aspect, 0.1), (0.9 * view.aspect, 0.9))
        pigment = pigments[k % count]
        view.glow(x, y, rng.uniform(0.25, 0.6), rng.uniform(0.12, 0.28), pigment, rng.uniform(0.06, 0.16))
    places = view.scatter(count, 1.35 * size, 0.27)
    for k, (x, y) in enumerate(places):
        y = min(y, 0.58)
        scale = size * (1.0 if k == 0 else rng.uniform(0.5, 0.85))
        _stem(view, x, y + 0.30 * scale, scale, pigments[k])
        _flower(view, x, y, scale, pigments[k])
    for _ in range(8 * max(3 - count, 0)):  # buds, where there is room
        x, y, scale = rng.uniform(0.08, 0.92) * view.aspect, rng.uniform(0.25, 0.75), size * rng.uniform(0.16, 0.32)
        if all(abs(x - a) > 0.62 * size for a, _ in places):
            places.append((x, y))
            _stem(view, x, y + 0.3 * scale, scale, pigments[0])
            _flower(view, x, y, scale, pigments[0])


def _stem(view: View, x: float, y: float, size: float, flower: int) -> None:
    rng, brush = view.rng, view.brush
    lean = rng.normal(0, 0.10)
    length = (1.12 - y) / 2
    turn = np.pi / 2 + lean
    pigment = view.beside(1 if view.is_dark else 0, flower)
    brush.blob(
        x - np.sin(lean) * length,
        y + length,
        length,
        0.005 + 0.009 * size,
        turn,
        pigment,
        0.45,
        rough=0.5,
        flow=0.4,
        wet=0.2,
    )
    for side in (-1, 1):
        if rng.random() < 0.8:
            reach = size * rng.uniform(0.14, 0.28)
            at = turn - np.pi + side * rng.uniform(0.4, 0.9)
            base = y + size * rng.uniform(0.7, 1.0)
            root = x - np.sin(lean) * (base - y)
            brush.blob(
                root + np.cos(at) * reach,
                base + np.sin(at) * reach,
                reach,
                0.24 * reach,
                at,
                pigment,
                rng.uniform(0.25, 0.6),
                taper=-0.6,
                flow=-0.5,
                rough=0.8,
                wet=0.2,
            )


def _flower(view: View, x: float, y: float, size: float, pigment: int) -> None:
    rng, brush = view.rng, view.brush
    petals = int(rng.integers(5, 9)) + (2 if size > 0.34 else 0)
    start = rng.uniform(0, TAU)
    squash = rng.uniform(0.55, 0.95)
    facing = rng.normal(0, 0.5)
    flow = rng.choice((-0.75, -0.4, 0.6))
    for layer, share in enumerate((1.0, 0.78, 0.56, 0.36) if size > 0.34 else (1.0, 0.68, 0.42)):
        for k in rng.permutation(petals - layer):
            turn = start + TAU * (k + 0.5 * layer) / (petals - layer) + rng.normal(0, 0.16)
            reach = 0.5 * size * share * rng.uniform(0.8, 1.15)
            breadth = reach * rng.uniform(0.55, 0.85) * 5.5 / petals
            petal = np.array([np.cos(turn), np.sin(turn) * squash])
            petal = np.array(
                [
                    petal[0] * np.cos(facing) - petal[1] * np.sin(facing),
                    petal[0] * np.sin(facing) + petal[1] * np.cos(facing),
                ]
            )
            at = float(np.arctan2(petal[1], petal[0]))
            length = reach * float(np.hypot(*petal))
            wet = rng.choice((0.0, 0.2, 0.5))
            brush.blob(
                x + petal[0] * reach,
                y + petal[1] * reach,
                length,
                breadth,
                at,
                pigment,
                rng.uniform(0.12, 0.40) + 0.09 * layer,
                taper=0.5,
                flow=flow,
                rough=0.9,
                wet=wet,
            )
            for away in (-0.16, 0.12)[: 2 if layer < 2 else 0]:
                far, vein = length * rng.uniform(0.75, 1.05), at + away + rng.normal(0, 0.06)
                brush.blob(
                    x + far * np.cos(vein), y + far * np.sin(vein), 0.55 * length, 0.0012 + 0.004 * size, vein,
                    pigment, rng.uniform(0.1, 0.4), taper=-0.7, rough=0.4, wet=0.2, reserve=0.0,
                )  # fmt: skip
    brush.blob(x, y, 0.10 * size, 0.09 * size, 0.0, 6, 0.7, rough=0.9, wet=0.7)
    for _ in range(14):
        turn, far = rng.uniform(0, TAU), size * rng.uniform(0.07, 0.22)
        dot = size * rng.uniform(0.004, 0.010)
        brush.blob(
            x + far * np.cos(turn),
            y + far * np.sin(turn) * squash,
            dot,
            dot,
            0.0,
            7 if not view.is_dark else 6,
            0.9,
            wet=0.0,
        )
