"""The two forms a decoded picture has in memory, Pillow's and OpenCV's, both read as strips of linear light.

Pillow decodes most; OpenCV what has 16 bits a channel (Pillow keeps 8) and still WebP (Pillow holds it three times).
"""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kiosk.imaging.light import Linear, decoding_table
from kiosk.imaging.picture import over_mat
from kiosk.imaging.profiles import MatrixProfile, Transform

Samples = NDArray[Any]  # uint8 or uint16
_OPAQUE: Final = 255


class PillowSamples:
    """An 8-bit image of mode L, LA, RGB, RGBA or CMYK; `transform` takes its colour (L, RGB, CMYK) to sRGB."""

    def __init__(self, image: Image.Image, transform: Transform | None, gamma: float | None) -> None:
        self._image = image
        self._transform = transform
        self._table = decoding_table(256, gamma)

    def rows(self, first: int, end: int) -> Linear:
        return self._light(self._image.crop((0, first, self._image.width, end)))

    def small(self, side: int) -> Linear:
        factor = max(1, max(self._image.size) // side)
        return self._light(self._image.reduce(factor) if factor > 1 else self._image)

    def _light(self, part: Image.Image) -> Linear:
        alpha = np.asarray(part.getchannel("A")) if part.mode in {"LA", "RGBA"} else None
        if part.mode == "LA":
            part = part.getchannel("L")
        elif part.mode == "RGBA":
            part = part.convert("RGB")
        if self._transform is not None:
            part = self._transform(part)
        elif part.mode == "CMYK":
            part = part.convert("RGB")
        return _lit(np.asarray(part), alpha, self._table)


class ArraySamples:
    """An array of OpenCV's: (h, w), (h, w, 3) BGR or (h, w, 4) BGRA; 8 bit, or 16 with `profile` for its colour."""

    def __init__(
        self,
        array: Samples,
        *,
        transform: Transform | None = None,
        profile: MatrixProfile | None = None,
        gamma: float | None = None,
    ) -> None:
        self._array = array
        self._transform = transform
        self._profile = profile
        self._levels = 256 if array.dtype == np.uint8 else 65_536
        self._table = decoding_table(self._levels, gamma)

    def rows(self, first: int, end: int) -> Linear:
        return self._light(self._array[first:end])

    def small(self, side: int) -> Linear:
        height, width = self._array.shape[:2]
        factor = max(1, max(height, width) // side)
        size = (max(1, width // factor), max(1, height // factor))
        return self._light(cv2.resize(self._array, size, interpolation=cv2.INTER_AREA))

    def _light(self, part: Samples) -> Linear:
        alpha = None
        if part.ndim == 3:
            alpha = np.ascontiguousarray(part[..., 3]) if part.shape[2] == 4 else None
            part = np.asarray(cv2.cvtColor(part, cv2.COLOR_BGR2RGB if alpha is None else cv2.COLOR_BGRA2RGB))
        if self._profile is not None:
            channels = [part] * 3 if part.ndim == 2 else [part[..., channel] for channel in range(3)]
            light = self._profile.light(channels)
            return light if alpha is None else over_mat(light, alpha.astype(np.float32) / np.float32(self._levels - 1))
        if self._transform is not None:
            part = np.asarray(self._transform(Image.fromarray(part)))
        return _lit(part, alpha, self._table)


def _lit(codes: Samples, alpha: Samples | None, table: Linear) -> Linear:
    light = np.asarray(cv2.LUT(codes, table), np.float32)
    if light.ndim == 2:
        light = np.asarray(cv2.merge([light, light, light]), np.float32)
    if alpha is None or (alpha.dtype == np.uint8 and alpha.min() == _OPAQUE):
        return light
    return over_mat(light, alpha.astype(np.float32) / np.float32(len(table) - 1))
