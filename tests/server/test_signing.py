"""Pictures from outside are signed as they will be seen, whatever their mode, size or turn."""

import io

import numpy as np
import pytest
from PIL import Image

from kiosk.generator.compose import compose
from kiosk.generator.diversity import preview
from kiosk.generator.signatures import nearest_of, readable, signature_text
from kiosk.imaging.picture import unturned
from kiosk.server.pictures import ORIENTATION, check_picture

PIECE = preview(compose(None, 7, "silk"), (480, 270))
LARGE = np.asarray(Image.fromarray(PIECE).resize((640, 360), Image.Resampling.LANCZOS))
SIGNED = readable([signature_text(PIECE)])


def signature_of(picture: Image.Image, format_name: str, exif: Image.Exif | None = None) -> str:
    """The signature that a file of this picture comes in with."""
    buffer = io.BytesIO()
    picture.save(buffer, format_name, exif=exif or Image.Exif())
    return check_picture(buffer.getvalue()).signature


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_file_is_the_picture_it_shows(orientation: int) -> None:
    """However it is stored, a picture that is shown upright is next to nothing away from the piece it was made of."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = Image.fromarray(np.ascontiguousarray(unturned(LARGE, orientation)))
    assert nearest_of(signature_of(stored, "JPEG", exif), SIGNED) < 0.1


@pytest.mark.parametrize(
    ("mode", "format_name"), [("RGB", "WEBP"), ("RGBA", "PNG"), ("P", "PNG"), ("CMYK", "JPEG"), ("RGB", "PNG")]
)
def test_a_piece_that_comes_back_as_a_file_is_known_again(mode: str, format_name: str) -> None:
    """Saved in other formats and modes, and larger, a piece is near itself."""
    assert nearest_of(signature_of(Image.fromarray(LARGE).convert(mode), format_name), SIGNED) < 0.12


def test_grey_of_any_depth_is_the_same_grey() -> None:
    """8 and 16 bits of one grey picture are signed alike, and 1 bit is signed at all."""
    grey = np.asarray(Image.fromarray(LARGE).convert("L"))
    deep = Image.fromarray(grey.astype(np.uint16) << 8)
    assert deep.mode == "I;16"
    shallow = signature_of(Image.fromarray(grey), "PNG")
    assert nearest_of(signature_of(deep, "PNG"), readable([shallow])) < 0.05
    assert len(readable([signature_of(Image.fromarray(grey).convert("1"), "PNG")])) == 1


def test_the_smallest_picture_is_signed() -> None:
    """One pixel is enough."""
    assert len(readable([signature_of(Image.new("RGB", (1, 1), "red"), "PNG")])) == 1
