"""The colours of a composed flame: its palette along the colour coordinate, and the ground behind it. Pure."""

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.color import linear_to_srgb, map_to_gamut, oklab_to_linear
from kiosk.generator.genome import Genome
from kiosk.generator.palette import RAMP_SIZE, WEAVE_ROWS, Palette
from kiosk.generator.styles.flame_model import PALETTE_SIZE, Colour

Array = NDArray[np.float64]
COLOURINGS = ("deep", "even", "accent")
_EVENNESS = 0.55  # how far coordinates are spread over the palette by the area they take
_NIGHT = (0.70, 0.85)  # of a coloured dark ground's lightness and chroma: light shows on it as on black


def flame_palette(genome: Genome, colours: Palette, lit: Array) -> tuple[Colour, ...]:
    """Return the palette for a flame whose light has the coordinates `lit`, (256,) shares of it in rising order.

    Coordinates with much light take more of the palette's length: a flame whose points keep to a few coordinates
    has as many colours as one that uses all.
    """
    plain = np.linspace(0, 1, PALETTE_SIZE)
    share = np.cumsum(lit) - 0.5 * lit
    t = (1 - _EVENNESS) * plain + _EVENNESS * share
    rng = np.random.default_rng(genome.stream_seed("palette"))
    phase = rng.uniform(0, 2 * np.pi)
    wave = 0.5 + 0.5 * np.sin(2 * np.pi * t * (1.0 + 1.2 * genome.gene("mix")) + phase)
    low, high = (0.52, 0.88) if colours.is_dark else (0.10, 0.46)
    column = low + (high - low) * wave
    match genome.choice("colouring", COLOURINGS):
        case "deep":
            row = 0.8 * _smooth((t - 0.5) / 0.4)
        case "even":
            row = _smooth(t)
        case _:
            row = _smooth((t - 0.55) / 0.25)
    return _bytes(_woven(colours.weave, row, column))


def flame_ground(genome: Genome, colours: Palette) -> Colour:
    """Return the ground: the palette's, a coloured dark one deepened."""
    lightness, chroma = _NIGHT if genome.palette.ground == "deep" else (1.0, 1.0)
    return _bytes(map_to_gamut(colours.ground * np.array([lightness, chroma, chroma]))[None])[0]


def _smooth(t: Array) -> Array:
    held = np.clip(t, 0, 1)
    return np.asarray(held * held * (3 - 2 * held))


def _woven(weave: Array, row: Array, column: Array) -> Array:
    at = row * (WEAVE_ROWS - 1)
    first = np.minimum(at.astype(int), WEAVE_ROWS - 2)
    part = (at - first)[:, None]
    across = (column * (RAMP_SIZE - 1)).round().astype(int)
    return map_to_gamut(weave[first, across] * (1 - part) + weave[first + 1, across] * part)


def _bytes(lab: Array) -> tuple[Colour, ...]:
    encoded = np.round(linear_to_srgb(np.clip(oklab_to_linear(lab), 0, 1)) * 255).astype(int)
    return tuple((int(r), int(g), int(b)) for r, g, b in encoded)
