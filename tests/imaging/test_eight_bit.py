"""Every mode of Pillow's becomes one of five with 8 bits, and none of its greys is lost to white."""

import numpy as np
import pytest
from PIL import Image

from kiosk.domain.errors import BadPicture
from kiosk.imaging.eight_bit import eight_bit

RAMP = np.tile(np.linspace(0, 65_535, 256).astype(np.uint16), (4, 1))
GREYS = np.tile(np.arange(256, dtype=np.uint8), (4, 1))


@pytest.mark.parametrize("mode", ["I;16", "I;16L", "I;16B"])
def test_16_bits_of_grey_keep_every_grey(mode: str) -> None:
    """A ramp from black to white is one in 8 bits, whichever byte of a sample comes first."""
    raw = RAMP.astype(">u2" if mode == "I;16B" else "<u2").tobytes()
    reduced = eight_bit(Image.frombytes(mode, (256, 4), raw))
    assert reduced.mode == "L"
    assert (np.asarray(reduced) == GREYS).all()


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        ("1", "L"),
        ("L", "L"),
        ("LA", "LA"),
        ("La", "LA"),
        ("P", "RGB"),
        ("PA", "RGBA"),
        ("RGB", "RGB"),
        ("RGBA", "RGBA"),
        ("RGBa", "RGBA"),
        ("RGBX", "RGB"),
        ("CMYK", "CMYK"),
        ("YCbCr", "RGB"),
        ("HSV", "RGB"),
    ],
)
def test_every_mode_becomes_one_of_five(mode: str, found: str) -> None:
    """Alpha and ink are kept, everything else is grey or RGB."""
    assert eight_bit(Image.new(mode, (4, 4))).mode == found


def test_a_clear_colour_becomes_alpha() -> None:
    """In a palette, in grey and in RGB, pixels of the colour a file calls clear have alpha 0, the others 255."""
    grey = Image.fromarray(GREYS)
    grey.info["transparency"] = 7
    colours = Image.fromarray(np.dstack([GREYS] * 3))
    colours.info["transparency"] = (7, 7, 7)
    indexed = Image.fromarray(GREYS).convert("P")
    indexed.info["transparency"] = 7
    for image in (grey, colours, indexed):
        alpha = np.asarray(eight_bit(image).getchannel("A"))
        assert (alpha == np.where(GREYS == 7, 0, 255)).all()


@pytest.mark.parametrize("mode", ["I", "F"])
def test_32_bits_a_sample_are_refused(mode: str) -> None:
    """Nobody knows what their white is, and none of the formats taken in has them."""
    with pytest.raises(BadPicture, match="no known kind"):
        eight_bit(Image.new(mode, (4, 4), 9))
