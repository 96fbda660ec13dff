"""Resampling in linear light."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kiosk.imaging.picture import Picture
from kiosk.imaging.resample import resampled

Light = NDArray[np.float32]


def whole(light: Light, size: tuple[int, int], box: tuple[float, float, float, float] | None = None) -> Light:
    """The light of (h, w, 3), or of a box of it, at another size."""
    height, width = light.shape[:2]
    picture = Picture(width, height, 1, lambda first, end: light[first:end], lambda side: light)
    return np.concatenate([rows for _, rows in resampled(picture, box or (0, 0, width, height), size)])


def grey(plane: NDArray[np.float64]) -> Light:
    """One channel as three."""
    return np.repeat(plane[..., None], 3, axis=-1).astype(np.float32)


def zone_plate(places: NDArray[np.float64], inputs: int) -> NDArray[np.float64]:
    """Rings that grow finer outwards, up to half a cycle a pixel of a plate of `inputs`, at these places."""
    return 0.5 + 0.5 * np.cos(np.pi * 0.5 / inputs * (places[None] ** 2 + places[:, None] ** 2))


@pytest.mark.parametrize("outputs", [768, 512, 277])
def test_a_zone_plate_shows_no_rings_that_are_not_there(outputs: int) -> None:
    """Rings too fine for the smaller picture turn grey instead of coming back as coarse ones; the others stay.

    The ideal is the plate itself where its rings are coarse enough, and its mean where they are not.
    """
    inputs = 1024
    plate = grey(zone_plate(np.arange(inputs, dtype=np.float64) + 0.5, inputs))
    found = whole(plate, (outputs, outputs))[..., 0].astype(float)
    places = (np.arange(outputs) + 0.5) * inputs / outputs
    ideal, finest = zone_plate(places, inputs) - 0.5, 0.5 * outputs / inputs
    frequency = np.maximum(places[None], places[:, None]) * 0.5 / inputs
    coarse, too_fine = frequency < 0.5 * finest, frequency > 1.4 * finest
    kept = ((found - 0.5) * ideal)[coarse].sum() / (ideal**2)[coarse].sum()
    assert 0.9 < kept < 1.02
    assert np.sqrt(np.mean((found[coarse] - 0.5 - kept * ideal[coarse]) ** 2)) < 0.03
    if too_fine.any():
        assert np.sqrt(np.mean((found[too_fine] - 0.5) ** 2)) < 0.03


def test_an_edge_has_no_visible_ring() -> None:
    """Beside an edge light over- or undershoots by less than a sixteenth of the step."""
    step = np.full((8, 1000), 0.2)
    step[:, 500:] = 0.7
    for width in (999, 640, 251, 1700):
        found = whole(grey(step), (width, 8))
        assert found.max() < 0.7 + 0.5 / 16
        assert found.min() > 0.2 - 0.5 / 16


def test_light_is_averaged_not_code_values() -> None:
    """Fine black and white lines become half the light."""
    lines = np.zeros((64, 64))
    lines[:, ::2] = 1
    assert whole(grey(lines), (16, 16))[4:-4, 4:-4] == pytest.approx(0.5, abs=0.01)


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 90), st.integers(1, 90), st.floats(0, 1, width=32))
def test_a_flat_picture_stays_flat(width: int, height: int, to_width: int, to_height: int, value: float) -> None:
    """From any size to any size."""
    found = whole(np.full((height, width, 3), value, np.float32), (to_width, to_height))
    assert found.shape == (to_height, to_width, 3)
    assert found == pytest.approx(value, abs=1e-5)


def test_the_same_size_is_the_same_picture() -> None:
    """1:1 copies, also out of a larger picture."""
    light = np.random.default_rng(3).random((90, 70, 3)).astype(np.float32)
    assert np.array_equal(whole(light, (70, 90)), light)
    assert np.array_equal(whole(light, (40, 50), (12, 7, 52, 57)), light[7:57, 12:52])


def test_a_box_is_what_it_covers() -> None:
    """A part at another size is that part of the whole at that size."""
    light = np.random.default_rng(4).random((120, 120, 3)).astype(np.float32)
    part = whole(light, (30, 20), (30, 60, 90, 100))
    assert np.abs(part - whole(light, (60, 60))[30:50, 15:45]).max() < 1e-5


def test_an_enlargement_is_smooth() -> None:
    """A ramp enlarged five times rises evenly, without steps of the old pixels."""
    ramp = np.tile(np.linspace(0.1, 0.9, 40), (8, 1))
    rises = np.diff(whole(grey(ramp), (200, 8))[4, 15:-15, 0])
    assert rises.min() > 0.8 * rises.max()
