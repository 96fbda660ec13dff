"""What may come in as a picture, and the reason for what may not."""

import io
import random
import struct
import zlib
from contextlib import suppress
from typing import Any

import pytest
from PIL import Image

from kiosk.domain.errors import BadPicture
from kiosk.server.pictures import MAX_BYTES, check_picture


def saved(format_name: str, mode: str = "RGB", size: tuple[int, int] = (160, 90), **options: Any) -> bytes:
    """A picture with some detail in it, as a file."""
    buffer = io.BytesIO()
    image = Image.effect_mandelbrot(size, (-2, -1.2, 1, 1.2), 20).convert("RGB").convert(mode)
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def interlaced(mode: str) -> bytes:
    """A PNG in seven passes, which Pillow reads and does not write."""
    picture = Image.effect_mandelbrot((160, 90), (-2, -1.2, 1, 1.2), 20).convert(mode)
    rows = bytearray()
    for left, top, across, down in (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ):
        for y in range(top, 90, down):
            row = picture.crop((0, y, 160, y + 1)).tobytes()
            size = len(mode)
            rows += b"\0" + b"".join(row[x * size : (x + 1) * size] for x in range(left, 160, across))
    header = struct.pack(">IIBBBBB", 160, 90, 8, 2 if mode == "RGB" else 0, 0, 0, 1)
    return png(header, bytes(rows))


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has next to no data: a bomb's header."""
    return png(struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), bytes(1000))


def png(header: bytes, rows: bytes) -> bytes:
    """A PNG of this header and data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (saved("JPEG"), "image/jpeg"),
        (saved("JPEG", progressive=True), "image/jpeg"),
        (saved("JPEG", mode="CMYK"), "image/jpeg"),
        (saved("JPEG", mode="L"), "image/jpeg"),
        (saved("PNG"), "image/png"),
        (saved("PNG", mode="RGBA"), "image/png"),
        (saved("PNG", mode="P"), "image/png"),
        (saved("PNG", mode="1"), "image/png"),
        (saved("PNG", mode="I;16"), "image/png"),
        (interlaced("RGB"), "image/png"),
        (interlaced("L"), "image/png"),
        (saved("WEBP"), "image/webp"),
        (saved("WEBP", mode="RGBA", lossless=True), "image/webp"),
    ],
)
def test_jpeg_png_and_webp_come_in(data: bytes, media_type: str) -> None:
    """The three formats, in all their modes, with their sizes."""
    checked = check_picture(data)
    assert (checked.media_type, checked.width, checked.height) == (media_type, 160, 90)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sizes_are_as_stored_whatever_exif_says(orientation: int) -> None:
    """An EXIF turn is the display's to make; the stored size is told, and the turn beside it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    checked = check_picture(saved("JPEG", exif=exif))
    assert (checked.width, checked.height, checked.orientation) == (160, 90, orientation)


def test_animations_come_in_as_their_first_picture() -> None:
    """An animated WebP or PNG is a picture like any other."""
    frames = [Image.new("RGB", (40, 30), color) for color in ("red", "green", "blue")]
    for format_name in ("WEBP", "PNG"):
        buffer = io.BytesIO()
        frames[0].save(buffer, format_name, save_all=True, append_images=frames[1:])
        assert check_picture(buffer.getvalue()).width == 40


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (saved("GIF"), "a GIF"),
        (saved("BMP"), "a BMP"),
        (saved("TIFF"), "a TIFF"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"\x00\x00\x00\x18ftypheic", "HEIC"),
        (b"plain words", "JPEG, PNG and WebP"),
        (b"\xff\xd8\xff", "cut off"),
        (b"\x89PNG\r\n\x1a\n", "cut off"),
        (b"RIFF\x10\x00\x00\x00WEBP", "cut off"),
        (b"\xff\xd8\xff" + bytes(100) + b"\xff\xd9", "cannot be decoded"),
    ],
)
def test_everything_else_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    """What is not one of the three, or only begins like one, is named."""
    with pytest.raises(BadPicture, match=reason):
        check_picture(data)


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
def test_a_picture_cut_off_anywhere_is_refused(format_name: str) -> None:
    """A file cut at any of 60 places never comes in, nor a PNG with its end put back."""
    data = saved(format_name)
    end = data[-12:] if format_name == "PNG" else b""
    for cut in range(1, len(data) - len(end), max(1, len(data) // 60)):
        for torn in {data[:cut], data[:cut] + end}:
            with pytest.raises(BadPicture):
                check_picture(torn)


@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"restart_marker_blocks": 7}, {"subsampling": 0}])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_cut_off_and_ended_again_is_refused(mode: str, options: dict[str, Any]) -> None:
    """With its end mark put back, what is missing would be grey on the wall: no such file comes in."""
    data = saved("JPEG", mode, **options)
    assert check_picture(data + b"what cameras append \xff\xd9").width == 160
    for cut in range(len(data) * 2 // 3, len(data) - 4, 97):
        with pytest.raises(BadPicture):
            check_picture(data[:cut] + b"\xff\xd9")


@pytest.mark.parametrize("size", [(160, 91), (160, 180), (176, 90), (2_000, 3_000)])
def test_a_jpeg_that_lies_about_its_size_is_refused(size: tuple[int, int]) -> None:
    """More pixels than its data has: it is refused, not filled up."""
    data = bytearray(saved("JPEG", quality=95))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = size[1].to_bytes(2, "big") + size[0].to_bytes(2, "big")
    if size == (160, 91):  # the last row of blocks has room for it
        assert check_picture(bytes(data)).height == 91
    else:
        with pytest.raises(BadPicture):
            check_picture(bytes(data))


@pytest.mark.parametrize("format_name", ["PNG", "WEBP"])
def test_others_that_lie_about_their_size_are_refused(format_name: str) -> None:
    """A header with more pixels than there are, its check sum right."""
    data = bytearray(saved("PNG") if format_name == "PNG" else saved("WEBP", lossless=True))
    if format_name == "PNG":
        data[20:24] = (180).to_bytes(4, "big")
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    else:
        bits = int.from_bytes(data[21:25], "little")
        data[21:25] = (bits & ~(0x3FFF << 14) | (179 << 14)).to_bytes(4, "little")
    with pytest.raises(BadPicture):
        check_picture(bytes(data))


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    """A small file that would keep a decoder busy for hours is refused by counting its scans."""
    data = saved("JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    with pytest.raises(BadPicture, match="scans"):
        check_picture(data[:last] + data[last:-2] * 200 + b"\xff\xd9")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
def test_no_damage_is_more_than_a_refusal(format_name: str, seed: int) -> None:
    """Bytes changed at random: the picture comes in, at its own size or the one its header then says, or is refused."""
    chance = random.Random(seed)
    whole = saved(format_name)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with suppress(BadPicture):
            checked = check_picture(bytes(data))
            assert checked.width * checked.height <= 40_000_000


def test_the_end_of_a_thumbnail_is_not_the_end_of_the_picture() -> None:
    """A JPEG whose EXIF holds a whole small JPEG, cut off after that, is refused."""
    exif = Image.Exif()
    exif[0x927C] = saved("JPEG", size=(16, 9))
    data = saved("JPEG", exif=exif)
    assert b"\xff\xd9" in data[: len(data) // 2]
    assert check_picture(data).width == 160
    with pytest.raises(BadPicture, match="cannot be decoded"):
        check_picture(data[: len(data) * 9 // 10])


def test_a_progressive_jpeg_cut_between_its_scans_is_refused() -> None:
    """Half of a progressive JPEG is a whole picture to many decoders, and not to this check."""
    data = saved("JPEG", progressive=True)
    with pytest.raises(BadPicture):
        check_picture(data[: len(data) // 2])


@pytest.mark.parametrize("size", [(40_001, 1_000), (10_000, 10_000), (15_000, 15_000), (2**31 - 1, 2**31 - 1)])
def test_bombs_are_refused_by_their_header(size: tuple[int, int]) -> None:
    """A small file that claims more than 40 megapixels is refused before anything of it is decoded."""
    with pytest.raises(BadPicture, match=r"megapixels|cannot be decoded"):
        check_picture(png_header(*size))


def test_forty_megapixels_are_allowed_and_not_one_more() -> None:
    """The bound is inclusive."""
    buffer = io.BytesIO()
    Image.new("L", (8_000, 5_000)).save(buffer, "PNG", compress_level=1)
    assert check_picture(buffer.getvalue()).width == 8_000
    buffer = io.BytesIO()
    Image.new("L", (8_000, 5_001)).save(buffer, "PNG", compress_level=1)
    with pytest.raises(BadPicture, match="40 megapixels"):
        check_picture(buffer.getvalue())


def test_a_file_beyond_all_bounds_is_not_even_opened() -> None:
    """More than 64 MB are refused by their length."""
    with pytest.raises(BadPicture, match="MB"):
        check_picture(b"\xff\xd8\xff" + bytes(MAX_BYTES))
