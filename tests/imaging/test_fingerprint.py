"""The perceptual hash."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.app.glass import DIFFERENT_BITS
from kiosk.imaging.fingerprint import KEEPS_UNDER_A_LABEL, distance_bits, fingerprint
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


def with_plate(picture: Codes) -> Codes:
    """The picture with the largest label in its lower left corner: a dark plate, lines of text, a QR code."""
    copy = picture.copy()
    height, width = copy.shape[:2]
    top, left, high, wide = round(height * 0.78), round(width * 0.035), round(height * 0.18), round(width * 0.42)
    copy[top : top + high, left : left + wide] = (16, 17, 20)
    copy[top + high // 8 : top + high * 7 // 8, left + wide * 4 // 5 : left + round(wide * 0.97)] = 150
    copy[top + high // 4 : top + high * 3 // 4 : 4, left + 10 : left + round(wide * 0.7)] = 160
    return copy


def ramp() -> Codes:
    """A soft grey ramp from the left to the right."""
    return np.broadcast_to(np.linspace(90, 110, 640, dtype=np.uint8)[None, :, None], (360, 640, 3)).copy()


def test_a_print_that_a_label_would_change_has_none() -> None:
    """Of soft pictures at every contrast, those that still have a hash are known again under the largest label."""
    soft = [
        np.clip((picture - picture.mean()) * contrast + level, 0, 255).astype(np.uint8)
        for picture in (smooth(640, 360, seed).astype(np.float32) for seed in range(8))
        for contrast in (0.02, 0.1, 0.2, 0.5, 1.0)
        for level in (30, 128, 225)
    ]
    soft += [ramp(), plain((200, 40, 120))]
    hashes = [(fingerprint(picture, least=KEEPS_UNDER_A_LABEL), fingerprint(with_plate(picture))) for picture in soft]
    apart = [distance_bits(before, under) for before, under in hashes if before]
    assert len(apart) > len(soft) // 8
    assert max(apart) < DIFFERENT_BITS
    assert distance_bits(fingerprint(ramp()), fingerprint(with_plate(ramp()))) >= DIFFERENT_BITS


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
