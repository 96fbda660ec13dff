"""Strange attractors, but for the pixels: `attractor` draws them. Pure."""

import random
from collections.abc import Mapping

from kiosk.generator.recipe import Effects, Mood, Recipe, Shares, composition_genes, near

_STRUCTURE: dict[str, Shares] = {
    "family": {
        "clifford": (2, 2), "dejong": (2, 2.4), "svensson": (2, 2), "ikeda": (1.2, 1.2), "icon": (1.4, 1.8),
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
    "ikeda": ("Whirlpool", "Galaxy", "Nautilus", "Eddy", "Maelstrom", "Spiral Nebula", "Fern", "Cyclone"),
    "icon": ("Rose Window", "Mandala", "Emblem", "Compass", "Crown", "Snow Crystal", "Star Map", "Seal"),
    "lorenz": ("Butterfly", "Two Weathers", "Wings", "Owl", "Changing Wind", "Mask of Air", "Pendulum", "Eyes"),
    "aizawa": ("Apple of Light", "Globe", "Spindle", "Sphere", "Planet", "Bell", "Carousel", "Orchid"),
    "thomas": ("Labyrinth", "Knot", "Lattice", "Tangle", "Garland", "Nest", "Trellis", "Skein"),
    "halvorsen": ("Propeller", "Trefoil", "Three Winds", "Blossom", "Triskele", "Pinwheel", "Turbine", "Clover"),
    "dadras": ("Ribbon Dance", "Heron", "Calligraphy", "Flourish", "Kite", "Whip of Light", "Scarf", "Arabesque"),
}

# Where a stance does not suit a family, another in its place.
_STANDS = {
    ("icon", "wheel"): "procession",  # it has its own symmetry; a second one makes a muddle
    ("icon", "mirror"): "whole",
    ("icon", "pair"): "sweep",
    ("thomas", "sweep"): "close",  # a tangle as it is
    ("lorenz", "sweep"): "close",  # many rings that sweep are mud
    ("lorenz", "mirror"): "close",
    ("ikeda", "close"): "sweep",
    ("clifford", "pair"): "procession",  # a second small one is a pale cloud
    ("dejong", "pair"): "mirror",
    ("svensson", "pair"): "procession",
}
_CLEAR = ("icon", "lorenz")  # nothing of theirs is left in a veil
_SMEARED = {(family, "wheel") for family in ("aizawa", "thomas", "halvorsen", "dadras")} | {
    (family, "close") for family in ("clifford", "dejong", "svensson")
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
    family, stance = words.get("family", "clifford"), words.get("stance", "whole")
    words["stance"] = _STANDS.get((family, stance), stance)
    if words.get("matter") == "veil" and (family in _CLEAR or (family, words["stance"]) in _SMEARED):
        words["matter"] = "dust"
    if family == "lorenz" and words["stance"] in ("wheel", "close"):
        words["matter"] = "thread"  # its rings are seen one by one
    if family == "icon" and words.get("tint") == "depth":
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
