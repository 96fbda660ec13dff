"""Flow ribbons: strokes keep clear of one another, and every composition leaves something to see."""

from dataclasses import replace

import numpy as np
import pytest

from kiosk.generator.compose import compose
from kiosk.generator.styles.flow_field import LAYOUTS, MARGIN, VOIDS, build_field, void_region
from kiosk.generator.styles.flow_trace import trace
from tests.generator.music import PARTY


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
        genome = compose(None, seed, "flow")
        genome = replace(genome, structure={**genome.structure, "layout": layout, "void_region": void})
        field = build_field(genome, 16 / 9)
        empty = void_region(genome, field)
        share = 0.0 if empty is None else float((field.region == empty).mean())
        assert share < (0.9 if layout == "disc" else 0.6)
