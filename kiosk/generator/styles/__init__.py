"""The styles: for each a recipe (pure) and a module that draws; this registry names them."""

import importlib
from typing import TYPE_CHECKING, Protocol, cast

from kiosk.domain.errors import BadGenome
from kiosk.generator.genome import Genome
from kiosk.generator.recipe import Recipe
from kiosk.generator.styles import (
    attractor_recipe,
    ebru_recipe,
    flame_recipe,
    flow_recipe,
    loom_recipe,
    silk_recipe,
    watercolour_recipe,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RECIPES = {
    recipe.name: recipe
    for recipe in (
        flow_recipe.RECIPE,
        silk_recipe.RECIPE,
        watercolour_recipe.RECIPE,
        ebru_recipe.RECIPE,
        attractor_recipe.RECIPE,
        flame_recipe.RECIPE,
        loom_recipe.RECIPE,
    )
}
STYLES = tuple(RECIPES)


class Style(Protocol):
    """How every style is called. Pure: genome and size decide every value; `threads` (0: one a core) never does."""

    def __call__(self, genome: Genome, width_px: int, height_px: int, *, threads: int = 0) -> "NDArray[np.float32]":
        """Return linear RGB, (height_px, width_px, 3), all values 0-1."""


def recipe_named(name: str) -> Recipe:
    """Return the recipe of the style `name`. Raises `BadGenome` for an unknown one."""
    if name not in RECIPES:
        raise BadGenome(f"There is no style {name!r}.", hint=f"Known styles are {', '.join(STYLES)}.")
    return RECIPES[name]


def style_named(name: str) -> Style:
    """Return the style `name`. Its kernels are imported only now: numba takes half a second.

    Raises `BadGenome` for an unknown one.
    """
    module = importlib.import_module(f"kiosk.generator.styles.{recipe_named(name).name}")
    return cast(Style, module.render)
