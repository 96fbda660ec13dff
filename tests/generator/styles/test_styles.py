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
from tests.generator.music import EIGHT, PARTY

SEEDS = 10
pytestmark = pytest.mark.timeout(400)  # a slow machine draws large pictures for minutes


class Pieces:
    """Pieces of one style, each drawn once, 256x144 pixels."""

    def __init__(self, style: str) -> None:
        self.style = style
        self._drawn: dict[tuple[str, int], np.ndarray] = {}

    def of(self, music: str, seed: int) -> np.ndarray:
        """The piece to this kind of music with this seed."""
        if (music, seed) not in self._drawn:
            self._drawn[music, seed] = draw(compose(EIGHT[music], seed, self.style))
        return self._drawn[music, seed]


@pytest.fixture(scope="module", params=STYLES)
def pieces(request: pytest.FixtureRequest) -> Pieces:
    """Each style in turn: a parameter of the module, so that its tests follow one another and share what they draw."""
    return Pieces(request.param)


def draw(genome: Genome, width_px: int = 256, height_px: int = 144) -> np.ndarray:
    """The finished picture of a genome, 8 bits a channel."""
    linear = style_named(genome.style)(genome, width_px, height_px)
    return to_srgb8(linear, genome.stream_seed("dither"))


def test_neither_clipped_nor_empty_nor_flat(pieces: Pieces) -> None:
    """Over a sample of seeds and music no channel is clipped, no frame is empty, too dark, too bright or flat."""
    sample = [("lullaby", seed) for seed in range(SEEDS)]
    sample += [("party", seed) for seed in range(4)] + [(music, 1) for music in EIGHT]
    for music, seed in sample:
        picture = pieces.of(music, seed)
        grey = picture.mean(axis=2)
        assert picture.min() > 0, (music, seed)
        assert picture.max() < 255, (music, seed)
        assert 20 < grey.mean() < 235, (music, seed)
        assert grey.std() > 12, (music, seed)
        quarters = [grey[:, :128], grey[:, 128:], grey[:72], grey[72:]]
        assert sum(part.std() > 6 for part in quarters) >= 3, (music, seed)


def test_other_music_is_another_picture(pieces: Pieces) -> None:
    """For one seed, calm and loud music give pictures more than 0.35 apart, in shape and not only in colour."""
    for seed in range(4):
        calm, party = pieces.of("lullaby", seed), pieces.of("party", seed)
        assert distance(calm, party) > 0.35
        colourless = [np.repeat(p.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8) for p in (calm, party)]
        assert distance(*colourless) > 0.25


def test_eight_kinds_of_music_are_eight_pictures(pieces: Pieces) -> None:
    """For one seed, any two kinds of music give pictures apart: 0.35 at the 5 % quantile, 0.20 at the least."""
    drawn = [pieces.of(music, 1) for music in EIGHT]
    apart = [distance(a, b) for i, a in enumerate(drawn) for b in drawn[:i]]
    assert len(apart) == 28
    assert np.quantile(apart, 0.05) > 0.35
    assert min(apart) > 0.20


def test_seeds_do_not_repeat_themselves(pieces: Pieces) -> None:
    """Any two of ten seeds to the same music are more than 0.35 apart."""
    drawn = [pieces.of("lullaby", seed) for seed in range(SEEDS)]
    assert min(distance(a, b) for i, a in enumerate(drawn) for b in drawn[:i]) > 0.35


def test_one_genome_looks_alike_at_all_sizes(pieces: Pieces) -> None:
    """A preview, an odd size of a laptop's shape and full HD of one genome are under 0.10 apart."""
    for music, seed, size in (("lullaby", 1, (683, 384)), ("party", 2, (1920, 1080))):
        genome = compose(EIGHT[music], seed, pieces.style)
        assert distance(draw(genome, 480, 270), draw(genome, *size)) < 0.10


def test_a_4k_wall_shows_the_same_piece() -> None:
    """A preview and 3840x2160 of one genome are under 0.10 apart, in the style that is quickest there."""
    genome = compose(EIGHT["party"], 2, "flow")
    assert distance(draw(genome, 480, 270), draw(genome, 3840, 2160)) < 0.10


def test_linear_values_stay_in_range(pieces: Pieces) -> None:
    """What a style returns is float32 linear RGB in 0-1, of the shape asked for, without NaN."""
    linear = style_named(pieces.style)(compose(PARTY, 2, pieces.style), 90, 50)
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
