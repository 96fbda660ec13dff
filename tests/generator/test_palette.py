"""Palettes and colour spaces: everything shown lies in the gamut, and nothing is mud."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.generator.color import (
    GAMUT_HIGH,
    GAMUT_LOW,
    in_gamut,
    lch_to_lab,
    linear_to_oklab,
    linear_to_srgb,
    map_to_gamut,
    oklab_to_linear,
    srgb_to_linear,
)
from kiosk.generator.genome import PaletteGenes
from kiosk.generator.hues import clean_hue, role_hues
from kiosk.generator.palette import build_palette, hue_turn, pchip
from tests.generator.music import palettes


@given(palettes())
@settings(max_examples=40, deadline=None)
def test_every_colour_is_in_gamut(genes: PaletteGenes) -> None:
    """Ground, pigments, weave and lights of any palette lie inside the gamut, margin and all."""
    palette = build_palette(genes)
    for colours in (palette.ground, palette.pigments, palette.weave, palette.sheen, palette.rim):
        assert in_gamut(colours).all()
    assert palette.weights.sum() == pytest.approx(1)


@given(palettes())
@settings(max_examples=40, deadline=None)
def test_pigments_stand_out_from_the_ground(genes: PaletteGenes) -> None:
    """No pigment vanishes into the ground it lies on."""
    palette = build_palette(genes)
    assert np.sqrt(((palette.pigments - palette.ground) ** 2).sum(axis=1)).min() > 0.12


@given(palettes())
@settings(max_examples=40, deadline=None)
def test_no_muddy_yellow(genes: PaletteGenes) -> None:
    """No pigment is a dark or middling yellow or olive of visible chroma."""
    lab = build_palette(genes).pigments
    hue = np.rad2deg(np.arctan2(lab[:, 2], lab[:, 1])) % 360
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    assert not ((hue > 88) & (hue < 150) & (lab[:, 0] < 0.7) & (chroma > 0.04)).any()


@given(st.floats(0, 720))
def test_no_hue_in_the_olive_gap(hue: float) -> None:
    """Cleaned hues lie outside the gap; those well clear of it are untouched."""
    clean = clean_hue(hue)
    assert not 86 < clean < 155
    if not 76 <= hue % 360 < 166:
        assert clean == hue % 360


@given(palettes())
def test_roles_avoid_olive(genes: PaletteGenes) -> None:
    """None of the four role hues is olive."""
    assert not any(86 < hue < 155 for hue in role_hues(genes))


@given(st.floats(0, 360), st.floats(0, 360))
def test_hue_turn_arrives(start: float, end: float) -> None:
    """Turning from one hue by the returned angle always ends at the other."""
    assert (start + hue_turn(start, end) - end + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)


@given(st.lists(st.floats(0, 1), min_size=3, max_size=8), st.integers(0, 2**32 - 1))
def test_pchip_is_monotone_between_knots(heights: list[float], seed: int) -> None:
    """Between two knots the curve never leaves their range, and it goes through every knot."""
    gaps = np.random.default_rng(seed).uniform(0.1, 1, len(heights))
    knots = np.cumsum(gaps)
    values = np.array(heights)[:, None]
    curve = pchip(knots, values, np.linspace(knots[0], knots[-1], 400))[:, 0]
    at = np.clip(np.searchsorted(knots, np.linspace(knots[0], knots[-1], 400), side="right") - 1, 0, len(knots) - 2)
    low = np.minimum(values[at, 0], values[at + 1, 0])
    high = np.maximum(values[at, 0], values[at + 1, 0])
    assert ((curve >= low - 1e-9) & (curve <= high + 1e-9)).all()
    np.testing.assert_allclose(pchip(knots, values, knots)[:, 0], heights, atol=1e-9)


@given(st.integers(0, 2**32 - 1))
def test_colour_spaces_invert(seed: int) -> None:
    """SRGB, linear RGB and OKLab convert there and back without loss."""
    rgb = np.random.default_rng(seed).random((20, 3))
    np.testing.assert_allclose(linear_to_srgb(srgb_to_linear(rgb)), rgb, atol=1e-6)
    np.testing.assert_allclose(oklab_to_linear(linear_to_oklab(rgb)), rgb, atol=1e-9)


def test_oklab_of_known_colours() -> None:
    """White and pure red have the OKLab values Ottosson published."""
    np.testing.assert_allclose(linear_to_oklab(np.array([1.0, 1.0, 1.0])), [1, 0, 0], atol=1e-3)
    np.testing.assert_allclose(linear_to_oklab(np.array([1.0, 0.0, 0.0])), [0.628, 0.225, 0.126], atol=1e-3)


@given(st.floats(0, 1), st.floats(0, 0.5), st.floats(0, 360))
def test_gamut_mapping_keeps_lightness_and_hue(lightness: float, chroma: float, hue: float) -> None:
    """A mapped colour is in gamut, of the same hue, of the same lightness where a grey has it, never more chroma."""
    lab = lch_to_lab(np.array(lightness), np.array(chroma), np.array(hue))
    mapped = map_to_gamut(lab)
    rgb = oklab_to_linear(mapped)
    assert rgb.min() >= GAMUT_LOW - 1e-6
    assert rgb.max() <= GAMUT_HIGH + 1e-6
    assert np.hypot(*mapped[1:]) <= chroma + 1e-9
    assert abs(mapped[1] * lab[2] - mapped[2] * lab[1]) < 1e-9
    if 0.2 < lightness < 0.95:
        assert mapped[0] == lightness
