"""Files of every kind, by the light they become; and those that are refused."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from kiosk.domain.errors import BadPicture
from kiosk.imaging.decode import decode
from kiosk.imaging.light import to_codes
from kiosk.imaging.picture import MAT_CODES
from tests.imaging.making import Codes, encoded, plain, printed, saved, smooth

RGB = (200, 120, 60)


def shown(data: bytes) -> Codes:
    """The whole picture as 8-bit sRGB, as stored."""
    picture = decode(data)
    return to_codes(picture.rows(0, picture.height))


def solid(mode: str, value: object, size: tuple[int, int] = (40, 24)) -> Image.Image:
    """An image of one value."""
    return Image.new(mode, size, value)  # type: ignore[arg-type]


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG's chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    """A PNG with one more chunk after its header."""
    return png[:33] + chunk(kind, data) + png[33:]


def test_grey_palette_and_bilevel_are_colours() -> None:
    """Whatever a PNG's mode, its colours are what it says."""
    assert (shown(encoded(solid("L", 77))) == 77).all()
    assert (shown(encoded(solid("1", 1))) == 255).all()
    assert (shown(encoded(Image.fromarray(plain(RGB)).quantize(4))) == RGB).all()
    assert np.abs(shown(encoded(solid("L", 77), "JPEG", quality=100)).astype(int) - 77).max() <= 1


@pytest.mark.parametrize("name", ["PNG", "WEBP"])
def test_alpha_lies_over_the_mat_in_linear_light(name: str) -> None:
    """Clear is the mat, opaque the colour, half between them by light: 188 of white, not 128."""
    options = {"lossless": True, "exact": True} if name == "WEBP" else {}
    assert (shown(encoded(solid("RGBA", (9, 200, 9, 0)), name, **options)) == MAT_CODES).all()
    assert (shown(encoded(solid("RGBA", (*RGB, 255)), name, **options)) == RGB).all()
    half = shown(encoded(solid("RGBA", (255, 255, 255, 128)), name, **options))
    assert np.abs(half.astype(int) - 188).max() <= 1


def test_clear_colours_of_other_modes_are_clear() -> None:
    """A palette's clear entry, a clear grey, a clear colour, and grey with alpha let the mat through."""
    palette = Image.fromarray(plain(RGB)).quantize(4)
    assert (shown(encoded(palette, transparency=palette.getpixel((0, 0)))) == MAT_CODES).all()
    assert (shown(encoded(solid("L", 9), transparency=9)) == MAT_CODES).all()
    assert (shown(encoded(solid("RGB", RGB), transparency=RGB)) == MAT_CODES).all()
    assert (shown(encoded(solid("LA", (200, 0)))) == MAT_CODES).all()
    assert (shown(encoded(solid("LA", (200, 255)))) == 200).all()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_16_bits_are_kept(tmp_path: Path, channels: int) -> None:
    """A ramp within one 8-bit step keeps its levels: grey, colour, and colour with alpha."""
    ramp = np.linspace(40 * 257, 41 * 257, 200).astype(np.uint16)
    deep = np.tile(ramp, (8, 1))
    if channels > 1:
        deep = np.repeat(deep[..., None], channels, axis=-1)
    if channels == 4:
        deep[..., 3] = 65_535
    picture = decode(saved(tmp_path / "a.png", deep).path.read_bytes())
    light = picture.rows(0, 8)
    assert light.shape == (8, 200, 3)
    assert len(np.unique(light)) > 190
    assert (np.diff(light[0, :, 0]) >= 0).all()


def cmyk_without_adobe(jpeg: bytes) -> bytes:
    """A CMYK JPEG less its Adobe marker (decoders then know less)."""
    at = jpeg.index(b"\xff\xee")
    return jpeg[:at] + jpeg[at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big") :]


def test_cmyk_is_ink_with_adobes_marker_and_without() -> None:
    """CMYK in a JPEG is stored inverted, as Adobe began it: ink is dark whether the file names Adobe or not."""
    ink = encoded(solid("CMYK", (0, 255, 255, 0)), "JPEG", quality=100)
    assert shown(ink).reshape(-1, 3).mean(axis=0) == pytest.approx((255, 0, 0), abs=3)
    black = encoded(solid("CMYK", (0, 0, 0, 255)), "JPEG", quality=100)
    assert shown(black).max() < 3
    assert shown(cmyk_without_adobe(black)).max() < 3


def test_gamma_of_a_png_counts() -> None:
    """gAMA 1.0 is linear light: half of it is 188; the usual 1/2.2, and any beside an sRGB chunk, change nothing."""
    png = encoded(solid("RGB", (128, 128, 128)))
    assert np.abs(shown(with_chunk(png, b"gAMA", struct.pack(">I", 100_000))).astype(int) - 188).max() <= 1
    assert (shown(with_chunk(png, b"gAMA", struct.pack(">I", 45_455))) == 128).all()
    both = with_chunk(with_chunk(png, b"gAMA", struct.pack(">I", 100_000)), b"sRGB", b"\0")
    assert (shown(both) == 128).all()


@pytest.mark.parametrize("name", ["PNG", "WEBP"])
def test_an_animation_shows_its_first_frame(name: str) -> None:
    """Not its last, and not nothing."""
    first, second = solid("RGB", RGB), solid("RGB", (0, 0, 0))
    data = encoded(first, name, save_all=True, append_images=[second, second], duration=100, lossless=True)
    assert (shown(data) == RGB).all()


def files() -> dict[str, bytes]:
    """One whole file of each kind, none of them small."""
    image = Image.fromarray(smooth(400, 300))
    return {
        "JPEG": encoded(image, "JPEG", quality=92),
        "progressive JPEG": encoded(image, "JPEG", quality=92, progressive=True),
        "PNG": encoded(image),
        "WEBP": encoded(image, "WEBP", quality=90),
        "lossless WEBP": encoded(image, "WEBP", lossless=True),
        "animated WEBP": encoded(image, "WEBP", save_all=True, append_images=[Image.fromarray(smooth(400, 300, 2))]),
    }


@pytest.mark.parametrize("kind", files())
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.97])
def test_a_file_cut_off_is_refused(kind: str, share: float) -> None:
    """Wherever it ends, there is no half picture."""
    data = files()[kind]
    assert decode(data).width == 400
    with pytest.raises(BadPicture):
        decode(data[: round(len(data) * share)])


def test_a_jpeg_cut_off_and_ended_again_is_refused() -> None:
    """With an end mark put on, decoders would paint the rest grey and call it a success."""
    data = files()["JPEG"]
    with pytest.raises(BadPicture):
        decode(data[: len(data) // 2] + b"\xff\xd9")


def test_a_png_with_too_little_data_is_refused() -> None:
    """Whole chunks, right sums, half the rows."""
    rows = zlib.compress(b"\0" * (1 + 40 * 3) * 12)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 24, 8, 2, 0, 0, 0))
    with pytest.raises(BadPicture, match="less data"):
        decode(png + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


def test_a_damaged_deep_png_is_refused() -> None:
    """The other decoder tells too."""
    deep = np.random.default_rng(1).integers(0, 65_536, (40, 60, 3)).astype(np.uint16)
    data = bytearray(cv2.imencode(".png", deep)[1].tobytes())
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(BadPicture):
        decode(bytes(data))


@pytest.mark.parametrize("size", [(50_000, 50_000), (8_000, 5_001), (65_535, 65_535)])
@pytest.mark.parametrize("depth", [8, 16])
def test_more_than_40_megapixels_are_refused_by_the_header(size: tuple[int, int], depth: int) -> None:
    """A bomb of a few bytes costs nothing."""
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, 2, 0, 0, 0))
    png += chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b"")
    with pytest.raises(BadPicture, match="megapixels"):
        decode(png)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!doctype html><html>no</html>",
        b"GIF89a" + bytes(100),
        b"%PDF-1.4",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"II*\x00" + bytes(50),
        b"\xff\xd8\xff" + b"<html>" + b"\xff\xd9",
        b"\x89PNG\r\n\x1a\n" + b"IEND",
        b"RIFF\x04\0\0\0WEBP",
        b"RIFF\x20\0\0\0WEBPVP8 " + bytes(40),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    """A web page, a vector drawing, or a picture's first bytes and then none."""
    with pytest.raises(BadPicture):
        decode(data)


def test_a_broken_note_spoils_no_picture() -> None:
    """Exif nonsense means upright, a nonsense profile means sRGB."""
    image = Image.fromarray(plain(RGB))
    assert (shown(encoded(image, "PNG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")) == RGB).all()
    assert (shown(encoded(image, "PNG", icc_profile=b"nonsense" * 40)) == RGB).all()
    assert decode(encoded(image, "PNG")).orientation == 1


def test_a_file_is_the_same_through_every_door(tmp_path: Path) -> None:
    """The small look at a picture has the picture's colours, in both decoders."""
    for data in (
        encoded(Image.fromarray(plain(RGB, (700, 300)))),
        encoded(Image.fromarray(plain(RGB, (700, 300))), "WEBP", lossless=True),
    ):
        small = decode(data).small(128)
        assert max(small.shape[:2]) >= 128
        assert (to_codes(small) == RGB).all()
    assert (printed(saved(tmp_path / "a.png", plain(RGB)), size=(30, 20)) == RGB).all()
