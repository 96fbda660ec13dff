"""The sizes asked for: within what a service takes, and near the wall's shape."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.server.providers.sizes import fitted, nearest

KNOWN = ((1024, 1024), (1536, 1024), (1024, 1536))
sides = st.integers(16, 8_000)


@pytest.mark.parametrize(
    ("wall", "size"),
    [((1920, 1080), (1536, 1024)), ((1080, 1920), (1024, 1536)), ((1000, 1100), (1024, 1024))],
)
def test_the_nearest_shape_is_taken(wall: tuple[int, int], size: tuple[int, int]) -> None:
    """A wide wall gets the wide size, a tall one the tall size, a squarish one the square."""
    assert nearest(*wall, KNOWN) == size


def test_of_equal_shapes_the_largest_is_taken() -> None:
    """The order in the list does not matter."""
    assert nearest(100, 100, ((256, 256), (1024, 1024), (512, 512))) == (1024, 1024)


@given(width=sides, height=sides)
def test_a_fitted_size_keeps_area_and_shape(width: int, height: int) -> None:
    """Sides are multiples of the step, the area is near the bound and within it, unless the wall is a mere strip."""
    found = fitted(width, height, pixels=1024 * 1024, step_px=64)
    assert all(side >= 64 and side % 64 == 0 for side in found)
    if max(width, height) < 4 * min(width, height):
        assert 0.75 * 1024 * 1024 < found[0] * found[1] <= 1024 * 1024
        assert abs(math.log(found[0] / found[1]) - math.log(width / height)) < math.log(1.15)
