"""The distance between pictures: a measure one can sort and threshold by."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from kiosk.generator.distance import distance

PICTURES = arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(3)))


@given(PICTURES, PICTURES)
def test_symmetric_bounded_and_zero_for_equal(a: Any, b: Any) -> None:
    """For any two pictures the distance is the same both ways, in 0-1, and 0 from a picture to itself."""
    assert distance(a, b) == distance(b, a)
    assert 0 <= distance(a, b) <= 1
    assert distance(a, a) == 0


def test_small_changes_are_near_and_unrelated_pictures_far() -> None:
    """A rescaled, recompressed copy is near; a mirrored one is further; an unrelated picture is far."""
    rng = np.random.default_rng(1)
    soft = Image.fromarray(rng.integers(0, 256, (6, 9, 3), dtype=np.uint8)).resize((480, 270), Image.Resampling.BICUBIC)
    other = Image.fromarray(rng.integers(0, 256, (60, 90, 3), dtype=np.uint8)).resize((480, 270))
    picture = np.asarray(soft)
    near = distance(picture, np.asarray(soft.resize((960, 540), Image.Resampling.BICUBIC)))
    mirrored = distance(picture, np.ascontiguousarray(picture[:, ::-1]))
    assert near < 0.05
    assert mirrored > 0.4
    assert distance(picture, np.asarray(other)) > 0.5


@pytest.mark.parametrize("wrong", [None, [[1, 2, 3]], "picture", np.zeros((2, 2, 3)), np.zeros((2, 2, 3), np.int16)])
def test_other_types_are_refused(wrong: object) -> None:
    """Anything but a uint8 array is a TypeError that says what came."""
    with pytest.raises(TypeError, match="uint8"):
        distance(wrong, np.zeros((2, 2, 3), np.uint8))


@pytest.mark.parametrize("shape", [(2, 2), (2, 2, 4), (0, 2, 3), (2, 0, 3), (1, 2, 2, 3)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    """An array of another shape, or an empty one, is a ValueError that says which."""
    with pytest.raises(ValueError, match="height, width, 3"):
        distance(np.zeros((2, 2, 3), np.uint8), np.zeros(shape, np.uint8))
