"""From the bytes of a file to a `Picture`: header first, then everything that can be wrong with it, then its pixels.

Only JPEG, PNG and WebP, up to 40 megapixels; of an animated file the first frame. Raises BadPicture with the reason.
"""

import io
import warnings
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from kiosk.domain.errors import BadPicture
from kiosk.imaging.eight_bit import eight_bit, orientation_of
from kiosk.imaging.header import MAX_PIXELS, check_ends, check_filled, check_size, format_of
from kiosk.imaging.jpeg_scan import without_end_mark
from kiosk.imaging.picture import Picture
from kiosk.imaging.profiles import matrix_profile, to_srgb
from kiosk.imaging.samples import ArraySamples, PillowSamples

_SRGB_GAMMA: Final = 1 / 2.2
_PNG_DEPTH_AT: Final = 24  # the bit depth in the header chunk, which is always first


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the file says about its pixels, besides them."""

    orientation: int
    icc: bytes
    gamma: float | None


def decode(data: bytes, announced: tuple[int, int] = (0, 0)) -> Picture:
    """Return the picture in a whole file; raise BadPicture for one that cannot be shown as it was announced.

    `announced`: width and height as stored, 0 for unknown.
    """
    format_name = format_of(data)
    check_ends(data, format_name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(
                io.BytesIO(without_end_mark(data) if format_name == "JPEG" else data), formats=[format_name]
            )
            width, height = image.size
            check_size(width, height)
            _check_announced((width, height), announced)
            check_filled(data, format_name)
            samples, facts = _decoded(image, data, format_name)
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture(f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels.") from error
    except MemoryError:
        raise
    except Exception as error:
        raise BadPicture(f"The {format_name} cannot be decoded: {_why(error)}.") from error
    return Picture(width, height, facts.orientation, samples.rows, samples.small)


def _check_announced(size: tuple[int, int], announced: tuple[int, int]) -> None:
    if any(told not in {0, found} for told, found in zip(announced, size, strict=True)):
        (width, height), (told_width, told_height) = size, announced
        raise BadPicture(f"The picture has {width}x{height} pixels, {told_width}x{told_height} were announced.")


def _decoded(image: Image.Image, data: bytes, format_name: str) -> tuple[ArraySamples | PillowSamples, _Facts]:
    is_deep = format_name == "PNG" and data[_PNG_DEPTH_AT] == 16
    is_still_webp = format_name == "WEBP" and getattr(image, "n_frames", 1) == 1
    if is_deep or is_still_webp:
        facts = _facts(image)
        image.close()
        return _by_opencv(data, facts, (image.width, image.height)), facts
    image.load()
    facts = _facts(image)
    image = eight_bit(image)
    colour = {"LA": "L", "RGBA": "RGB"}.get(image.mode, image.mode)
    if facts.icc and colour == "L" and to_srgb(facts.icc, "L") is None and to_srgb(facts.icc, "RGB") is not None:
        image, colour = image.convert("RGBA" if image.mode == "LA" else "RGB"), "RGB"
    transform = to_srgb(facts.icc, colour) if facts.icc else None
    return PillowSamples(image, transform, None if facts.icc else facts.gamma), facts


def _by_opencv(data: bytes, facts: _Facts, size: tuple[int, int]) -> ArraySamples:
    array: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    if array is None or array.shape[1::-1] != size:
        raise BadPicture("The picture cannot be decoded: its data is damaged.")
    if array.dtype == np.uint8:
        return ArraySamples(array, transform=to_srgb(facts.icc, "RGB") if facts.icc else None)
    if array.dtype != np.uint16:
        raise BadPicture("The picture cannot be decoded: its samples are of no known kind.")
    profile = matrix_profile(facts.icc) if facts.icc else None
    return ArraySamples(array, profile=profile, gamma=None if facts.icc else facts.gamma)


def _facts(image: Image.Image) -> _Facts:
    info: dict[str | tuple[int, int], Any] = image.info
    icc = info.get("icc_profile")
    gamma = None if "srgb" in info else info.get("gamma")
    if not isinstance(gamma, float) or not 0.2 <= gamma <= 2 or abs(gamma - _SRGB_GAMMA) < 0.02:
        gamma = None
    return _Facts(orientation_of(image), icc if isinstance(icc, bytes) else b"", gamma)


def _why(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "its header makes no sense"  # Pillow's own words name an object in memory
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
