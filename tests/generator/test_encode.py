"""From linear light to a file: dither without bias or bands, and formats that hold what they say."""

import io

import numpy as np
import pytest
from PIL import Image

from kiosk.domain.errors import UsageError
from kiosk.generator.color import linear_to_srgb
from kiosk.generator.dither import to_srgb8
from kiosk.generator.encode import MEDIA_TYPES, encode


def test_dither_keeps_the_mean_of_every_level() -> None:
    """A flat field of any in-between level averages to that level within a fiftieth of a step."""
    for level in (20.25, 100.5, 200.8):
        linear = np.full((256, 256, 3), _linear(level), np.float32)
        assert to_srgb8(linear, 3).mean(axis=(0, 1)) == pytest.approx(level, abs=0.02)


def test_dither_removes_bands() -> None:
    """Along a shallow ramp the local mean follows the true level: no steps of whole levels remain."""
    levels = np.linspace(60, 64, 512)
    linear = np.repeat(np.repeat(_linear(levels)[None, :, None], 256, 0), 3, 2).astype(np.float32)
    columns = to_srgb8(linear, 3).astype(float).mean(axis=(0, 2)).reshape(64, 8).mean(axis=1)
    assert np.abs(columns - levels.reshape(64, 8).mean(axis=1)).max() < 0.1


def test_dither_depends_on_seed_and_place_only() -> None:
    """The same seed gives the same noise for any thread count, another seed another."""
    linear = np.full((200, 64, 3), 0.2, np.float32)
    assert (to_srgb8(linear, 1, threads=1) == to_srgb8(linear, 1, threads=3)).all()
    assert (to_srgb8(linear, 1) != to_srgb8(linear, 2)).any()


def test_values_outside_are_held() -> None:
    """Linear values below 0 and above 1 end at black and white, not wrapped round."""
    linear = np.array([[[-1.0, 0.5, 2.0]]], np.float32)
    low, _, high = to_srgb8(linear, 1)[0, 0]
    assert low <= 1
    assert high >= 254


@pytest.mark.parametrize("format", sorted(MEDIA_TYPES))
def test_files_hold_the_picture(format: str) -> None:
    """Each format decodes to the same size and, within its loss, the same colours."""
    picture = np.zeros((32, 48, 3), np.uint8)
    picture[:, :24] = (200, 40, 60)
    picture[:, 24:] = (30, 90, 220)
    with Image.open(io.BytesIO(encode(picture, format))) as image:
        assert image.get_format_mimetype() == MEDIA_TYPES[format]
        again = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(again[:, 4:20] - picture[:, 4:20]).max() < 6
    assert again.shape == picture.shape


def test_unknown_format_is_a_usage_error() -> None:
    """A format that cannot be written is refused, and the known ones are named."""
    with pytest.raises(UsageError, match="jpeg, png, webp"):
        encode(np.zeros((2, 2, 3), np.uint8), "gif")


def _linear(level: float | np.ndarray) -> np.ndarray:
    """The linear value whose sRGB level (0-255) is `level`, found by bisection over the curve itself."""
    target = np.asarray(level, dtype=float) / 255
    low, high = np.zeros_like(target), np.ones_like(target)
    for _ in range(50):
        middle = (low + high) / 2
        below = linear_to_srgb(middle) < target
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return high


def test_a_picture_that_hardly_compresses_is_encoded_all_the_same() -> None:
    """Noise, whose file is larger than a byte a pixel, comes out whole in every format."""
    noise = np.random.default_rng(1).integers(0, 256, (270, 480, 3), dtype=np.uint8)
    for name in MEDIA_TYPES:
        with Image.open(io.BytesIO(encode(noise, name))) as image:
            image.load()
            assert image.size == (480, 270)
