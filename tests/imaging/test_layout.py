"""Where pictures lie on a print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.imaging.layout import FITS, Rect, crop_window, fitted, places

SIDES = st.integers(1, 8_000)
PICTURES = st.tuples(SIDES, SIDES)
SCREENS = st.tuples(st.integers(64, 8_000), st.integers(64, 8_000))


def overlap(a: Rect, b: Rect) -> bool:
    """Whether two rectangles share a pixel."""
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


@given(SCREENS, st.lists(PICTURES, min_size=1, max_size=2), st.sampled_from(sorted(FITS)))
def test_everything_lies_on_the_screen_and_nothing_on_another(
    screen: tuple[int, int], pictures: list[tuple[int, int]], fit: str
) -> None:
    """Cells and pictures are within the screen, have pixels, and no two pictures share one."""
    hung = places(screen, pictures, fit)
    assert len(hung) == len(pictures)
    for rect in [place.picture for place in hung] + [place.cell for place in hung]:
        assert rect.x >= 0
        assert rect.y >= 0
        assert rect.width >= 1
        assert rect.height >= 1
        assert rect.x + rect.width <= screen[0]
        assert rect.y + rect.height <= screen[1]
    if len(hung) == 2:
        assert not overlap(hung[0].picture, hung[1].picture)
        assert not overlap(hung[0].cell, hung[1].cell)


@given(SCREENS, PICTURES)
def test_one_picture_keeps_its_proportions_and_touches_two_edges(
    screen: tuple[int, int], picture: tuple[int, int]
) -> None:
    """`contain`: one side as long as the screen's, the other its share to half a pixel, centred to a pixel."""
    rect = places(screen, [picture], "contain")[0].picture
    assert rect.width == screen[0] or rect.height == screen[1]
    scale = min(screen[0] / picture[0], screen[1] / picture[1])
    assert abs(rect.width - max(1, picture[0] * scale)) <= 0.5
    assert abs(rect.height - max(1, picture[1] * scale)) <= 0.5
    assert abs(2 * rect.x + rect.width - screen[0]) <= 1
    assert abs(2 * rect.y + rect.height - screen[1]) <= 1


@given(PICTURES, PICTURES)
def test_a_crop_is_the_largest_of_its_shape(picture: tuple[int, int], shape: tuple[int, int]) -> None:
    """It has the wanted proportions, lies within the picture, and spans one of its sides."""
    width, height = crop_window(picture, shape)
    assert width <= picture[0]
    assert height <= picture[1]
    assert width == pytest.approx(picture[0]) or height == pytest.approx(picture[1])
    assert width * shape[1] == pytest.approx(height * shape[0])


@pytest.mark.parametrize("fit", ["contain", "blur"])
def test_a_pair_of_portraits_hangs_at_one_height(fit: str) -> None:
    """Two portraits on a landscape wall are equally high, side by side, their proportions kept."""
    left, right = (place.picture for place in places((1920, 1080), [(600, 800), (500, 1000)], fit))
    assert left.height == right.height
    assert left.y == right.y
    assert left.x + left.width < right.x
    assert left.width / left.height == pytest.approx(0.75, abs=0.002)
    assert right.width / right.height == pytest.approx(0.5, abs=0.002)


def test_a_pair_that_is_cropped_fills_two_equal_halves() -> None:
    """`cover`: two halves, and a narrow gutter between them."""
    left, right = (place.picture for place in places((1920, 1080), [(600, 800), (500, 1000)], "cover"))
    assert (left.x, left.y, left.height, right.height) == (0, 0, 1080, 1080)
    assert left.width == right.width
    assert right.x + right.width == 1920
    assert 0 < right.x - left.width < 40


def test_a_pair_on_a_tall_screen_hangs_one_above_the_other() -> None:
    """The same, turned by a quarter."""
    upper, lower = (place.picture for place in places((1080, 1920), [(800, 600), (1000, 500)], "contain"))
    assert upper.width == lower.width
    assert upper.y + upper.height < lower.y


def test_fitted_never_vanishes() -> None:
    """A line of pixels keeps one across."""
    assert fitted((10_000, 2), (100, 100)) == (100, 1)
