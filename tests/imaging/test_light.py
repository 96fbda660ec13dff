"""Tables of light, and the dither to 8 bit."""

import numpy as np
import pytest

from kiosk.imaging.light import TILE_PX, blue_noise, decoding_table, dithered, to_codes


def test_all_code_values_come_back_as_they_were() -> None:
    """8 bit to linear light and back changes nothing, wherever in the picture, whatever the noise says."""
    codes = np.repeat(np.arange(256, dtype=np.uint8), 3 * TILE_PX).reshape(256, TILE_PX, 3)
    for top in range(0, TILE_PX, 7):
        assert np.array_equal(to_codes(decoding_table(256)[codes], top), codes)


def test_16_bit_copies_of_code_values_come_back_as_they_were() -> None:
    """A 16-bit picture that holds 8-bit values becomes exactly those."""
    deep = np.repeat(np.arange(256, dtype=np.uint16) * 257, 3).reshape(16, 16, 3)
    assert np.array_equal(to_codes(decoding_table(65_536)[deep]), deep // 257)


@pytest.mark.parametrize("code", [20.25, 99.5, 200.9])
def test_a_flat_area_keeps_its_mean(code: float) -> None:
    """Between two code values both are used, as often as it takes; never a third."""
    codes = dithered(np.full((TILE_PX, 2 * TILE_PX, 3), code, np.float32))
    assert codes.mean() == pytest.approx(code, abs=0.001)
    assert set(np.unique(codes)) == {int(code), int(code) + 1}


def test_strips_join_without_a_seam() -> None:
    """A picture in strips has the same bytes as in one piece."""
    light = np.linspace(0, 1, 100 * 70 * 3, dtype=np.float32).reshape(100, 70, 3)
    strips = [to_codes(light[first : first + 32], first) for first in range(0, 100, 32)]
    assert np.array_equal(np.concatenate(strips), to_codes(light))


def test_the_noise_has_no_low_frequencies() -> None:
    """Below an eighth of a cycle a pixel lies less than a fiftieth of white noise's power, and no value comes twice."""
    tile = blue_noise()
    assert len(np.unique(tile)) == tile.size
    assert 0 <= tile.min() < tile.max() < 1
    power = np.abs(np.fft.fft2(tile - tile.mean())) ** 2
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(TILE_PX), np.fft.fftfreq(TILE_PX)))
    low = power[(frequency > 0) & (frequency < 0.125)].mean()
    assert low < power.mean() / 50


def test_light_beyond_the_screen_is_held() -> None:
    """What a filter overshoots becomes black or white, never the other end of the scale."""
    light = np.array([[[-0.2, -1e-6, 0], [1.0, 1.000001, 1.3]]], np.float32)
    assert to_codes(light).tolist() == [[[0, 0, 0], [255, 255, 255]]]
