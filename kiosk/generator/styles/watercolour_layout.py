"""From the genome to the washes of a watercolour: weather in the ground, one composition, spatter from the brush."""

import numpy as np

from kiosk.generator.genome import Genome
from kiosk.generator.styles import (
    watercolour_flowers,
    watercolour_forms,
    watercolour_scenes,
    watercolour_trees,
    watercolour_woods,
)
from kiosk.generator.styles.watercolour_box import NIGHT, Box
from kiosk.generator.styles.watercolour_paint import Brush, Sheet
from kiosk.generator.styles.watercolour_view import TAU, View

SPATTER = ("none", "flick", "drops")
_COMPOSITIONS = {
    "strata": watercolour_scenes.strata,
    "orb": watercolour_scenes.orb,
    "drift": watercolour_scenes.drift,
    "bloom": watercolour_flowers.bloom,
    "archipelago": watercolour_scenes.archipelago,
    "firs": watercolour_woods.firs,
    "quilt": watercolour_forms.quilt,
    "bough": watercolour_woods.bough,
    "birches": watercolour_trees.birches,
    "reeds": watercolour_trees.reeds,
}
_LIFTED = ("drift", "archipelago", "bough", "orb")  # whose lights are white paper by day too


def compose_washes(genome: Genome, box: Box, aspect: float, *, is_dark: bool) -> Sheet:
    """Return the washes of one piece, the lowest first."""
    rng = np.random.default_rng(genome.stream_seed("watercolour"))
    brush = Brush(genome, box, rng)
    view = View(genome, aspect, is_dark, rng, brush)
    composition = genome.choice("composition", tuple(_COMPOSITIONS))
    if composition not in ("quilt", "birches"):
        _weather(view, is_lifted=composition in _LIFTED)
    _COMPOSITIONS[composition](view)
    if genome.choice("spatter", SPATTER) != "none":
        _spatter(view, is_flick=genome.choice("spatter", SPATTER) == "flick")
    tape = np.random.default_rng(genome.stream_seed("tape"))
    is_taped = tape.random() < (0.5 if is_dark else 0.3)
    return brush.done(tape.uniform(0.026, 0.046) if is_taped else -1.0)


def _weather(view: View, *, is_lifted: bool) -> None:
    """Lay the night, deepest above; by day a breath of colour, or a sky that lights are lifted out of."""
    rng = view.rng
    if view.is_dark:
        view.brush.veil(-np.pi / 2 + rng.normal(0, 0.35), NIGHT, 1.0, 0.55)
    elif is_lifted:
        tone = rng.uniform(0.40, 0.54)
        view.brush.veil(-np.pi / 2 + rng.normal(0, 0.4), view.petal(view.pick(0.2, 0.2)), tone, 0.7)
    else:
        view.brush.sheet(view.gene("light") * TAU, view.pick(0.2, 0.2), -0.09, 0.8)


def _spatter(view: View, *, is_flick: bool) -> None:
    """Drops from a loaded brush: a few heavy, many light, along a flick or round the focus."""
    rng = view.rng
    x, y = view.focus(0.2)
    turn = rng.uniform(0, TAU)
    pigment = view.pick(rng.random(), rng.random()) if rng.random() < 0.6 else 6
    for _ in range(8 + int(46 * view.gene("spatter"))):
        along, across = rng.normal(0, (0.30, 0.06) if is_flick else (0.26, 0.26))
        radius = 0.0014 + 0.010 * rng.random() ** 4
        px = x + along * np.cos(turn) - across * np.sin(turn)
        py = y + along * np.sin(turn) + across * np.cos(turn)
        stretch = rng.uniform(1.0, 1.5)
        view.brush.blob(px, py, radius * stretch, radius, turn, pigment, rng.uniform(0.3, 0.8), rough=0.5, wet=0.0)
