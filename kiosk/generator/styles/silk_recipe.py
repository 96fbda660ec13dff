"""Silk, but for the pixels: `silk` draws it. Pure."""

import random
from collections.abc import Mapping

from kiosk.generator.recipe import Effects, Mood, Recipe, Shares, composition_genes, near

_STRUCTURE: dict[str, Shares] = {
    "surface": {
        "satin": (2, 2), "drape": (2, 1.4), "strata": (1.2, 1.8), "dune": (1.6, 1), "swirl": (1, 2), "veil": (1.6, 1),
    },
}  # fmt: skip
_NOUNS = {
    "satin": ("Satin", "Silk", "Folds", "Velvet", "Embrace", "Whisper", "Cloth", "Shimmer", "Still Water"),
    "drape": ("Drapery", "Curtain", "Veils", "Pleats", "Cascade", "Canopy", "Stage Light", "Robes"),
    "strata": ("Agate", "Strata", "Sandstone", "Canyon", "Sediment", "Contours", "Tide Lines", "Geode"),
    "dune": ("Dunes", "Ridge", "Desert Wind", "Sierra", "Crests", "Ravine", "Sand Sea", "High Country"),
    "swirl": ("Vortex", "Nocturne", "Whirl", "Gyre", "Storm Eye", "Rose", "Turning Light", "Spiral"),
    "veil": ("Mist", "Aurora", "Haze", "Nebula", "Northern Light", "Smoke", "Dawn", "Vapour", "Afterglow"),
}


def _genes(mood: Mood, stream: random.Random) -> dict[str, float]:
    return {
        "frequency": near(0.15 + 0.7 * mood.tempo, 0.14, stream),
        "folds": near(mood.onsets, 0.2, stream),
        "warp": near(0.1 + 0.8 * mood.energy, 0.14, stream),
        "relief": near(0.2 + 0.6 * mood.energy, 0.18, stream),
        "detail": near(0.1 + 0.8 * mood.brightness, 0.14, stream),
        "stretch": stream.random(),
        "shot": stream.random(),
        "sheen": near(0.2 + 0.6 * mood.brightness, 0.2, stream),
        "rim": stream.random(),
        "mix": stream.random(),
        "pool": stream.random(),
        **composition_genes(stream),
    }


def _subject(look: Mapping[str, str]) -> str:
    return f"lit {look.get('surface', 'satin')} folds of silk"


RECIPE = Recipe(
    name="silk",
    structure=_STRUCTURE,
    genes=_genes,
    named_by="surface",
    nouns=_NOUNS,
    subject=_subject,
    effects=Effects(
        energy="strength of colour and depth of the folds",
        brightness="lightness and fineness",
        onsets="number of folds",
        tempo="pace of the surface",
    ),
    has_ground=False,
)
