"""The perceptual hash."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.imaging.fingerprint import distance_bits, fingerprint
from tests.imaging.making import Codes, noise, plain, smooth


def labelled(picture: Codes) -> Codes:
    """The picture with a bright label in its lower left corner, a fifth wide."""
    copy = picture.copy()
    height, width = copy.shape[:2]
    copy[round(height * 0.88) : round(height * 0.95), round(width * 0.03) : round(width * 0.23)] = 235
    return copy


@pytest.mark.parametrize("seed", range(6))
def test_it_knows_a_picture_again(seed: int) -> None:
    """At another size, darker, with a label on it, or as a JPEG: within 10 bits."""
    picture = smooth(960, 540, seed)
    first = fingerprint(picture)
    again = {
        "smaller": cv2.resize(picture, (640, 360), interpolation=cv2.INTER_AREA),
        "darker": np.asarray(picture * 0.4, np.uint8),
        "labelled": labelled(picture),
        "as JPEG": cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], cv2.IMREAD_COLOR),
    }
    distances = {name: distance_bits(first, fingerprint(np.asarray(other, np.uint8))) for name, other in again.items()}
    assert {name: bits for name, bits in distances.items() if bits > 10} == {}


def test_it_tells_pictures_apart() -> None:
    """No two of twenty are within 14 bits of one another; on average they differ in half of them."""
    hashes = [fingerprint(smooth(480, 270, seed)) for seed in range(20)]
    distances = [distance_bits(a, b) for number, a in enumerate(hashes) for b in hashes[:number]]
    assert min(distances) > 14
    assert 28 < np.mean(distances) < 36


def test_a_picture_without_contrast_has_none() -> None:
    """Black, white and grey are 0, whatever their size."""
    assert {fingerprint(plain(colour)) for colour in [(0, 0, 0), (255, 255, 255), (90, 90, 90)]} == {0}


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_distance_counts_bits(a: int, b: int) -> None:
    """It is symmetric, 0 for equals, 64 at most."""
    assert distance_bits(a, b) == distance_bits(b, a) == sum((a >> bit ^ b >> bit) & 1 for bit in range(64))
    assert distance_bits(a, a) == 0


def test_it_is_64_bits() -> None:
    """Half of the bits of any picture are set: they say which side of the median a wave is on."""
    found = fingerprint(noise(64, 64))
    assert 0 < found < 2**64
    assert found.bit_count() == 32
