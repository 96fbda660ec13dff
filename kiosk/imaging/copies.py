"""A small copy of a whole picture, in 8-bit RGB: for a page that shows it, and for a look at what it holds.

What the screen shows is never made here: prints come from `decode`, with their colours managed and their depth kept.
"""

import io

import numpy as np
from PIL import Image

from kiosk.imaging.eight_bit import eight_bit, orientation_of
from kiosk.imaging.header import check_size, format_of
from kiosk.imaging.light import decoding_table, linear_to_srgb
from kiosk.imaging.picture import over_mat, turned


def small_copy(data: bytes, longest_px: int) -> Image.Image:
    """Return a file's picture in mode RGB, upright, laid over the mat, its longer side at most `longest_px`.

    Raises BadPicture for anything but JPEG, PNG and WebP, or more pixels than are decoded; what Pillow raises for a
    damaged file goes through.
    """
    with Image.open(io.BytesIO(data), formats=[format_of(data)]) as image:
        check_size(*image.size)
        image.draft(None, (2 * longest_px, 2 * longest_px))
        image.load()
        orientation = orientation_of(image)
        copy = eight_bit(image)
    copy.thumbnail((longest_px, longest_px), Image.Resampling.LANCZOS)
    return Image.fromarray(np.ascontiguousarray(turned(np.asarray(_over_mat(copy)), orientation)))


def _over_mat(image: Image.Image) -> Image.Image:
    codes = np.asarray(image.convert("RGB"))
    if image.mode not in {"LA", "RGBA"}:
        return Image.fromarray(codes)
    alpha = np.asarray(image.getchannel("A"), np.float32) / np.float32(255)
    light = over_mat(decoding_table(256)[codes], alpha)
    return Image.fromarray(np.rint(255 * linear_to_srgb(light.astype(np.float64))).astype(np.uint8))
