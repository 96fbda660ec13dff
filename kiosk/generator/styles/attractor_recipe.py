"""Strange attractors, but for the pixels: `attractor` draws them. Pure."""

import random
from collections.abc import Mapping

from kiosk.generator.recipe import Effects, Mood, Recipe, Shares, composition_genes, near

_STRUCTURE: dict[str, Shares] = {
    "family": {
        "clifford": (2, 2), "dejong": (2, 2.4), "svensson": (2, 2), "mira": (0.7, 0.6), "icon": (1.4, 1.8),
        "lorenz": (1, 1), "aizawa": (1.2, 0.9), "thomas": (1.4, 1), "halvorsen": (0.9, 1.3), "dadras": (0.8, 1.2),
    },
    "stance": {
        "whole": (2, 1.4), "close": (1.4, 1.6), "mirror": (1, 1), "wheel": (0.7, 1.4), "sweep": (2, 1.6),
        "procession": (0.9, 1.2), "pair": (1, 1),
    },
    "matter": {"dust": (1.2, 1.4), "veil": (2, 1.2), "thread": (1, 1.4)},
    "tint": {"age": (1.6, 1.4), "speed": (1, 1.4), "bearing": (1, 1), "depth": (1, 1)},
}  # fmt: skip
_NOUNS = {
    "clifford": ("Gossamer", "Plume", "Silk Thread", "Murmuration", "Wing", "Exhalation", "Ribbon of Smoke", "Mantle"),
    "dejong": ("Shell", "Chrysalis", "Mask", "Glass Vessel", "Lantern", "Cocoon", "Sail", "Medusa"),
    "svensson": ("Firebird", "Manta", "Comet", "Feather", "Torch", "Swallow", "Pennant", "Flare"),
    "mira": ("Sea Creature", "Radiolarian", "Moth", "Seed", "Plankton", "Diatom", "Anemone", "Pollen"),
    "icon": ("Rose Window", "Mandala", "Emblem", "Compass", "Crown", "Snow Crystal", "Star Map", "Seal"),
    "lorenz": ("Butterfly", "Two Weathers", "Wings", "Owl", "Changing Wind", "Mask of Air", "Pendulum", "Eyes"),
    "aizawa": ("Apple of Light", "Globe", "Spindle", "Sphere", "Planet", "Bell", "Carousel", "Orchid"),
    "thomas": ("Labyrinth", "Knot", "Lattice", "Tangle", "Garland", "Nest", "Trellis", "Skein"),
    "halvorsen": ("Propeller", "Trefoil", "Three Winds", "Blossom", "Triskele", "Pinwheel", "Turbine", "Clover"),
    "dadras": ("Ribbon Dance", "Heron", "Calligraphy", "Flourish", "Kite", "Whip of Light", "Scarf", "Arabesque"),
}


def _genes(mood: Mood, stream: random.Random) -> dict[str, float]:
    return {
        "drift": near(0.15 + 0.7 * mood.energy, 0.16, stream),
        "size": near(0.25 + 0.5 * mood.energy, 0.2, stream),
        "fineness": near(0.1 + 0.8 * mood.brightness, 0.15, stream),
        "halo": near(0.25 + 0.5 * mood.energy, 0.16, stream),
        "threads": near(0.1 + 0.85 * mood.onsets, 0.14, stream),
        "copies": near(0.15 + 0.75 * mood.onsets, 0.16, stream),
        "turn": near(0.15 + 0.7 * mood.tempo, 0.16, stream),
        "travel": near(0.3 + 0.5 * mood.tempo, 0.2, stream),
        "focus": near(0.7 - 0.5 * mood.brightness, 0.2, stream),
        "relief": stream.random(),
        "tint_span": stream.choice((0.1, 0.2, 0.8, 0.9, 1.0, 1.0)),
        **composition_genes(stream),
    }


def _settle(structure: Mapping[str, str]) -> dict[str, str]:
    words = dict(structure)
    stance = words.get("stance", "whole")
    if words.get("family") == "icon" and stance in ("wheel", "mirror"):
        words["stance"] = "close"  # it has its own symmetry; a second one makes a muddle
    if words.get("family") == "mira":  # its figures do not bear to be smeared
        words["matter"] = "dust"
        words["stance"] = {"sweep": "procession", "wheel": "whole"}.get(stance, stance)
    if words.get("family") == "thomas" and stance == "sweep":
        words["stance"] = "close"  # a tangle as it is
    if words.get("family") == "icon" and words.get("tint") == "depth":
        words["tint"] = "speed"
    return words


def _subject(look: Mapping[str, str]) -> str:
    matter = {"dust": "luminous dust", "veil": "gauze", "thread": "fine threads"}.get(look.get("matter", ""), "dust")
    return f"a strange attractor of the {look.get('family', 'clifford')} kind in {matter}"


RECIPE = Recipe(
    name="attractor",
    structure=_STRUCTURE,
    genes=_genes,
    named_by="family",
    nouns=_NOUNS,
    subject=_subject,
    effects=Effects(
        energy="strength of colour, size and unrest of the figure",
        brightness="lightness and sharpness",
        onsets="number of threads and repeats",
        tempo="turning and travel of the figure",
    ),
    settle=_settle,
)
