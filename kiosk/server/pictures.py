"""Checks of pictures from outside: what may come in, and the reason for what may not.

The header is read first: format by its first bytes (JPEG, PNG or WebP, nothing a library would guess), then the size,
at most 40 megapixels. Only then the picture is decoded to its end, because a torn file often looks whole until there;
the checks that need no decoder are `kiosk.imaging.header`'s, which the displays make too. Once decoded it is signed.
"""

import io
from dataclasses import dataclass
from typing import Final

from kiosk.domain.errors import BadPicture
from kiosk.imaging.header import MAX_PIXELS, check_ends, check_filled, check_size, format_of
from kiosk.imaging.jpeg_scan import without_end_mark
from kiosk.server.signing import sign

ORIENTATION: Final = 0x0112
MAX_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CheckedPicture:
    """What a picture turned out to be; sizes in pixels as stored, before the turn its EXIF `orientation` (1-8) asks.

    `signature` is what later pieces are compared with.
    """

    media_type: str
    width: int
    height: int
    orientation: int
    signature: str


def check_picture(data: bytes) -> CheckedPicture:
    """Return what the picture is; raise BadPicture with the reason when it may not come in. Slow: use a thread.

    At most one decoded picture of 40 megapixels is in memory for a call.
    """
    from PIL import Image  # noqa: PLC0415 - most servers of one wall never see a picture from outside

    if len(data) > MAX_BYTES:
        raise BadPicture(f"The file has {len(data) / 1e6:.0f} MB; at most {MAX_BYTES // 1_000_000} MB are allowed.")
    format_name = format_of(data)
    check_ends(data, format_name)
    if format_name == "JPEG":
        data = without_end_mark(data)
    try:
        with Image.open(io.BytesIO(data), formats=[format_name]) as picture:
            width, height = picture.size
            check_size(width, height)
            check_filled(data, format_name)
            picture.load()
            told = picture.getexif().get(ORIENTATION, 1)
            orientation = told if told in range(1, 9) else 1
            signature = sign(picture, orientation)
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture(f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels.") from error
    except Exception as error:
        raise BadPicture(f"The {format_name} cannot be decoded: {_why(error)}.") from error
    return CheckedPicture(f"image/{format_name.lower()}", width, height, orientation, signature)


def _why(error: Exception) -> str:
    from PIL import UnidentifiedImageError  # noqa: PLC0415 - as above

    if isinstance(error, UnidentifiedImageError):
        return "its header makes no sense"  # Pillow's own words name an object in memory
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
