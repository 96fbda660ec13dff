"""The golden pictures: what a genome looked like it looks like still."""

from dataclasses import replace

import pytest

from kiosk.generator.genome import Genome
from kiosk.generator.styles import STYLES
from tests.generator.golden import PIECES, Look, golden, look_of

GOLDEN = list(golden())


@pytest.mark.parametrize(("genome", "look"), GOLDEN, ids=[f"{genome.style}-{genome.seed}" for genome, _ in GOLDEN])
def test_same_genome_same_picture(genome: Genome, look: Look) -> None:
    """The picture has the hash and the colours it had, within what other processors may round otherwise."""
    now = look_of(genome)
    assert now.is_like(look), (now.bits_apart(look), now.colours_apart(look))


def test_every_style_is_there() -> None:
    """Each style has its golden pictures, and no style that is gone has any."""
    assert sorted(genome.style for genome, _ in GOLDEN) == sorted([*STYLES] * len(PIECES))


@pytest.mark.parametrize("style", STYLES)
def test_another_picture_is_told(style: str) -> None:
    """The tolerances are narrow: a picture whose seed is one more is not taken for the golden one, nor are any two."""
    genome, look = next((genome, look) for genome, look in GOLDEN if genome.style == style)
    assert not look_of(replace(genome, seed=genome.seed + 1)).is_like(look)
    assert [other for _, other in GOLDEN if look.is_like(other)] == [look]
