"""Compositions: what a picture shows at first sight, which is its style and the word that its titles go by. Pure.

The same composition twice within a short while is a repeat, whatever its colours and numbers are. So one that was
shown rests: `compose` and `breed` take another while any of the styles that may come has one.
"""

from collections.abc import Sequence
from typing import NamedTuple

from kiosk.generator.genome import Genome
from kiosk.generator.styles import RECIPES

RESTS_MAX = 8  # pieces


class Composition(NamedTuple):
    """A style and one of its words, such as watercolour and orb."""

    style: str
    word: str


def composition_of(genome: Genome) -> Composition:
    """Return the composition of a genome; without a word for one of another version, or of a flame from a file."""
    recipe = RECIPES.get(genome.style)
    return Composition(genome.style, genome.structure.get(recipe.named_by, "") if recipe else "")


def words_of(style: str) -> tuple[str, ...]:
    """Return the words of a style's compositions."""
    recipe = RECIPES[style]
    return tuple(recipe.structure[recipe.named_by])


def resting(recent: Sequence[Genome], styles: Sequence[str]) -> frozenset[Composition]:
    """Return the compositions that rest, where pieces of `styles` may come after the `recent` ones, newest first.

    They rest for as many pieces as are half the compositions there are, at most `RESTS_MAX`.
    """
    most = min(RESTS_MAX, sum(len(words_of(style)) for style in styles) // 2)
    return frozenset(map(composition_of, recent[:most]))


def awake_in(style: str, rest: frozenset[Composition]) -> tuple[str, ...]:
    """Return the words of a style's compositions that do not rest."""
    return tuple(word for word in words_of(style) if (style, word) not in rest)
