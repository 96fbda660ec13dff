"""From a genome to a flame: several draws of its family, each framed and exposed on a pilot, and the best kept."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kiosk.domain.errors import BadGenome
from kiosk.generator.color import linear_to_srgb, map_to_gamut, oklab_to_linear
from kiosk.generator.genome import Genome
from kiosk.generator.palette import RAMP_SIZE, WEAVE_ROWS, build_palette
from kiosk.generator.styles.flame_camera import Extent, alpha_of, exposed, merit, pilot, survey
from kiosk.generator.styles.flame_families import ORDERS, draw_body
from kiosk.generator.styles.flame_model import PALETTE_SIZE, Colour, Flame, Tone
from kiosk.generator.styles.flame_pack import pack

VIEWS = ("whole", "close", "thirds", "across")
COLOURINGS = ("deep", "even", "accent")
_FRAMED = 14  # draws are compared
_DRAWS = 200  # are made at most: some are a dot, or run away


def compose_flame(genome: Genome, aspect: float) -> Flame:
    """Return the flame of a genome for a picture `aspect` times as wide as high.

    Raises `BadGenome` for a structure word that is not known.
    """
    rng = np.random.default_rng(genome.stream_seed("flame"))
    palette, background, is_dark = _colours(genome)
    tone = Tone(
        gamma=(2.9 - 0.7 * genome.palette.contrast) if is_dark else 2.0,
        vibrancy=1.0,
        highlight_power=1.0 if is_dark else -1.0,
    )
    middle = (0.50 + 0.16 * genome.gene("glow")) if is_dark else 0.52
    seed = genome.stream_seed("pilot") >> 1
    best: tuple[float, Flame] | None = None
    framed = 0
    for _ in range(_DRAWS):
        xforms, final = draw_body(genome, rng)
        flame = Flame(xforms, final, (0.0, 0.0), 1.0, 0.0, palette, background, tone)
        packed = pack(flame)
        extent = survey(packed, seed, upright=aspect < 1)
        if extent is None:
            continue
        flame = _framed(flame, extent, genome, aspect)
        seen = pilot(packed, flame, aspect, seed)
        flame = exposed(flame, seen, middle)
        worth = merit(alpha_of(flame, seen), seen)
        framed += 1
        if best is None or worth > best[0]:
            best = (worth, flame)
        if framed == _FRAMED:
            break
    if best is None:
        raise BadGenome("None of its flames stays in one place.", hint="Try another seed.")
    return best[1]


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
            shift_x, shift_y = math.copysign(0.16 * aspect / zoom / half_x, away_x), 0.3 * away_y
        case _:
            zoom, shift_x, shift_y = math.sqrt(whole * fill) * 1.15, 0.2 * away_x, 0.2 * away_y
    turn_deg = extent.turn_deg
    if genome.choice("order", ORDERS) != "none":
        # An axis dead in the middle is stiff, and leaves half the waves that `distance` looks at to chance.
        turn_deg += math.copysign(4 + 8 * abs(away_y), away_x)
        shift_x += math.copysign(0.14, away_x)
        shift_y += math.copysign(0.10, away_y)
    turn = math.radians(turn_deg)
    u, v = shift_x * half_x, shift_y * half_y
    centre = (
        extent.centre[0] + u * math.cos(turn) + v * math.sin(turn),
        extent.centre[1] - u * math.sin(turn) + v * math.cos(turn),
    )
    return replace(flame, centre=centre, zoom=zoom, rotate_deg=turn_deg)


def _colours(genome: Genome) -> tuple[tuple[Colour, ...], Colour, bool]:
    """Return the palette along the colour coordinate, the ground, and whether the ground is dark."""
    colours = build_palette(genome.palette)
    t = np.linspace(0, 1, PALETTE_SIZE)
    rng = np.random.default_rng(genome.stream_seed("palette"))
    phase = rng.uniform(0, 2 * np.pi)
    wave = 0.5 + 0.5 * np.sin(2 * np.pi * t * (1.0 + 1.2 * genome.gene("mix")) + phase)
    low, high = (0.50, 0.82) if colours.is_dark else (0.10, 0.46)
    column = low + (high - low) * wave
    match genome.choice("colouring", COLOURINGS):
        case "deep":
            row = 0.8 * _smooth((t - 0.5) / 0.4)
        case "even":
            row = _smooth(t)
        case _:
            row = _smooth((t - 0.55) / 0.25)
    lab = _woven(colours.weave, row, column)
    return _bytes(lab), _bytes(colours.ground[None])[0], colours.is_dark


def _smooth(t: NDArray[np.float64]) -> NDArray[np.float64]:
    held = np.clip(t, 0, 1)
    return np.asarray(held * held * (3 - 2 * held))


def _woven(weave: NDArray[np.float64], row: NDArray[np.float64], column: NDArray[np.float64]) -> NDArray[np.float64]:
    at = row * (WEAVE_ROWS - 1)
    first = np.minimum(at.astype(int), WEAVE_ROWS - 2)
    part = (at - first)[:, None]
    across = (column * (RAMP_SIZE - 1)).round().astype(int)
    return map_to_gamut(weave[first, across] * (1 - part) + weave[first + 1, across] * part)


def _bytes(lab: NDArray[np.float64]) -> tuple[Colour, ...]:
    encoded = np.round(linear_to_srgb(np.clip(oklab_to_linear(lab), 0, 1)) * 255).astype(int)
    return tuple((int(r), int(g), int(b)) for r, g, b in encoded)
