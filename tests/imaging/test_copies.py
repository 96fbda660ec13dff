"""A small copy shows what the file shows: its greys, its colours, upright, and clear parts as the wall shows them."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from kiosk.domain.errors import BadPicture
from kiosk.imaging.copies import small_copy
from kiosk.imaging.decode import decode
from kiosk.imaging.picture import MAT_CODES, turned
from tests.imaging.making import Codes, encoded, smooth

SIZE = (320, 180)
SMOOTH = smooth(*SIZE)
GREY = np.asarray(Image.fromarray(SMOOTH).convert("L"))
FEW_COLOURS = Image.fromarray(SMOOTH).quantize(64)
DEEP = SMOOTH.astype(np.uint16) * 257


def copy_of(data: bytes, longest_px: int = SIZE[0]) -> Codes:
    """The pixels of a small copy."""
    image = small_copy(data, longest_px)
    assert image.mode == "RGB"
    return np.asarray(image)


def grey_with_alpha(alpha: int) -> Image.Image:
    """Grey and one alpha throughout."""
    return Image.merge("LA", [Image.fromarray(GREY), Image.new("L", SIZE, alpha)])


@pytest.mark.parametrize(
    ("data", "expected", "within"),
    [
        (encoded(Image.fromarray(GREY.astype(np.uint16) * 257)), np.dstack([GREY] * 3), 0),
        (cv2.imencode(".png", DEEP[..., ::-1])[1].tobytes(), SMOOTH, 0),
        (encoded(Image.fromarray(GREY)), np.dstack([GREY] * 3), 0),
        (encoded(grey_with_alpha(255)), np.dstack([GREY] * 3), 0),
        (encoded(Image.fromarray(GREY > 128)), np.dstack([np.where(GREY > 128, 255, 0)] * 3), 0),
        (encoded(Image.fromarray(SMOOTH), "WEBP", lossless=True), SMOOTH, 0),
        (encoded(Image.fromarray(SMOOTH), "JPEG", quality=95), SMOOTH, 6),
        (encoded(Image.fromarray(SMOOTH).convert("CMYK"), "JPEG", quality=95), SMOOTH, 6),
        (encoded(FEW_COLOURS), np.asarray(FEW_COLOURS.convert("RGB")), 0),
    ],
    ids=["grey 16", "RGB 16", "grey 8", "LA", "1 bit", "WebP", "JPEG", "CMYK JPEG", "palette"],
)
def test_every_kind_of_file_has_its_own_colours(data: bytes, expected: Codes, within: int) -> None:
    """Code by code, as near as its compression keeps them."""
    assert np.abs(copy_of(data).astype(int) - expected).max() <= within


def palette_with_a_clear_colour() -> bytes:
    """Left half clear, right half red."""
    indexed = Image.new("P", SIZE, 0)
    indexed.putpalette([255, 255, 255, 200, 30, 40])
    indexed.paste(1, (SIZE[0] // 2, 0, *SIZE))
    return encoded(indexed, transparency=0)


def test_clear_parts_are_the_mat_as_on_the_wall() -> None:
    """A palette's clear colour, and grey under half an alpha: as the print has them."""
    copy = copy_of(palette_with_a_clear_colour())
    assert (copy[:, : SIZE[0] // 2] == MAT_CODES).all()
    assert (copy[:, SIZE[0] // 2 :] == (200, 30, 40)).all()
    data = encoded(grey_with_alpha(128))
    light = decode(data).rows(0, SIZE[1]).astype(float)
    shown = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055) * 255
    assert np.abs(copy_of(data) - shown).max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_small_and_upright(orientation: int) -> None:
    """The longer side is as long as asked, whichever way the file lies, and the picture stands as EXIF says."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(Image.fromarray(SMOOTH), "JPEG", quality=95, exif=exif)
    copy = copy_of(data, 80)
    assert max(copy.shape[:2]) == 80
    expected = Image.fromarray(np.ascontiguousarray(turned(SMOOTH, orientation))).resize(
        copy.shape[1::-1], Image.Resampling.LANCZOS
    )
    assert np.abs(copy.astype(int) - np.asarray(expected)).max() <= 10


@pytest.mark.parametrize("format_name", ["TIFF", "GIF"])
def test_other_formats_are_refused(format_name: str) -> None:
    """As the server refuses them; a float TIFF among them, whose white nobody knows."""
    out = io.BytesIO()
    Image.new("F" if format_name == "TIFF" else "L", SIZE, 1).save(out, format_name)
    with pytest.raises(BadPicture, match=f"a {format_name}"):
        small_copy(out.getvalue(), 64)
