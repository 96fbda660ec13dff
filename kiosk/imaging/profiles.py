"""Colour profiles: what a picture's embedded ICC profile makes of its code values, in linear sRGB.

8-bit pictures go through LittleCMS (relative colorimetric, black point compensated). Pillow gives it no 16-bit ones;
for those a matrix profile, which nearly all of them carry, is read here: a curve a channel, and a matrix to XYZ (D50).
"""

import io
import logging
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from kiosk.imaging.light import Linear

log = logging.getLogger(__name__)

Transform = Callable[[Image.Image], Image.Image]
_SPACES: Final = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_XYZ_D50_TO_SRGB: Final = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)


def to_srgb(icc: bytes, mode: str) -> Transform | None:
    """Return what turns an image of `mode` (L, RGB, CMYK) into an sRGB one; None when nothing has to be done.

    A profile that is broken, or that speaks of another kind of colour, counts as none.
    """
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if profile.profile.xcolor_space.strip() != _SPACES[mode]:
            return None
        transform = ImageCms.buildTransform(
            profile,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, KeyError, TypeError) as error:
        log.info("an embedded colour profile is not used: %s", error)
        return None

    def convert(image: Image.Image) -> Image.Image:
        converted = ImageCms.applyTransform(image, transform)
        assert converted is not None
        return converted

    return None if mode == "RGB" and _changes_nothing(convert) else convert


def _changes_nothing(convert: Transform) -> bool:
    """Tell whether it is sRGB under some other name: no code value of a grid of colours moves by more than one."""
    levels = np.linspace(0, 255, 18).astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(18, -1, 3)
    moved = np.asarray(convert(Image.fromarray(grid))).astype(int) - grid
    return int(np.abs(moved).max()) <= 1


@dataclass(frozen=True, slots=True)
class MatrixProfile:
    """Curves for 16-bit code values, (65536,) float32 each, and the matrix from their light to linear sRGB."""

    curves: tuple[Linear, Linear, Linear]
    matrix: NDArray[np.float32]

    def light(self, channels: list[NDArray[np.uint16]]) -> Linear:
        """Return (h, w, 3) linear sRGB, held to 0-1, of red, green, and blue."""
        light = np.stack([np.take(curve, plane) for curve, plane in zip(self.curves, channels, strict=True)], axis=-1)
        return np.asarray(np.clip(light @ self.matrix.T, 0, 1), np.float32)


def matrix_profile(icc: bytes) -> MatrixProfile | None:
    """Return an RGB profile made of curves and a matrix; None for any other, and for a broken one."""
    try:
        tags = _tags(icc)
        if icc[16:20] != b"RGB " or icc[20:24] != b"XYZ " or "A2B0" in tags:
            return None
        columns = [_xyz(tags[name]) for name in ("rXYZ", "gXYZ", "bXYZ")]
        curves = [_curve(tags[name]) for name in ("rTRC", "gTRC", "bTRC")]
        matrix = (_XYZ_D50_TO_SRGB @ np.array(columns).T).astype(np.float32)
        return MatrixProfile((curves[0], curves[1], curves[2]), matrix)
    except (KeyError, ValueError, IndexError, struct.error) as error:
        log.info("an embedded colour profile is not used: %s", error)
        return None


def _tags(icc: bytes) -> dict[str, bytes]:
    (count,) = struct.unpack(">I", icc[128:132])
    found = {}
    for number in range(min(count, 100)):
        name, offset, length = struct.unpack(">4sII", icc[132 + 12 * number : 144 + 12 * number])
        found[name.decode("latin-1")] = icc[offset : offset + length]
    return found


def _xyz(tag: bytes) -> tuple[float, float, float]:
    x, y, z = struct.unpack(">3i", tag[8:20])
    return x / 65_536, y / 65_536, z / 65_536


def _curve(tag: bytes) -> Linear:
    """Return a `curv` or `para` element as a table of light (ICC.1:2022, 10.6 and 10.18)."""
    encoded = np.linspace(0, 1, 65_536)
    if tag[:4] == b"curv":
        (count,) = struct.unpack(">I", tag[8:12])
        if count == 0:
            return encoded.astype(np.float32)
        points = np.frombuffer(tag, ">u2", count, 12).astype(float)
        if count == 1:
            return np.asarray(encoded ** (points[0] / 256), np.float32)
        return np.interp(encoded, np.linspace(0, 1, count), points / 65_535).astype(np.float32)
    if tag[:4] != b"para":
        raise ValueError(f"a curve of the kind {tag[:4]!r}")
    (kind,) = struct.unpack(">H", tag[8:10])
    g, a, b, c, d, e, f = _parameters(kind, np.frombuffer(tag[12:], ">i4", (1, 3, 4, 5, 7)[kind]) / 65_536)
    power = np.maximum(a * encoded + b, 0) ** g + e
    return np.clip(np.where(encoded >= d, power, c * encoded + f), 0, 1).astype(np.float32)


def _parameters(kind: int, given: NDArray[np.float64]) -> tuple[float, ...]:
    """Return a parametric curve's g a b c d e f: (a x + b)^g + e from d on, c x + f below."""
    p = [float(value) for value in given]
    match kind:
        case 0:
            return (p[0], 1, 0, 0, 0, 0, 0)
        case 1:
            return (p[0], p[1], p[2], 0, -p[2] / p[1], 0, 0)
        case 2:
            return (p[0], p[1], p[2], 0, -p[2] / p[1], p[3], p[3])
        case 3:
            return (p[0], p[1], p[2], p[3], p[4], 0, 0)
        case _:
            return (p[0], p[1], p[2], p[3], p[4], p[5], p[6])
