"""Checks of pictures from outside: what may come in, and the reason for what may not.

The header is read first: format by its first bytes (JPEG, PNG or WebP, nothing a library would guess), then the size,
at most 40 megapixels. Only then the picture is decoded to its end, because a torn file often looks whole until there;
where a decoder would fill up what is missing and say nothing, `jpeg_scan` and `png_data` find the lack.
"""

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PIL import Image, UnidentifiedImageError

from kiosk.domain.errors import BadPicture
from kiosk.server.jpeg_scan import scans_in, without_end_mark
from kiosk.server.png_data import is_filled

MAX_PIXELS: Final = 40_000_000
MAX_BYTES: Final = 64 * 1024 * 1024
MAX_SCANS: Final = 100  # encoders make about ten

_OTHERS: Final[tuple[tuple[str, Callable[[bytes], bool]], ...]] = (
    ("a GIF", lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    ("a PDF", lambda head: head.startswith(b"%PDF")),
    ("a TIFF", lambda head: head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"))),
    ("a BMP", lambda head: head.startswith(b"BM")),
    ("a HEIC or AVIF", lambda head: head[4:8] == b"ftyp"),
    ("a Photoshop file", lambda head: head.startswith(b"8BPS")),
    ("an SVG", lambda head: b"<svg" in head.lower()),
    ("a web page", lambda head: b"<html" in head.lower() or head.lower().lstrip().startswith(b"<!doctype html")),
)


@dataclass(frozen=True, slots=True)
class CheckedPicture:
    """What a picture turned out to be; sizes in pixels as stored, before any EXIF turn."""

    media_type: str
    width: int
    height: int


def check_picture(data: bytes) -> CheckedPicture:
    """Return what the picture is; raise BadPicture with the reason when it may not come in. Slow: use a thread.

    At most one decoded picture of 40 megapixels is in memory for a call.
    """
    if not data:
        raise BadPicture("The file is empty.")
    if len(data) > MAX_BYTES:
        raise BadPicture(f"The file has {len(data) / 1e6:.0f} MB; at most {MAX_BYTES // 1_000_000} MB are allowed.")
    format_name = _format_of(data)
    _check_ends(data, format_name)
    if format_name == "JPEG":
        if scans_in(data) > MAX_SCANS:
            raise BadPicture(f"The JPEG has more than {MAX_SCANS} scans: it is made to keep a decoder busy.")
        data = without_end_mark(data)
    try:
        with Image.open(io.BytesIO(data), formats=[format_name]) as picture:
            width, height = picture.size
            _check_size(width, height)
            _check_data(data, format_name)
            picture.load()
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture(f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels.") from error
    except Exception as error:
        raise BadPicture(f"The {format_name} cannot be decoded: {_why(error)}.") from error
    return CheckedPicture(f"image/{format_name.lower()}", width, height)


def _format_of(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    head = data[:1024]
    kind = next((name for name, matches in _OTHERS if matches(head)), "not a picture this program knows")
    raise BadPicture(f"The file is {kind}; JPEG, PNG and WebP are accepted.")


def _check_ends(data: bytes, format_name: str) -> None:
    """Raise BadPicture for a file that lacks its end: decoders forgive that more often than a wall does."""
    match format_name:
        case "JPEG":
            is_whole = b"\xff\xd9" in data[-65_536:]
        case "PNG":
            is_whole = b"IEND" in data[-65_536:]
        case _:
            is_whole = len(data) >= 12 and struct.unpack("<I", data[4:8])[0] + 8 <= len(data)
    if not is_whole:
        raise BadPicture(f"The {format_name} is cut off: its end is missing.")


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise BadPicture(
            f"The picture has {width}x{height} pixels ({width * height / 1e6:.0f} megapixels);"
            f" at most {MAX_PIXELS // 1_000_000} are allowed."
        )


def _check_data(data: bytes, format_name: str) -> None:
    if format_name == "PNG" and not is_filled(data):
        raise BadPicture("The PNG has less data than its header promises.")


def _why(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "its header makes no sense"  # Pillow's own words name an object in memory
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
