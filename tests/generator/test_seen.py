"""Which colours a picture shows: read from its signature as it was painted, and as its palette leads one to expect."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.generator.color import linear_to_oklab, srgb_to_linear
from kiosk.generator.compose import compose
from kiosk.generator.diversity import preview
from kiosk.generator.seen import expected_of, tints_in, tints_of
from kiosk.generator.signatures import signature_text
from tests.generator.music import EIGHT


def _gap(one_deg: float, other_deg: float) -> float:
    return abs((one_deg - other_deg + 180) % 360 - 180)


def _hue(colour: tuple[int, int, int]) -> float:
    _, a, b = linear_to_oklab(srgb_to_linear(np.array(colour) / 255))
    return float(np.rad2deg(np.arctan2(b, a)) % 360)


@pytest.mark.parametrize("colour", [(200, 40, 40), (30, 60, 160), (240, 190, 60), (20, 120, 100), (150, 80, 170)])
def test_what_covers_most_comes_first(colour: tuple[int, int, int]) -> None:
    """Of a picture two thirds in one colour, one quarter in another and the rest white, these two are told in order."""
    other = (60, 60, 200) if colour == (240, 190, 60) else (230, 200, 60)
    picture = np.full((90, 160, 3), 250, np.uint8)
    picture[:, :105] = colour
    picture[:, 105:145] = other
    found = tints_in(signature_text(picture))
    assert found is not None
    assert _gap(found.main.hue_deg, _hue(colour)) < 6
    assert _gap(found.other.hue_deg, _hue(other)) < 12


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_grey_has_no_tint(grey: int) -> None:
    """A picture without colour has none; its words then go by the palette."""
    text = signature_text(np.full((90, 160, 3), grey, np.uint8))
    genome = compose(None, 1)
    assert tints_in(text) is None
    assert tints_of(genome, text) == expected_of(genome)


@given(st.text(max_size=600))
def test_any_text_is_read(text: str) -> None:
    """What is no signature has no tints and raises nothing."""
    found = tints_in(text)
    assert found is None or 0 <= found.main.hue_deg < 360


def test_words_of_colour_fit_the_picture() -> None:
    """Of fifteen pieces the tint told first is in nearly all the one that most of the coloured pixels are near to."""
    fit = []
    for number in range(15):
        genome = compose(list(EIGHT.values())[number % 8], number, ("flow", "silk", "watercolour")[number % 3])
        picture = preview(genome, (96, 54))
        _, a, b = linear_to_oklab(srgb_to_linear(picture.reshape(-1, 3) / 255)).T
        weights, hues = np.minimum(np.hypot(a, b), 0.1), np.rad2deg(np.arctan2(b, a))
        near = {at: float(weights[np.abs((hues - at + 180) % 360 - 180) < 30].sum()) for at in range(360)}
        found = tints_in(signature_text(picture))
        assert found is not None
        fit.append(near[int(found.main.hue_deg)] > 0.75 * max(near.values()))
    assert fit.count(True) >= 14
