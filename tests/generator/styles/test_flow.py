"""Flow ribbons: strokes keep clear of one another, and every composition leaves something to see."""

from dataclasses import replace

import numpy as np
import pytest

from kiosk.generator.compose import compose
from kiosk.generator.dither import to_srgb8
from kiosk.generator.genome import Genome
from kiosk.generator.styles import recipe_named
from kiosk.generator.styles.flow import render
from kiosk.generator.styles.flow_field import CELLS, LAYOUTS, MARGIN, VOIDS, build_field, void_region
from kiosk.generator.styles.flow_tone import build_tone, presence
from kiosk.generator.styles.flow_trace import trace
from tests.generator.music import EIGHT, PARTY

ASPECT = 16 / 9


def like(seed: int, music: str = "no music", **words: str) -> Genome:
    """A genome of this music and seed, with some of its words replaced."""
    genome = compose(EIGHT[music], seed, "flow")
    return replace(genome, structure={**genome.structure, **words})


def test_ribbons_keep_their_distance() -> None:
    """Centre lines of different ribbons are at least a width and a gap apart, less the grid's rounding."""
    genome = compose(PARTY, 8, "flow")
    field = build_field(genome, 16 / 9)
    seeds = np.random.default_rng(1).uniform((0, 0), (16 / 9, 1), (400, 2))
    width, gap = 0.03, 0.004
    ribbons = trace(field, seeds, np.full(400, width), np.full(400, 0.5), gap, 16 / 9)
    count = len(ribbons.candidate)
    assert count > 20
    lines = [ribbons.points[ribbons.first[k] : ribbons.first[k + 1]] for k in range(count)]
    nearest = min(
        np.hypot(*(lines[a][:, None] - lines[b][None]).transpose(2, 0, 1)).min() for a in range(count) for b in range(a)
    )
    assert nearest > width + gap - 0.006


def test_ribbons_stay_near_the_frame() -> None:
    """No ribbon runs further out than the margin."""
    field = build_field(compose(None, 2, "flow"), 1.5)
    seeds = np.random.default_rng(2).uniform((0, 0), (1.5, 1), (200, 2))
    points = trace(field, seeds, np.full(200, 0.01), np.full(200, 3.0), 0.002, 1.5).points
    assert points.min() >= -MARGIN - 1e-6
    assert (points.max(axis=0) <= np.array([1.5, 1.0]) + MARGIN + 1e-6).all()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("void", VOIDS)
def test_no_composition_is_mostly_empty(layout: str, void: str) -> None:
    """Whatever region a genome wants empty, at most half of the frame is, save round a large disc."""
    for seed in range(6):
        genome = like(seed, layout=layout, void_region=void)
        field = build_field(genome, ASPECT)
        empty = void_region(genome, field)
        share = 0.0 if empty is None else float((field.region == empty).mean())
        assert share < (0.9 if layout == "disc" else 0.6)


@pytest.mark.parametrize("layout", ["horizon", "diagonal", "islands", "column"])
def test_regions_meet_without_a_seam(layout: str) -> None:
    """Where the strokes turn from one region's bearing to the other's, they do it over many cells and none is cut."""
    for seed in range(3):
        genome = like(seed, layout=layout, void_region="none", field="drift")
        genome = replace(genome, genes={**genome.genes, "region_turn": 0.5, "turbulence": 0.0, "frequency": 0.0})
        field = build_field(genome, ASPECT)
        assert not field.region.any()
        for axis in (0, 1):
            u, v = (np.diff(grid.astype(np.float64), axis=axis) for grid in (field.u, field.v))
            assert np.hypot(u, v).max() < 0.16  # radians in a cell


@pytest.mark.parametrize("layout", ["horizon", "diagonal", "disc"])
def test_strokes_run_along_the_edge_of_a_void(layout: str) -> None:
    """Next to a void nearly all strokes run along its edge, whatever the field: it looks meant, like a bank."""
    found = 0
    for seed in range(12):
        genome = like(seed, layout=layout, void_region="1")
        field = build_field(genome, ASPECT)
        if void_region(genome, field) is None:
            continue
        found += 1
        edge = (field.bank > 0.93) & (field.region == 0)
        down, right = np.gradient(field.bank.astype(np.float64))
        across = np.abs(field.u * right + field.v * down) / np.maximum(np.hypot(down, right), 1e-9)
        assert (across[edge] < 0.35).mean() > 0.85
    assert found >= 3


@pytest.mark.parametrize("music", ["lullaby", "party"])
def test_every_piece_has_a_strong_place_and_a_calm_one(music: str) -> None:
    """In each frame some of the strokes stand out fully and some are half sunk into the ground; the focus is strong."""
    edge = round(MARGIN * CELLS)
    for seed in range(12):
        genome = like(seed, music, layout="full")
        field = build_field(genome, ASPECT)
        tone = build_tone(genome, field, ASPECT)
        shown = presence(tone.grid[edge:-edge, edge:-edge], is_dark=True)
        assert (shown > 1.0).mean() > 0.08, seed
        assert (shown < 0.8).mean() > 0.08, seed
        assert tone.at(np.array([tone.focus]))[0] > 0, seed


def test_fine_strokes_have_a_form() -> None:
    """A field of hair-lines is no even texture: seen from afar its tiles differ, however quiet the music."""
    for seed in range(4):
        genome = like(seed, "lullaby", widths="fine", layout="full", field="drift", void_region="none")
        genome = replace(genome, palette=replace(genome.palette, ground="paper"))
        picture = to_srgb8(render(genome, 256, 144), 1).mean(axis=2)
        tiles = picture.reshape(6, 24, 8, 32).mean(axis=(1, 3))
        assert np.ptp(tiles) > 45, seed


def test_words_that_spoil_each_other_are_settled() -> None:
    """Broad strokes are neither striped nor cut by a void, and fine ones are not of all colours at random."""
    recipe = recipe_named("flow")
    broad = recipe.settle({"widths": "broad", "texture": "dashed", "layout": "horizon", "void_region": "1"})
    assert broad["texture"] not in ("striped", "dashed")
    assert broad["void_region"] == "none"
    assert recipe.settle({"widths": "fine", "colouring": "scatter"})["colouring"] != "scatter"


def test_threads_change_nothing() -> None:
    """One thread and three give the same values, in a piece of two layers with a void."""
    genome = like(3, "jazz", depth="double", layout="diagonal", void_region="1", widths="fine")
    assert (render(genome, 200, 113, threads=1) == render(genome, 200, 113, threads=3)).all()
