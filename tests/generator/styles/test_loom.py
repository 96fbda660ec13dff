"""Loom: the drafts hold together as cloth, the treadling keeps the beat, and threads stay threads at every size."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.generator.compose import compose
from kiosk.generator.palette import build_palette
from kiosk.generator.styles import loom_draft as ld
from kiosk.generator.styles.loom import CLOTHS, render, weave
from kiosk.generator.styles.loom_design import DESIGNS, Loom, cartoon, rhythm
from kiosk.generator.styles.loom_recipe import RECIPE
from tests.generator.music import CALM, PARTY

J, I = np.mgrid[0:240, 0:240]  # noqa: E741 - ends and picks
BAR = (1, 0, 0, 1, 0, 0, 1, 0)
DRAFTS = {
    "plain": ld.plain(I, J),
    "basket": ld.basket(I, J),
    "twill": ld.twill(I, J, 2, 4, 1),
    "weft-faced": ld.weft_faced(I, J),
    "satin": ld.satin(I, J, warp_up=False),
    "herringbone": ld.herringbone(I, J, 12),
    "pointed": ld.pointed(I, J, 9, 2, 5),
    "treadled": ld.treadled(I, J, BAR, 6),
}


@given(st.integers(1, 32), st.integers(1, 32))
@settings(max_examples=200)
def test_a_euclidean_bar_spreads_its_beats(beats: int, steps: int) -> None:
    """A bar has its number of beats, and the gaps between them differ by one step at most."""
    beats = min(beats, steps)
    bar = ld.euclid(beats, steps)
    assert len(bar) == steps
    assert sum(bar) == beats
    places = [step for step, beat in enumerate(bar) if beat]
    gaps = [after - before for before, after in zip(places, [*places[1:], places[0] + steps], strict=True)]
    assert max(gaps) - min(gaps) <= 1


@pytest.mark.parametrize("name", DRAFTS)
def test_cloth_holds_together(name: str) -> None:
    """In every draft each pick is bound: over and under within the cloth's width; so is each end in its length."""
    over = DRAFTS[name]
    ends_bound = over.any(axis=0) & (~over).any(axis=0)
    picks_bound = over.any(axis=1) & (~over).any(axis=1)
    assert ends_bound.all()
    assert picks_bound.all()


def test_treadling_steps_on_at_the_beats() -> None:
    """The diagonal of a treadled twill moves at a beat and waits at every other pick."""
    over = ld.treadled(I, J, BAR, 6)
    for pick in range(1, 40):
        moved = bool((over[pick] != over[pick - 1]).any())
        assert moved == (BAR[pick % len(BAR)] == 1), pick


def test_faster_music_has_another_bar() -> None:
    """Quiet slow music and loud fast music are treadled in different bars."""
    assert rhythm(compose(CALM, 1, "loom")) != rhythm(compose(PARTY, 1, "loom"))


@pytest.mark.parametrize("design", DESIGNS)
def test_every_cartoon_is_a_picture(design: str) -> None:
    """A cartoon has at least three parts to see, none of which takes nearly all of the cloth, for any frame."""
    for seed in range(4):
        genome = compose((CALM, PARTY)[seed % 2], seed, "loom")
        genome = replace(genome, structure={**genome.structure, "design": design})
        for aspect in (9 / 16, 1.0, 16 / 9, 32 / 9):
            rows, columns = 90, math.ceil(90 * aspect)
            j, i = np.mgrid[0:rows, 0:columns]
            plan = cartoon(genome, Loom((i + 0.5) / 90, (j + 0.5) / 90, aspect), np.random.default_rng(seed))
            shares = np.bincount(plan.part.ravel()) / plan.part.size
            assert plan.part.min() >= 0
            assert (shares > 0.002).sum() >= 3, (seed, aspect)
            assert shares.max() < 0.9, (seed, aspect)
            assert 0 <= plan.along.min() <= plan.along.max() <= 1


def test_recipe_and_drawing_know_the_same_words() -> None:
    """Every design and cloth of the recipe can be drawn, and every design has its nouns."""
    assert set(RECIPE.structure["design"]) == set(DESIGNS) == set(RECIPE.nouns)
    assert set(RECIPE.structure["cloth"]) == set(CLOTHS)


def test_both_systems_show() -> None:
    """The warp lies on top somewhere and the weft does, in every cloth."""
    for seed in range(8):
        genome = compose(PARTY, seed, "loom")
        share = weave(genome, build_palette(genome.palette), 150.0, 16 / 9).over.mean()
        assert 0.01 < share < 0.95, seed


def test_thread_count_does_not_show() -> None:
    """The picture is the same, bit for bit, with one thread and with five."""
    genome = compose(PARTY, 4, "loom")
    one, five = (render(genome, 200, 112, threads=n) for n in (1, 5))
    assert np.array_equal(one, five)
