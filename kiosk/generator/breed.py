"""Breeding: a new genome from ones that were liked. Pure.

`compose` draws a genome from the music and chance alone; where there are parents, most pieces are a cross between that
genome and one or two of them. Four traits are inherited each by itself:

    form       style and composition          harmony    hue, scheme and spread; with an artist's, the artist
    strokes    the other words and the genes  tones      ground, chroma, contrast and lightness

The more is liked, the more often a trait is a parent's and not the music's; a child has at least one. A parent that had
children lately has fewer, so a single piece that is liked shows as a likeness in a family, and does not take the wall
over. Of strokes, another style's child has what both styles know. Then every number is moved a little, and now and then
a word changes. The seed and the music are always the composed genome's own: a child is another drawing, not a copy in
other colours. A child has the colours of an artist who was asked for, whatever its parents had. `parents` of the genome
names whom it has a trait of.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from kiosk.generator.artists import manners_of
from kiosk.generator.compose import recompose
from kiosk.generator.compositions import Composition, awake_in, composition_of, resting
from kiosk.generator.genome import Genome, PaletteGenes
from kiosk.generator.hues import role_hues
from kiosk.generator.styles import RECIPES, STYLES

T = TypeVar("T")

FRESH_SHARE = 0.25  # of all pieces have no parents, whatever was liked
MATE_SHARE = 0.6  # of the others may have two
MUSIC_WEIGHT = 2.0  # of the composed genome, against the weights of all parents
CHILDREN_SEEN = 40  # pieces back
CHILDREN_HALVE = 10  # children among those, with whom a parent weighs half
RESTING_SHARE = 0.1  # of its weight has a parent whose composition may not come again yet
KEPT_LEAST = 0.5  # of a parent's strokes, in a trait that is the parent's
WORD_SHARE = 0.1  # of the words change
SIGMA = 0.08  # a gene, of its range
HUE_SIGMA_DEG = 7.0  # as `compose` round a key
HUE_LEAP_DEG = 40.0  # no colour of a child is farther from its parent's: ambers would leap over the olive gap
_SEEN_AT_ONCE = ("form", "harmony", "tones")  # of these a child has at least one, where it may
_NUMBERS = ("chroma", "contrast", "lightness", "spread")


@dataclass(frozen=True, slots=True)
class Parent:
    """A piece that may have children: its id, its genome, and how likely it is taken (> 0, against the others)."""

    id: str
    genome: Genome
    weight: float


@dataclass(frozen=True, slots=True)
class _Lineage:
    """Whose each trait is; None for the music's."""

    form: Parent | None
    strokes: Parent | None
    harmony: Parent | None
    tones: Parent | None

    def ids(self) -> tuple[str, ...]:
        """Return the ids of those who pass anything on, each once."""
        parents = (self.form, self.harmony, self.tones, self.strokes)
        return tuple(dict.fromkeys(parent.id for parent in parents if parent is not None))


def breed(
    composed: Genome, parents: Sequence[Parent], *, styles: Sequence[str] = (), recent: Sequence[Genome] = ()
) -> Genome:
    """Return a child of some `parents`, or `composed` itself: always when there are none, else in one case of four.

    The composed genome's seed decides. The child has one of the known among `styles` when any is, and no composition
    of the `recent` pieces (newest first) as far as there are others.
    """
    stream = random.Random(f"breed/{composed.geometry_key()}")
    if not parents or stream.random() < FRESH_SHARE:
        return composed
    wanted = tuple(name for name in styles if name in STYLES) or STYLES
    rest = resting(recent, wanted)
    weighed = _weighed(parents, recent)
    liked = sum(parent.weight for parent in weighed)
    say = liked / (liked + MUSIC_WEIGHT)
    ready = [replace(one, weight=one.weight * _readiness(one.genome, rest)) for one in weighed]
    lineage = _lineage(composed, ready, wanted, rest, say, stream)
    child = _coloured(_formed(composed, lineage, rest, max(say, KEPT_LEAST), stream), lineage)
    return replace(mutate(_reworded(child, rest, stream), stream), parents=lineage.ids())


def mutate(genome: Genome, stream: random.Random) -> Genome:
    """Return the genome with every number moved by `SIGMA` of its range, reflected at the ends; words stay."""
    palette = genome.palette
    numbers = {name: _moved(getattr(palette, name), stream) for name in _NUMBERS}
    hue = _moved_hue(palette, stream)
    genes = {name: _moved(value, stream) for name, value in sorted(genome.genes.items())}
    return replace(genome, palette=PaletteGenes(hue, palette.scheme, palette.ground, **numbers), genes=genes)


def _weighed(parents: Sequence[Parent], recent: Sequence[Genome]) -> list[Parent]:
    """Return the parents with weights that are the less the more children they have among the recent pieces."""
    children = Counter(name for genome in recent[:CHILDREN_SEEN] for name in genome.parents)
    return [replace(one, weight=one.weight / (1 + children[one.id] / CHILDREN_HALVE)) for one in parents]


def _readiness(genome: Genome, rest: frozenset[Composition]) -> float:
    return RESTING_SHARE if composition_of(genome) in rest else 1.0


def _lineage(
    composed: Genome,
    parents: Sequence[Parent],
    wanted: Sequence[str],
    rest: frozenset[Composition],
    say: float,
    stream: random.Random,
) -> _Lineage:
    first = _draw(parents, stream)
    others = [parent for parent in parents if parent.id != first.id]
    mate = _draw(others, stream) if others and stream.random() < MATE_SHARE else first
    artists = {manner.name for manner in manners_of(composed.asked)}

    def may_pass(trait: str, parent: Parent) -> bool:
        if trait == "form":
            return _may_form(parent.genome, wanted, rest)
        return trait == "strokes" or not artists or parent.genome.artist in artists

    passed: dict[str, Parent | None] = {}
    for trait in (*_SEEN_AT_ONCE, "strokes"):
        parent = stream.choice((first, mate))
        passed[trait] = parent if stream.random() < say and may_pass(trait, parent) else None
    if not any(passed[trait] for trait in _SEEN_AT_ONCE):
        can = [trait for trait in _SEEN_AT_ONCE if may_pass(trait, first)]
        passed[stream.choice(can or ["strokes"])] = first
    return _Lineage(**passed)


def _may_form(genome: Genome, wanted: Sequence[str], rest: frozenset[Composition]) -> bool:
    """Tell whether a child may have this style; a flame from a file has no genes to pass on."""
    if genome.style not in wanted or genome.flame:
        return False
    return bool(awake_in(genome.style, rest)) or not any(awake_in(style, rest) for style in wanted)


def _formed(
    composed: Genome, lineage: _Lineage, rest: frozenset[Composition], kept: float, stream: random.Random
) -> Genome:
    """Return the composed piece with form and strokes of the lineage, about `kept` of what a parent passes on."""
    child, former = composed, lineage.form
    if former is not None and former.genome.style != composed.style:
        child = recompose(composed, former.genome.style, rest)
    words, genes = dict(child.structure), dict(child.genes)
    recipe = RECIPES[child.style]
    for source in (lineage.strokes, former):
        if source is None:
            continue
        known = {
            name: word
            for name, word in source.genome.structure.items()
            if name in words and name != recipe.named_by and word in recipe.structure[name]
        }
        words = _mixed(words, known, kept, stream)
        genes = _mixed(genes, source.genome.genes, kept, stream)
    if former is not None and stream.random() < kept:
        word = former.genome.structure.get(recipe.named_by, "")
        words[recipe.named_by] = word if word in awake_in(child.style, rest) else words[recipe.named_by]
    return replace(child, genes=genes, structure=recipe.settle(words))


def _coloured(child: Genome, lineage: _Lineage) -> Genome:
    """Return the child in the colours of the lineage: those that were liked together stay together."""
    if lineage.harmony is not None:
        theirs = lineage.harmony.genome
        harmony = {name: getattr(theirs.palette, name) for name in ("hue", "scheme", "spread")}
        child = replace(child, palette=replace(child.palette, **harmony), artist=theirs.artist)
    if lineage.tones is not None:
        tones = {
            name: getattr(lineage.tones.genome.palette, name) for name in ("ground", "chroma", "contrast", "lightness")
        }
        child = replace(child, palette=replace(child.palette, **tones))
    return child


def _reworded(genome: Genome, rest: frozenset[Composition], stream: random.Random) -> Genome:
    """Return the genome with about `WORD_SHARE` of its words drawn anew."""
    recipe = RECIPES[genome.style]
    words = dict(genome.structure)
    for name, shares in recipe.structure.items():
        among = (awake_in(genome.style, rest) or tuple(shares)) if name == recipe.named_by else tuple(shares)
        if stream.random() < WORD_SHARE and name in words:
            words[name] = stream.choices(among, [sum(shares[word]) for word in among])[0]
    return replace(genome, structure=recipe.settle(words))


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
