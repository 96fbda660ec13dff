"""Evenings of visitors with one hidden taste, by the genomes alone: what `breed` makes of their votes."""

import math
import random
from collections.abc import Callable, Sequence
from statistics import mean

from kiosk.generator.breed import Parent, breed
from kiosk.generator.compose import compose
from kiosk.generator.genome import Genome

PIECES = 24  # of a generation
LIKED = 5  # of them are voted up
HALF_LIFE = 4  # generations, after which a vote counts half

Taste = Callable[[Genome], float]


def evening(taste: Taste, *, generations: int, music: dict[str, object] | None, seed: int) -> list[list[Genome]]:
    """Return the pieces of each generation; of each, visitors like the ones their taste (more is better) puts first."""
    stream = random.Random(f"evening/{seed}")
    shown: list[list[Genome]] = []
    votes: list[tuple[int, str, Genome]] = []
    for number in range(generations):
        parents = [Parent(name, genome, 0.5 ** ((number - born) / HALF_LIFE)) for born, name, genome in votes]
        pieces: list[Genome] = []
        for _ in range(PIECES):
            recent = [*reversed(pieces), *(piece for generation in shown[:-3:-1] for piece in reversed(generation))]
            wished = compose(music, stream.randrange(2**53), recent=recent)
            pieces.append(breed(wished, parents[-40:], recent=recent))
        liked = sorted(range(PIECES), key=lambda index: -taste(pieces[index]))[:LIKED]
        votes += [(number, f"{number}-{index}", pieces[index]) for index in liked]
        shown.append(pieces)
    return shown


def wall(
    music: dict[str, object] | None,
    parents: Sequence[Parent],
    *,
    pieces: int = 60,
    seed: int = 0,
    styles: Sequence[str] = (),
) -> list[Genome]:
    """Return what one music makes of these parents, piece after piece, as the server does it."""
    stream = random.Random(f"wall/{seed}")
    recent: list[Genome] = []
    for _ in range(pieces):
        wished = compose(music, stream.randrange(2**53), styles=styles, recent=recent)
        recent.insert(0, breed(wished, parents, styles=styles, recent=recent))
    return recent[::-1]


def warm_dark_and_turning(genome: Genome) -> float:
    """How warm, dark and turning a piece is: the hidden taste, 0-1."""
    warm = (1 + math.cos(math.radians(genome.palette.hue - 40))) / 2
    dark = {"dark": 1.0, "deep": 0.7, "tint": 0.2, "paper": 0.0}[genome.palette.ground]
    words = {"vortices", "orbit", "swirl", "spiral", "gyre", "galaxy", "rose"}
    turning = 1.0 if words & set(genome.structure.values()) else 0.0
    return 0.4 * warm + 0.3 * dark + 0.3 * turning


def apart(one: Genome, other: Genome) -> float:
    """How far two genomes lie apart: the mean gap of colours, words and genes, each 0-1; another style is 1."""
    if one.style != other.style:
        return 1.0
    hue = abs((one.palette.hue - other.palette.hue + 180) % 360 - 180) / 180
    words = mean(float(one.structure.get(name) != word) for name, word in other.structure.items())
    genes = mean(abs(one.genes[name] - value) for name, value in other.genes.items() if name in one.genes)
    return mean((hue, words, min(3 * genes, 1.0)))


def diversity(pieces: Sequence[Genome]) -> float:
    """The mean distance of any two pieces."""
    return mean(apart(one, other) for index, one in enumerate(pieces) for other in pieces[:index])
