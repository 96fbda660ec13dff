"""What every style promises: pictures fit for a wall, one piece at all sizes, another piece for other music."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.errors import BadGenome
from kiosk.generator.compose import compose
from kiosk.generator.distance import distance
from kiosk.generator.dither import to_srgb8
from kiosk.generator.frame import frame_for
from kiosk.generator.genome import Genome
from kiosk.generator.styles import STYLES, style_named
from tests.generator.music import CALM, PARTY

MUSIC = (None, CALM, PARTY)


def draw(genome: Genome, width_px: int = 256, height_px: int = 144) -> np.ndarray:
    """The finished picture of a genome, 8 bits a channel."""
    linear = style_named(genome.style)(genome, width_px, height_px)
    return to_srgb8(linear, genome.stream_seed("dither"))


@pytest.mark.parametrize("style", STYLES)
def test_neither_clipped_nor_empty_nor_flat(style: str) -> None:
    """Over a sample of seeds and music no channel is clipped, no frame is empty, too dark, too bright or flat."""
    for seed in range(16):
        picture = draw(compose(MUSIC[seed % 3], seed, style))
        grey = picture.mean(axis=2)
        assert picture.min() > 0, seed
        assert picture.max() < 255, seed
        assert 20 < grey.mean() < 235, seed
        assert grey.std() > 12, seed
        quarters = [grey[:, :128], grey[:, 128:], grey[:72], grey[72:]]
        assert sum(part.std() > 6 for part in quarters) >= 3, seed


@pytest.mark.parametrize("style", STYLES)
def test_one_genome_looks_alike_at_all_sizes(style: str) -> None:
    """A preview, a laptop's odd size and full HD of one genome are under 0.10 apart."""
    for seed in range(3):
        genome = compose(MUSIC[seed], seed, style)
        small = draw(genome, 480, 270)
        assert distance(small, draw(genome, 1366, 768)) < 0.10
        assert distance(small, draw(genome, 1920, 1080)) < 0.10


@pytest.mark.parametrize("style", STYLES)
def test_other_music_is_another_picture(style: str) -> None:
    """For one seed, calm and loud music give pictures more than 0.35 apart, in shape and not only in colour."""
    for seed in range(6):
        calm, party = draw(compose(CALM, seed, style)), draw(compose(PARTY, seed, style))
        assert distance(calm, party) > 0.35
        colourless = [np.repeat(p.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8) for p in (calm, party)]
        assert distance(*colourless) > 0.25


@pytest.mark.parametrize("style", STYLES)
def test_seeds_do_not_repeat_themselves(style: str) -> None:
    """Any two of twelve seeds to the same music are more than 0.35 apart."""
    pictures = [draw(compose(CALM, seed, style)) for seed in range(12)]
    assert min(distance(a, b) for i, a in enumerate(pictures) for b in pictures[:i]) > 0.35


@pytest.mark.parametrize("style", STYLES)
def test_linear_values_stay_in_range(style: str) -> None:
    """What a style returns is float32 linear RGB in 0-1, of the shape asked for, without NaN."""
    linear = style_named(style)(compose(PARTY, 2, style), 90, 50)
    assert linear.dtype == np.float32
    assert linear.shape == (50, 90, 3)
    assert np.isfinite(linear).all()
    assert linear.min() > 0
    assert linear.max() < 1


def test_unknown_style_is_refused() -> None:
    """A style nobody drew is a BadGenome that names the known ones."""
    with pytest.raises(BadGenome, match="flow, silk"):
        style_named("cubism")


@given(st.integers(16, 8000), st.integers(16, 8000))
@settings(max_examples=200)
def test_frame_covers_the_picture(width_px: int, height_px: int) -> None:
    """The standard frame covers every picture and is centred on it."""
    frame = frame_for(width_px, height_px)
    assert frame.aspect * frame.scale >= width_px - 1e-6
    assert frame.scale >= height_px - 1e-6
    assert frame.origin_x == pytest.approx((frame.aspect - width_px / frame.scale) / 2)
    assert frame.origin_x >= -1e-9
    assert frame.origin_y >= -1e-9
