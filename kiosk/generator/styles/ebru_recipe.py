"""Ebru and suminagashi, but for the pixels: `ebru` draws them. Pure."""

import random
from collections.abc import Mapping

from kiosk.generator.recipe import Effects, Mood, Recipe, Shares, composition_genes, near

_STRUCTURE: dict[str, Shares] = {
    "pattern": {
        "battal": (1.6, 1.2), "gelgit": (1, 1.6), "combed": (1, 1.4), "nonpareil": (0.9, 1.6), "peacock": (0.8, 1.4),
        "nightingale": (1.2, 1.6), "suminagashi": (2.2, 1), "tulip": (1.6, 1), "rosette": (1, 1.2),
    },
    "layout": {"full": (2, 3), "medallion": (1.4, 1), "river": (1.4, 1.2), "shore": (1.4, 1), "corner": (1, 0.8)},
    "colouring": {"masses": (2, 2), "shells": (1.4, 1.2), "scatter": (0.8, 1.4)},
    "drops": {"broad": (2, 1), "mixed": (2, 2), "fine": (0.8, 1.4)},
}  # fmt: skip
_NOUNS = {
    "battal": ("Stone", "Pebbles", "Riverbed", "Marble", "Islands", "Lagoon", "Cells", "Porphyry"),
    "gelgit": ("To and Fro", "Ebb and Flow", "Crossing", "Shuttle", "Currents", "Return", "Tides", "Exchange"),
    "combed": ("Feathers", "Furrows", "Threads", "Plumage", "Strings", "Reeds", "Weft", "Quills"),
    "nonpareil": ("Scales", "Arches", "Nonpareil", "Arcade", "Shingles", "Wings", "Endpaper", "Chevrons"),
    "peacock": ("Peacock", "Bouquet", "Fans", "Plumes", "Court Dance", "Palmettes", "Flourish", "Courtyard"),
    "nightingale": ("Nightingale's Nest", "Curls", "Volutes", "Shells", "Scrolls", "Spirals", "Aviary", "Fiddleheads"),
    "suminagashi": ("Floating Ink", "Rings", "Wood Grain", "Pond", "Still Basin", "Breath", "Tree Rings", "Driftline"),
    "tulip": ("Tulips", "Garden", "Carnations", "Spring", "Flower Bed", "Blossoms", "Posy", "Meadow in Bloom"),
    "rosette": ("Rosettes", "Medallions", "Hatip", "Lanterns", "Constellation", "Seals", "Tiles", "Roundels"),
}


def _genes(mood: Mood, stream: random.Random) -> dict[str, float]:
    return {
        "drops": near(0.1 + 0.85 * mood.onsets, 0.12, stream),
        "fineness": near(0.1 + 0.8 * mood.brightness, 0.14, stream),
        "pull": near(0.1 + 0.8 * mood.energy, 0.14, stream),
        "pitch": near(0.1 + 0.8 * mood.tempo, 0.14, stream),
        "wander": near(0.2 + 0.6 * mood.energy, 0.18, stream),
        "sprinkle": near(0.1 + 0.8 * mood.onsets, 0.2, stream),
        "tone": near(0.3 + 0.5 * mood.brightness, 0.18, stream),
        "grain": stream.random(),
        "turn": stream.random(),
        **composition_genes(stream),
    }


def _subject(look: Mapping[str, str]) -> str:
    pattern = look.get("pattern", "battal")
    if pattern == "suminagashi":
        return "suminagashi, rings of floating ink"
    return f"ebru paper, {pattern} pattern, {look.get('drops', 'mixed')} drops"


RECIPE = Recipe(
    name="ebru",
    structure=_STRUCTURE,
    genes=_genes,
    named_by="pattern",
    nouns=_NOUNS,
    subject=_subject,
    effects=Effects(
        energy="strength of colour and how far the ink is drawn",
        brightness="lightness and fineness of the drops",
        onsets="number of drops",
        tempo="pitch of the combs",
    ),
)
