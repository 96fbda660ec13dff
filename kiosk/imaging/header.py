"""What can be said of a picture's file before it is decoded: its format by its first bytes, its size, and its end.

JPEG, PNG or WebP, nothing a library would guess. A torn file often looks whole to a decoder; where one would fill up
what is missing and say nothing, `jpeg_scan` and `png_data` find the lack. The server takes in nothing that fails here.
"""

import struct
from collections.abc import Callable
from typing import Final

from kiosk.domain.errors import BadPicture
from kiosk.imaging.jpeg_scan import scans_in
from kiosk.imaging.png_data import is_filled

MAX_PIXELS: Final = 40_000_000
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


def format_of(data: bytes) -> str:
    """Return "JPEG", "PNG" or "WEBP"; raise BadPicture that names anything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if not data:
        raise BadPicture("The file is empty.")
    head = data[:1024]
    kind = next((name for name, matches in _OTHERS if matches(head)), "not a picture this program knows")
    raise BadPicture(f"The file is {kind}; JPEG, PNG and WebP are accepted.")


def check_ends(data: bytes, format_name: str) -> None:
    """Raise BadPicture for a file that lacks its end, or keeps a decoder busy by design."""
    match format_name:
        case "JPEG":
            is_whole = b"\xff\xd9" in data[-65_536:]
        case "PNG":
            is_whole = b"IEND" in data[-65_536:]
        case _:
            is_whole = len(data) >= 12 and struct.unpack("<I", data[4:8])[0] + 8 <= len(data)
    if not is_whole:
        raise BadPicture(f"The {format_name} is cut off: its end is missing.")
    if format_name == "JPEG" and scans_in(data) > MAX_SCANS:
        raise BadPicture(f"The JPEG has more than {MAX_SCANS} scans: it is made to keep a decoder busy.")


def check_size(width: int, height: int) -> None:
    """Raise BadPicture for more pixels than are decoded."""
    if width * height > MAX_PIXELS:
        raise BadPicture(
            f"The picture has {width}x{height} pixels ({width * height / 1e6:.0f} megapixels);"
            f" at most {MAX_PIXELS // 1_000_000} are allowed."
        )


def check_filled(data: bytes, format_name: str) -> None:
    """Raise BadPicture for a PNG whose data ends before its picture does; costs one walk through that data."""
    if format_name == "PNG" and not is_filled(data):
        raise BadPicture("The PNG has less data than its header promises.")
