"""Where a crop lies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.imaging.saliency import best_offset, saliency
from tests.imaging.making import Codes, plain


def with_figure(x: int, y: int, size: tuple[int, int] = (400, 300)) -> Codes:
    """A calm ground with one small busy figure, its middle at x, y."""
    width, height = size
    ramp = np.linspace(80, 140, width)[None, :] + np.linspace(0, 20, height)[:, None]
    picture = np.repeat(ramp[..., None], 3, axis=-1).astype(np.uint8)
    figure = np.random.default_rng(2).integers(0, 256, (6, 6, 3)).repeat(8, axis=0).repeat(8, axis=1)
    picture[y - 24 : y + 24, x - 24 : x + 24] = figure
    return picture


@pytest.mark.parametrize("x", [40, 120, 200, 280, 360])
def test_the_figure_is_inside_the_crop(x: int) -> None:
    """Wherever it stands, a window of half the width holds it."""
    offset = best_offset(saliency(with_figure(x, 150)), 1, 0.5)
    first = offset * 0.5 * 400
    assert first <= x - 24
    assert x + 24 <= first + 200


def test_the_other_axis_too() -> None:
    """A figure at the foot draws the window down, one at the head up."""
    assert best_offset(saliency(with_figure(200, 270)), 0, 0.5) > 0.7
    assert best_offset(saliency(with_figure(200, 30)), 0, 0.5) < 0.3


def test_without_a_figure_it_is_the_middle() -> None:
    """A flat picture, and a window as large as the picture, leave nothing to choose."""
    assert best_offset(saliency(plain((90, 90, 90))), 1, 0.5) == 0.5
    assert best_offset(saliency(with_figure(40, 150)), 1, 1.0) == 0.5


@given(st.integers(1, 60), st.integers(1, 60), st.floats(0.01, 1), st.integers(0, 99))
def test_any_picture_has_an_answer(width: int, height: int, share: float, seed: int) -> None:
    """The map is finite, sums to one or nothing; the offset lies between 0 and 1."""
    found = saliency(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))
    assert np.isfinite(found).all()
    assert found.sum() == pytest.approx(1, abs=1e-4) or found.sum() == 0
    assert 0 <= best_offset(found, 0, share) <= 1
    assert 0 <= best_offset(found, 1, share) <= 1
