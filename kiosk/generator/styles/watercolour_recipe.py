"""Watercolour washes, but for the pixels: `watercolour` draws them. Pure."""

import random
from collections.abc import Mapping

from kiosk.generator.recipe import Effects, Mood, Recipe, Shares, composition_genes, near

_STRUCTURE: dict[str, Shares] = {
    "composition": {
        "strata": (2.2, 1.4), "orb": (1.1, 0.8), "drift": (1.4, 1.6), "bloom": (1.6, 1.6), "archipelago": (1, 1.4),
        "firs": (1.4, 1.3), "quilt": (0.8, 1), "bough": (1.3, 1.4), "birches": (1, 0.9), "reeds": (1.2, 1),
    },
    "edges": {"mixed": (2, 2), "crisp": (1, 1.8), "wet": (1.8, 0.8)},
    "colouring": {"gradient": (2, 1.2), "zones": (1.4, 2), "tonal": (1.2, 0.6)},
    "spatter": {"none": (2, 0.8), "flick": (1, 2), "drops": (1, 1.2)},
}  # fmt: skip
_NOUNS = {
    "strata": ("Ridges", "Morning Mist", "Far Hills", "Horizon", "Fells", "Weather Front", "Valley", "Foothills"),
    "orb": ("Moonrise", "Low Sun", "Eclipse", "Planet", "Lantern", "Harvest Moon", "Sundown", "Pearl"),
    "drift": ("Clouds", "Drift", "Passing Rain", "Murmuration", "Plume", "Weather", "Migration", "Breath"),
    "bloom": ("Peonies", "Anemones", "Blossom", "Garden", "Poppies", "Hellebores", "Bouquet", "Irises"),
    "archipelago": ("Archipelago", "Skerries", "Islands", "Lagoon", "Atoll", "Sound", "Shoals", "Outer Isles"),
    "firs": ("Firs", "Pines in Mist", "Timberline", "The Pass", "High Forest", "Winter Wood", "Hollow", "Spruces"),
    "quilt": ("Fields", "Quilt", "Windows", "Rooftops", "Orchard Plan", "Harbour", "Allotments", "Mosaic"),
    "bough": ("Plum Branch", "Cherry Bough", "Apple Blossom", "Hanami", "Almond", "Magnolia", "Spray", "Quince"),
    "birches": ("Birches", "Birch Wood", "Clearing", "Copse", "Aspens", "First Frost", "Grove", "Wood's Edge"),
    "reeds": ("Reeds", "Still Water", "Fen", "Backwater", "Bulrushes", "Marsh", "Mere", "Water's Edge"),
}


def _genes(mood: Mood, stream: random.Random) -> dict[str, float]:
    return {
        "count": near(0.1 + 0.85 * mood.onsets, 0.12, stream),
        "strength": near(0.15 + 0.7 * mood.energy, 0.14, stream),
        "roughness": near(0.1 + 0.8 * mood.energy, 0.14, stream),
        "paleness": near(0.1 + 0.8 * mood.brightness, 0.14, stream),
        "fineness": near(0.1 + 0.8 * mood.brightness, 0.16, stream),
        "rhythm": near(0.1 + 0.8 * mood.tempo, 0.14, stream),
        "spatter": near(0.1 + 0.8 * mood.onsets, 0.2, stream),
        "backruns": near(0.6 - 0.3 * mood.tempo, 0.22, stream),
        "rim": stream.random(),
        "granulation": stream.random(),
        "dryness": near(0.2 + 0.5 * mood.energy, 0.2, stream),
        **composition_genes(stream),
    }


def _subject(look: Mapping[str, str]) -> str:
    edges = {"mixed": "washes", "crisp": "crisp-edged washes", "wet": "wet-in-wet washes"}
    return f"watercolour, {edges.get(look.get('edges', 'mixed'), 'washes')}, {look.get('composition', 'strata')}"


RECIPE = Recipe(
    name="watercolour",
    structure=_STRUCTURE,
    genes=_genes,
    named_by="composition",
    nouns=_NOUNS,
    subject=_subject,
    effects=Effects(
        energy="strength of the pigment and roughness of the edges",
        brightness="lightness and fineness of the washes",
        onsets="number of washes and drops",
        tempo="rhythm of the forms",
    ),
    light=1.7,
)
