"""Fractal flames, but for the pixels: `flame` draws them. Pure."""

import random
from collections.abc import Mapping

from kiosk.generator.recipe import Effects, Mood, Recipe, Shares, composition_genes, near

_STRUCTURE: dict[str, Shares] = {
    "family": {
        "spiral": (2, 1.4), "rings": (1.4, 1.8), "rose": (1.4, 1.6), "tendrils": (1.4, 2), "bubbles": (1.2, 1.6),
        "sheets": (2.4, 1), "waves": (1.6, 1.4), "discs": (1.4, 1.2),
    },
    "order": {"none": (3, 2.4), "2": (1, 1), "3": (0.7, 1), "5": (0.4, 0.8), "mirror": (0.7, 0.6)},
    "view": {"whole": (1.4, 1.2), "close": (1, 1.4), "thirds": (1.4, 1), "across": (1.2, 1.4)},
    "colouring": {"deep": (1.4, 1), "even": (1, 1), "accent": (1, 1.4)},
}  # fmt: skip
_NOUNS = {
    "spiral": ("Spiral", "Nautilus", "Gyre", "Whirl", "Ammonite", "Unwinding", "Helix", "Conch", "Ascent"),
    "rings": ("Rings", "Corona", "Halo", "Annulus", "Crown", "Reliquary", "Aureole", "Wreath", "Circlet"),
    "rose": ("Rose", "Rosette", "Bloom", "Dahlia", "Passion Flower", "Window", "Calyx", "Corolla", "Anemone"),
    "tendrils": ("Tendrils", "Vine", "Nerves", "Roots", "Filaments", "Lightning", "Embers", "Branches", "Plumes"),
    "bubbles": ("Spheres", "Pearls", "Lanterns", "Dewdrops", "Orbits", "Glass", "Globes", "Constellation"),
    "sheets": ("Veils", "Sails", "Gauze", "Drapery", "Aurora", "Leaves", "Wings", "Membrane", "Chiffon"),
    "waves": ("Swell", "Tide", "Surf", "Ripples", "Breakers", "Interference", "Resonance", "Wake"),
    "discs": ("Eclipse", "Moons", "Medallion", "Planets", "Turning", "Sundial", "Conjunction", "Ellipse"),
}
_SHAPES = {
    "spiral": "spirals", "rings": "concentric rings", "rose": "petals of a rose", "tendrils": "tendrils",
    "bubbles": "spheres", "sheets": "translucent sheets", "waves": "interfering waves", "discs": "folded discs",
}  # fmt: skip
_ORDERS = {"2": "of twofold symmetry", "3": "of threefold symmetry", "5": "of fivefold symmetry", "mirror": "mirrored"}


def _genes(mood: Mood, stream: random.Random) -> dict[str, float]:
    return {
        "bend": near(0.1 + 0.8 * mood.energy, 0.16, stream),
        "parts": near(mood.onsets, 0.18, stream),
        "turn": near(0.1 + 0.8 * mood.tempo, 0.16, stream),
        "reach": near(0.2 + 0.6 * mood.energy, 0.18, stream),
        "detail": near(0.1 + 0.8 * mood.brightness, 0.16, stream),
        "glow": near(0.2 + 0.6 * mood.brightness, 0.18, stream),
        "mix": stream.random(),
        "tilt": stream.random(),
        **composition_genes(stream),
    }


def _settle(structure: Mapping[str, str]) -> dict[str, str]:
    words = dict(structure)
    if words.get("family") == "bubbles":
        words["order"] = "none"  # inversions in turned copies fill the plane with fog
        if words.get("view") == "close":
            words["view"] = "across"  # the globe holds its fluff together, so its edge has to be seen
    if words.get("family") == "spiral":
        if words.get("order") == "2":
            words["order"] = "none"  # two spirals leave the middle empty
        if words.get("order") in ("3", "5") and words.get("view") == "close":
            words["view"] = "across"  # nearer, their wreath is scattered twigs
    return words


def _subject(look: Mapping[str, str]) -> str:
    shape = _SHAPES.get(look.get("family", ""), "light")
    order = _ORDERS.get(look.get("order", ""), "")
    return f"a fractal flame of {shape} {order}".rstrip()


RECIPE = Recipe(
    name="flame",
    structure=_STRUCTURE,
    genes=_genes,
    named_by="family",
    nouns=_NOUNS,
    subject=_subject,
    effects=Effects(
        energy="strength of colour and how far its transforms bend",
        brightness="glow and fineness",
        onsets="number of its transforms",
        tempo="turn of its transforms",
    ),
    settle=_settle,
    light=0.2,
)
