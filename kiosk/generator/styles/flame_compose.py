"""From a genome to a flame: several draws of its family, each framed and exposed on a pilot, and the best kept.

The best few are looked at more closely before one is chosen; `flame_colours` gives it its colours.
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kiosk.domain.errors import BadGenome
from kiosk.generator.genome import Genome
from kiosk.generator.palette import build_palette
from kiosk.generator.styles.flame_camera import (
    CLOSER_ROWS,
    Extent,
    alpha_of,
    coordinates,
    exposed,
    finish,
    merit,
    pilot,
    survey,
)
from kiosk.generator.styles.flame_colours import flame_ground, flame_palette
from kiosk.generator.styles.flame_families import ORDERS, draw_body
from kiosk.generator.styles.flame_model import Flame, Tone
from kiosk.generator.styles.flame_pack import Packed, pack

Draw = tuple[float, Flame, Packed]  # with what it is worth
VIEWS = ("whole", "close", "thirds", "across")
_FRAMED, _MOST = 18, 34  # draws are compared: the larger number where none of the others is worth `_FAIR`
_FAIR = 1.2
_CLOSER = 6  # of them, the best, in a larger pilot
_DRAWS = 200  # are made at most: some are a dot, or run away


def compose_flame(genome: Genome, aspect: float) -> Flame:
    """Return the flame of a genome for a picture `aspect` times as wide as high.

    Raises `BadGenome` for a structure word that is not known.
    """
    rng = np.random.default_rng(genome.stream_seed("flame"))
    colours = build_palette(genome.palette)
    is_dark = colours.is_dark
    tone = Tone(
        gamma=(2.9 - 0.7 * genome.palette.contrast) if is_dark else 2.0,
        threshold=0.02,
        vibrancy=1.0,
        highlight_power=1.0 if is_dark else -1.0,
    )
    middle = (0.50 + 0.16 * genome.gene("glow")) if is_dark else 0.52
    seed = genome.stream_seed("pilot") >> 1
    framed: list[Draw] = []
    for _ in range(_DRAWS):
        xforms, final = draw_body(genome, rng)
        flame = Flame(xforms, final, (0.0, 0.0), 1.0, 0.0, (), tone=tone)
        packed = pack(flame)
        extent = survey(packed, seed, upright=aspect < 1)
        if extent is None:
            continue
        flame = _framed(flame, extent, genome, aspect)
        seen = pilot(packed, flame, aspect, seed)
        flame = exposed(flame, seen, middle)
        framed.append((merit(alpha_of(flame, seen), seen), flame, packed))
        if len(framed) == _MOST or (len(framed) >= _FRAMED and max(framed, key=_worth)[0] >= _FAIR):
            break
    if not framed:
        raise BadGenome("None of its flames stays in one place.", hint="Try another seed.")
    framed.sort(key=_worth, reverse=True)
    closer = [_closer(draw, aspect, seed) for draw in framed[:_CLOSER]]
    _, flame, lit = max(closer, key=lambda one: one[0])
    return replace(flame, palette=flame_palette(genome, colours, lit), background=flame_ground(genome, colours))


def _closer(draw: Draw, aspect: float, seed: int) -> tuple[float, Flame, NDArray[np.float64]]:
    """Return a draw's worth with its finish, its flame, and how much light has each colour coordinate."""
    worth, flame, packed = draw
    seen = pilot(packed, flame, aspect, seed, CLOSER_ROWS)
    alpha = alpha_of(flame, seen)
    return worth + finish(alpha), flame, coordinates(alpha, seen)


def _worth(draw: Draw) -> float:
    return draw[0]


def _framed(flame: Flame, extent: Extent, genome: Genome, aspect: float) -> Flame:
    half_x, half_y = extent.half
    whole = min(0.46 / half_y, 0.46 * aspect / half_x)
    fill = max(0.5 / half_y, 0.5 * aspect / half_x)
    away_x, away_y = genome.gene("focus_x") - 0.5, genome.gene("focus_y") - 0.5
    match genome.choice("view", VIEWS):
        case "whole":
            zoom, shift_x, shift_y = whole, 0.0, 0.0
        case "close":
            zoom, shift_x, shift_y = max(1.7 * whole, fill), 0.5 * away_x, 0.5 * away_y
        case "thirds":
            zoom = 1.15 * whole
            shift_x, shift_y = math.copysign(0.12 * aspect / zoom / half_x, away_x), 0.3 * away_y
        case _:
            zoom, shift_x, shift_y = math.sqrt(whole * fill) * 1.15, 0.2 * away_x, 0.2 * away_y
    turn_deg = extent.turn_deg
    if genome.choice("order", ORDERS) != "none":
        # An axis dead in the middle is stiff, and leaves half the waves that `distance` looks at to chance.
        turn_deg += math.copysign(4 + 8 * abs(away_y), away_x)
        if genome.choice("view", VIEWS) != "thirds":  # which is aside already
            shift_x += math.copysign(0.14, away_x)
        shift_y += math.copysign(0.10, away_y)
    turn = math.radians(turn_deg)
    u, v = shift_x * half_x, shift_y * half_y
    centre = (
        extent.centre[0] + u * math.cos(turn) + v * math.sin(turn),
        extent.centre[1] - u * math.sin(turn) + v * math.cos(turn),
    )
    return replace(flame, centre=centre, zoom=zoom, rotate_deg=turn_deg)
