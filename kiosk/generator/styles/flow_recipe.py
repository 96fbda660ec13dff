"""Flow ribbons, but for the pixels: `flow` draws them. Pure."""

import random
from collections.abc import Mapping

from kiosk.generator.recipe import Effects, Mood, Recipe, Shares, composition_genes, near

_STRUCTURE: dict[str, Shares] = {
    "field": {
        "drift": (3, 1), "curl": (2, 2), "vortices": (1, 3), "waves": (3, 1), "orbit": (2, 2), "magnet": (1, 2),
        "facets": (0.5, 1.6),
    },
    "layout": {
        "full": (2, 3), "disc": (1.4, 1), "horizon": (1.6, 0.8), "diagonal": (1, 1.2), "islands": (1, 1.2),
        "column": (1, 0.8),
    },
    "widths": {"mixed": (2, 3), "broad": (1.6, 1), "fine": (1.2, 1.2), "even": (1.2, 1)},
    "texture": {
        "flat": (1.5, 2), "satin": (2.4, 1.4), "bristle": (1.6, 1.4), "striped": (0.8, 1.2), "dashed": (0.6, 1),
    },
    "ends": {"round": (1.5, 2), "tapered": (2, 1), "brush": (1, 1.2)},
    "colouring": {"zones": (2, 2), "bearing": (1, 1.4), "gradient": (2, 1), "scatter": (0.4, 0.8)},
    "depth": {"single": (2, 1.6), "double": (1, 1.2)},
    "void_region": {"none": (4, 5), "0": (1, 0.7), "1": (1, 0.7)},
}  # fmt: skip
_NOUNS = {
    "drift": ("Tide", "Current", "Drift", "Estuary", "Meadow", "Grassland", "Passage", "Undertow", "Delta", "Flyway"),
    "curl": ("Eddies", "Backwater", "Marbling", "Reverie", "Whorls", "Counterpoint", "Undercurrent", "Labyrinth"),
    "vortices": ("Whirlpools", "Carousel", "Starfield", "Maelstrom", "Turning", "Orbits", "Galaxies", "Waltz"),
    "waves": ("Swell", "Waves", "Undulation", "Dunes", "Lullaby", "Long Wave", "Seabed", "Sails", "Ripples"),
    "orbit": ("Spiral", "Nautilus", "Orbit", "Amphitheatre", "Rosette", "Centre", "Gyre", "Halo", "Bloom"),
    "magnet": ("Attraction", "Poles", "Fountain", "Two Springs", "Magnetism", "Palms", "Encounter", "Dialogue"),
    "facets": ("Crystal", "Terraces", "Circuit", "City Plan", "Fault Lines", "Quartz", "Crossings", "Avenues"),
}


def _genes(mood: Mood, stream: random.Random) -> dict[str, float]:
    return {
        "frequency": near(0.15 + 0.7 * mood.tempo, 0.14, stream),
        "length": near(1 - 0.85 * mood.tempo, 0.14, stream),
        "turbulence": near(mood.energy, 0.14, stream),
        "density": near(0.2 + 0.8 * mood.onsets, 0.12, stream),
        "fineness": near(0.1 + 0.8 * mood.brightness, 0.16, stream),
        "gap": stream.random() ** 1.3,
        "blend": stream.random(),
        "shading": near(0.3 + 0.5 * mood.energy, 0.2, stream),
        "scatter": near(0.2 + 0.6 * mood.onsets, 0.2, stream),
        "void": near(0.6 - 0.5 * mood.onsets, 0.2, stream),
        **composition_genes(stream),
        "region_turn": stream.choice((0.0, 0.0, 0.5, stream.random())),
        "region_size": stream.random(),
        "form": near(0.3 + 0.4 * mood.energy, 0.3, stream),
    }


def _settle(structure: Mapping[str, str]) -> dict[str, str]:
    words = dict(structure)
    widths, texture = words.get("widths"), words.get("texture")
    if widths == "broad" and texture in ("striped", "dashed"):
        words["texture"] = texture = "bristle"  # broad ones look like worms
    if texture == "satin" and widths in ("broad", "mixed"):
        words["ends"] = "tapered"  # broad round satin looks like sausages
    if widths == "broad" and (words.get("layout"), words.get("void_region")) != ("disc", "0"):
        words["void_region"] = "none"  # too few strokes would be left to show its edge
    if words.get("colouring") == "scatter" and (widths == "fine" or words.get("field") == "facets"):
        words["colouring"] = "zones"  # small strokes of all colours are noise
    return words


def _subject(look: Mapping[str, str]) -> str:
    strokes = f"{look.get('widths', 'mixed')} {look.get('texture', 'flat')} flow ribbons"
    return f"{strokes}, {look.get('field', 'drift')} field"


RECIPE = Recipe(
    name="flow",
    structure=_STRUCTURE,
    genes=_genes,
    named_by="field",
    nouns=_NOUNS,
    subject=_subject,
    effects=Effects(
        energy="strength of colour and movement of the field",
        brightness="lightness and fineness",
        onsets="number of strokes",
        tempo="length of strokes",
    ),
    settle=_settle,
)
