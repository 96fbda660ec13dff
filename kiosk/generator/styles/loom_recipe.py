"""Woven cloth, but for the pixels: `loom` draws it. Pure."""

import random
from collections.abc import Mapping

from kiosk.generator.recipe import Effects, Mood, Recipe, Shares, composition_genes, near

_STRUCTURE: dict[str, Shares] = {
    "design": {
        "bands": (1.6, 0.8), "blocks": (1.6, 1.6), "diamonds": (1, 1.6), "arcs": (1, 1.8), "ikat": (1.2, 1.2),
        "hills": (2.2, 0.8), "harmonics": (1.2, 1.6), "discs": (1.4, 1.4),
    },
    "cloth": {"tapestry": (2, 1.2), "twill": (1.2, 1.6), "double": (1, 1.4), "overshot": (1, 1.4)},
    "warp": {"plain": (2, 1.2), "striped": (1, 1.4), "shaded": (1.6, 1.2)},
}  # fmt: skip
_NOUNS = {
    "bands": ("Horizon", "Sediment", "Stave", "Field Lines", "Blanket", "Long Notes", "Shoreline", "Furrows"),
    "blocks": ("City Quarter", "Windows", "Patchwork", "Allotments", "Courtyards", "Chamber", "Partition", "Rooms"),
    "diamonds": ("Lozenges", "Mountain Rug", "Eyes", "Lattice", "Kites", "Crossing", "Tents", "Harlequin"),
    "arcs": ("Arcades", "Bridges", "Scales", "Rainbows", "Fans", "Ripples", "Viaduct", "Round Dance"),
    "ikat": ("Reflections", "Flame Cloth", "Feathers", "Water Mirror", "Reeds", "Shiver", "Rain on Glass", "Echo"),
    "hills": ("Far Hills", "Valley", "Evening Range", "Dunes", "Coast", "Moorland", "Snow Line", "Homeward"),
    "harmonics": ("Overtones", "Resonance", "Standing Waves", "Octaves", "Chord", "Sounding Plate", "Unison", "Fifths"),
    "discs": ("Sun and Moon", "Eclipse", "Moons", "Planets", "Gong", "Low Sun", "Pond", "Two Suns"),
}
_CLOTHS = {"tapestry": "a tapestry", "twill": "a twill", "double": "a double cloth", "overshot": "an overshot weave"}


def _genes(mood: Mood, stream: random.Random) -> dict[str, float]:
    return {
        "ends": near(0.1 + 0.8 * mood.brightness, 0.14, stream),
        "parts": near(0.1 + 0.85 * mood.onsets, 0.14, stream),
        "beat": near(mood.tempo, 0.14, stream),
        "relief": near(0.25 + 0.55 * mood.energy, 0.15, stream),
        "unrest": near(0.1 + 0.75 * mood.energy, 0.16, stream),
        "sheen": near(0.15 + 0.7 * mood.brightness, 0.18, stream),
        "abrash": stream.random(),
        "scale": near(0.75 - 0.5 * mood.onsets, 0.2, stream),
        "order": stream.random(),
        **composition_genes(stream),
    }


def _subject(look: Mapping[str, str]) -> str:
    design = look.get("design", "bands")
    design = {"ikat": "ikat forms", "harmonics": "standing waves"}.get(design, design)
    return f"{_CLOTHS.get(look.get('cloth', 'tapestry'), 'a tapestry')} of {design} in raking light"


RECIPE = Recipe(
    name="loom",
    structure=_STRUCTURE,
    genes=_genes,
    named_by="design",
    nouns=_NOUNS,
    subject=_subject,
    effects=Effects(
        energy="strength of colour, relief and unrest of the outlines",
        brightness="lightness, sheen and fineness of the thread",
        onsets="number of parts",
        tempo="rhythm of the treadling",
    ),
    has_ground=False,
)
