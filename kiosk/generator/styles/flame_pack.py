"""A flame laid out in arrays for the kernels, with what flam3 works out before the first point. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.styles.flame_catalogue import FIRST_WIDE, MAX_PARAMETERS, NUMBER_OF, PRE_BLUR, Variation
from kiosk.generator.styles.flame_model import IDENTITY, Flame, Matrix, Xform

_EPSILON = 1e-10
TURN_COLUMNS = 15  # coefs, post, colour, speed, share seen
HAS_POST, FIRST_TERM, END_TERM = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Packed:
    """`turns` (n, 15) float32 and `marks` (n, 3) int64: one row a transform, the final one last if `has_final`.

    `limits` (m + 1,) float64: where each drawn transform's share of the points begins and ends. `kinds` (t,) int64
    and `terms` (t, 9) float32: the variations, weight and parameters. `chains` (m + 1, m) float64: how likely each
    transform is to come next, added up, after each of them and, in the last row, at the start. `final_share` is that of
    the points which the final transform moves. A flame that `is_wide` is beyond the game our own flames are played by.
    """

    turns: NDArray[np.float32]
    marks: NDArray[np.int64]
    limits: NDArray[np.float64]
    kinds: NDArray[np.int64]
    terms: NDArray[np.float32]
    has_final: bool
    chains: NDArray[np.float64]
    final_share: float
    is_wide: bool


def pack(flame: Flame) -> Packed:
    """Return the arrays of a flame."""
    drawn = flame.xforms
    rows = [*drawn, flame.final] if flame.final is not None else [*drawn]
    weights = np.array([xform.weight for xform in drawn])
    turns = np.array([_turn(xform) for xform in rows], np.float32)
    marks: list[tuple[int, int, int]] = []
    kinds: list[int] = []
    terms: list[tuple[float, ...]] = []
    for xform in rows:
        first = len(kinds)
        for variation in sorted(xform.variations, key=_later):
            kinds.append(NUMBER_OF[variation.name])
            terms.append((variation.weight, *_filled(_prepared(variation, xform.coefs))))
        marks.append((int(xform.post != IDENTITY), first, len(kinds)))
    return Packed(
        turns=turns,
        marks=np.array(marks, np.int64),
        limits=np.concatenate([[0.0], np.cumsum(weights) / weights.sum()]),
        kinds=np.array(kinds, np.int64),
        terms=np.array(terms, np.float32).reshape(-1, 1 + MAX_PARAMETERS),
        has_final=flame.final is not None,
        chains=_chains(drawn),
        final_share=1.0 if flame.final is None else flame.final.opacity,
        is_wide=(
            any(kind >= FIRST_WIDE for kind in kinds)
            or any(xform.chaos for xform in drawn)
            or (flame.final is not None and flame.final.opacity < 1)
        ),
    )


def _later(variation: Variation) -> bool:
    return NUMBER_OF[variation.name] != PRE_BLUR


def _chains(drawn: Sequence[Xform]) -> NDArray[np.float64]:
    shares = np.array([[*(xform.chaos or [1.0] * len(drawn))] for xform in drawn] + [[1.0] * len(drawn)])
    added = np.cumsum(shares * [xform.weight for xform in drawn], axis=1)
    return np.asarray(added / added[:, -1:])


def _turn(xform: Xform) -> tuple[float, ...]:
    seen = 0.0 if xform.opacity <= 0 else 10.0 ** math.log2(min(xform.opacity, 1.0))
    return (*xform.coefs, *xform.post, xform.colour, xform.speed, seen)


def _filled(values: Sequence[float]) -> tuple[float, ...]:
    return (*values, *[0.0] * MAX_PARAMETERS)[:MAX_PARAMETERS]


def _prepared(variation: Variation, coefs: Matrix) -> Sequence[float]:
    """Return the numbers the kernel takes for a variation with these parameters, in a transform with `coefs`."""
    _, _, across, down, x, y = coefs
    p = variation.parameters
    prepared = p
    match variation.name:
        case "waves":
            prepared = (across, 1 / (x * x + _EPSILON), down, 1 / (y * y + _EPSILON))
        case "popcorn":
            prepared = (x, y)
        case "rings":
            prepared = (x * x + _EPSILON,)
        case "rings2":
            prepared = (p[0] * p[0] + _EPSILON,)
        case "fan":
            prepared = (math.pi * (x * x + _EPSILON), y)
        case "fan2":
            prepared = (math.pi * (p[0] * p[0] + _EPSILON), p[1])
        case "perspective":
            angle = p[0] * math.pi / 2
            prepared = (math.sin(angle), p[1], p[1] * math.cos(angle))
        case "julian" | "juliascope":
            prepared = (p[0] or 1.0, p[1] / (p[0] or 1.0) / 2)
        case "ngon":
            prepared = (2 * math.pi / (p[0] or 1.0), p[1] / 2, p[2], p[3])
        case "radial_blur":
            prepared = (math.sin(p[0] * math.pi / 2), math.cos(p[0] * math.pi / 2))
        case "escher":
            prepared = (0.5 * (1 + math.cos(p[0])), 0.5 * math.sin(p[0]))
        case "bipolar":
            prepared = (-math.pi / 2 * p[0],)
        case "super_shape":
            prepared = (min(max(p[0], 0.0), 1.0), *p[1:])
        case "disc2":
            prepared = (p[0], *_twist(p[1]))
    return prepared


def _twist(angle: float) -> tuple[float, float]:
    across, along = math.cos(angle) - 1, math.sin(angle)
    if abs(angle) <= 2 * math.pi:
        return across, along
    grow = 1 + angle - math.copysign(2 * math.pi, angle)
    return across * grow, along * grow
