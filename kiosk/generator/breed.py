"""Breeding: a new genome from ones that were liked. Pure.

`compose` draws a genome from the music and chance alone; where there are parents, most pieces descend from one or two
of them instead. Within a style genes and words come from either parent, and some genes from the composed genome, so
that the music keeps its say; across styles only the palette is inherited. Then every number is moved a little. The seed
and the music are always the composed genome's own: a child is another drawing, not a copy in other colours. An artist's
manner goes with the palette; a child has the colours of an artist who was asked for, whatever its parents had.
`parents` of the genome names whom it descends from.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from kiosk.generator.artists import manners_of
from kiosk.generator.genome import Genome, PaletteGenes
from kiosk.generator.hues import role_hues
from kiosk.generator.styles import RECIPES, STYLES

T = TypeVar("T")

FRESH_SHARE = 0.25  # of all pieces have no parents, whatever was liked
MATE_SHARE = 0.6  # of the others have two
MUSIC_SHARE = 0.2  # of the genes are the composed genome's
SIGMA = 0.08  # a gene, of its range
HUE_SIGMA_DEG = 7.0  # as `compose` round a key
HUE_LEAP_DEG = 40.0  # no colour of a child is farther from its parent's: ambers would leap over the olive gap
_NUMBERS = ("chroma", "contrast", "lightness", "spread")


@dataclass(frozen=True, slots=True)
class Parent:
    """A piece that may have children: its id, its genome, and how likely it is taken (> 0, against the others)."""

    id: str
    genome: Genome
    weight: float


def breed(composed: Genome, parents: Sequence[Parent], *, styles: Sequence[str] = ()) -> Genome:
    """Return a child of some `parents`, or `composed` itself: always when there are none, else in one case of four.

    The composed genome's seed decides. The child has one of the known among `styles` when any is.
    """
    stream = random.Random(f"breed/{composed.geometry_key()}")
    if not parents or stream.random() < FRESH_SHARE:
        return composed
    first = _draw(parents, stream)
    others = [parent for parent in parents if parent.id != first.id]
    mate = _draw(others, stream) if others and stream.random() < MATE_SHARE else None
    wanted = {name for name in styles if name in STYLES} or set(STYLES)
    body = replace(composed, palette=first.genome.palette, artist=first.genome.artist)
    if first.genome.style in wanted and not first.genome.flame:  # a flame from a file has no genes to pass on
        body = replace(first.genome, seed=composed.seed, audio=composed.audio, asked=composed.asked)
    if mate is not None:
        body = cross(body, mate.genome, stream)
    if composed.style == body.style:
        body = replace(body, genes=_mixed(body.genes, composed.genes, MUSIC_SHARE, stream))
    artists = {manner.name for manner in manners_of(composed.asked)}
    if artists and body.artist not in artists:
        body = replace(body, palette=composed.palette, artist=composed.artist)
    ids = (first.id,) if mate is None else (first.id, mate.id)
    return replace(mutate(body, stream), parents=ids)


def cross(one: Genome, other: Genome, stream: random.Random) -> Genome:
    """Return `one` with about half of its genes and words the other's; of another style, the palette at most.

    A palette is inherited whole: colours that were liked together stay together.
    """
    coloured = stream.choice((one, other))
    one = replace(one, palette=coloured.palette, artist=coloured.artist)
    if other.style != one.style:
        return one
    genes = _mixed(one.genes, other.genes, 0.5, stream)
    structure = RECIPES[one.style].settle(_mixed(one.structure, other.structure, 0.5, stream))
    return replace(one, genes=genes, structure=structure)


def mutate(genome: Genome, stream: random.Random) -> Genome:
    """Return the genome with every number moved by `SIGMA` of its range, reflected at the ends; words stay."""
    palette = genome.palette
    numbers = {name: _moved(getattr(palette, name), stream) for name in _NUMBERS}
    hue = _moved_hue(palette, stream)
    genes = {name: _moved(value, stream) for name, value in sorted(genome.genes.items())}
    return replace(genome, palette=PaletteGenes(hue, palette.scheme, palette.ground, **numbers), genes=genes)


def _mixed(ours: Mapping[str, T], theirs: Mapping[str, T], share: float, stream: random.Random) -> dict[str, T]:
    """Return our values, about `share` of them replaced by theirs."""
    draws = {name: stream.random() for name in sorted(ours)}
    return {name: theirs.get(name, value) if draws[name] < share else value for name, value in ours.items()}


def _draw(parents: Sequence[Parent], stream: random.Random) -> Parent:
    return stream.choices(parents, [parent.weight for parent in parents])[0]


def _moved_hue(palette: PaletteGenes, stream: random.Random) -> float:
    hue = round((palette.hue + stream.gauss(0, HUE_SIGMA_DEG)) % 360, 2) % 360
    colours = zip(role_hues(palette), role_hues(replace(palette, hue=hue)), strict=True)
    leap = max(abs((after - before + 180) % 360 - 180) for before, after in colours)
    return palette.hue if leap > HUE_LEAP_DEG else hue


def _moved(value: float, stream: random.Random) -> float:
    moved = abs(value + stream.gauss(0, SIGMA))
    return round(min(max(2 - moved if moved > 1 else moved, 0.0), 1.0), 4)
