"""The colours of a genome as swatches for people: a few sRGB values in the order of the palette. Pure."""

import numpy as np

from kiosk.generator.color import linear_to_srgb, oklab_to_linear
from kiosk.generator.genome import Genome
from kiosk.generator.palette import build_palette

_SHOWN = (0, 1, 3, 4, 6)  # of the pigments: two of the first hue, one of each other


def swatches_of(genome: Genome) -> tuple[str, ...]:
    """Return the ground and the main pigments as "#rrggbb"."""
    palette = build_palette(genome.palette)
    colours = np.vstack([palette.ground, palette.pigments[list(_SHOWN)]])
    encoded = np.round(255 * np.clip(linear_to_srgb(oklab_to_linear(colours)), 0, 1)).astype(int)
    return tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in encoded)
