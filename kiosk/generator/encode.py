"""Image files from 8-bit pictures: JPEG, PNG and WebP. Counterpart: `dither`, which makes the 8 bits."""

import io
from typing import TYPE_CHECKING, Final

from kiosk.domain.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEDIA_TYPES: Final = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
JPEG_QUALITY = 93
WEBP_QUALITY = 92


def encode(image: "NDArray[np.uint8]", format: str, quality: int | None = None) -> bytes:
    """Return the image file: `format` is "jpeg" (full colour resolution), "png" or "webp".

    `quality` (1-100) replaces the standard one; a PNG has none. Raises UsageError for another format.
    """
    from PIL import Image  # noqa: PLC0415 - a server only needs to know the formats

    check_format(format)
    buffer = io.BytesIO()
    picture = Image.fromarray(image)
    if format == "jpeg":
        # Without optimize: it needs the whole file in one buffer, which Pillow makes too small for dense pictures.
        picture.save(buffer, "JPEG", quality=quality or JPEG_QUALITY, subsampling=0)
    elif format == "webp":
        picture.save(buffer, "WEBP", quality=quality or WEBP_QUALITY, method=4)
    else:
        picture.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()


def check_format(format: str) -> None:
    """Raise UsageError unless `format` can be encoded."""
    if format not in MEDIA_TYPES:
        raise UsageError(f"Pictures cannot be written as {format!r}.", hint=f"Use one of {', '.join(MEDIA_TYPES)}.")
