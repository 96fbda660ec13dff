"""Colour spaces: sRGB, linear RGB, OKLab and OKLCH (Ottosson, 2020), and gamut mapping. Pure.

Arrays have the channels last; linear and encoded RGB are 0-1; OKLCH hue is in degrees.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# Linear. Lighting, blending and dither stay inside, so no channel of a finished picture is 0 or 255.
GAMUT_LOW = 0.002
GAMUT_HIGH = 0.965

_LAB_TO_LMS = np.array(
    [[1.0, 0.3963377774, 0.2158037573], [1.0, -0.1055613458, -0.0638541728], [1.0, -0.0894841775, -1.2914855480]]
)
_LMS_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)
_RGB_TO_LMS = np.linalg.inv(_LMS_TO_RGB)
_LMS_TO_LAB = np.linalg.inv(_LAB_TO_LMS)


def srgb_to_linear(encoded: Array) -> Array:
    """Undo the sRGB transfer curve (IEC 61966-2-1)."""
    low = encoded <= 0.04045
    return np.where(low, encoded / 12.92, ((np.maximum(encoded, 0.04045) + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(linear: Array) -> Array:
    """Apply the sRGB transfer curve."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055)


def oklab_to_linear(lab: Array) -> Array:
    """Convert OKLab to linear RGB; the result may lie outside 0-1."""
    lms = lab @ _LAB_TO_LMS.T
    return np.asarray(lms**3 @ _LMS_TO_RGB.T)


def linear_to_oklab(linear: Array) -> Array:
    """Convert linear RGB to OKLab."""
    return np.asarray(np.cbrt(linear @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T)


def lch_to_lab(lightness: Array, chroma: Array, hue_deg: Array) -> Array:
    """Convert OKLCH to OKLab."""
    angle = np.deg2rad(hue_deg)
    return np.stack(np.broadcast_arrays(lightness, chroma * np.cos(angle), chroma * np.sin(angle)), axis=-1)


def in_gamut(lab: Array) -> NDArray[np.bool_]:
    """Tell for each colour whether all of its linear RGB lies within [GAMUT_LOW, GAMUT_HIGH]."""
    rgb = oklab_to_linear(lab)
    return np.asarray(((rgb >= GAMUT_LOW - 1e-9) & (rgb <= GAMUT_HIGH + 1e-9)).all(axis=-1))


def map_to_gamut(lab: Array) -> Array:
    """Return the colours with their chroma lowered as far as the gamut needs, lightness and hue kept.

    Lightness is first held to what a grey in the gamut can have.
    """
    base = np.array(lab, dtype=np.float64)
    base[..., 0] = np.clip(base[..., 0], np.cbrt(GAMUT_LOW * 1.02), np.cbrt(GAMUT_HIGH * 0.999))
    low = np.zeros(base.shape[:-1])
    high = np.ones(base.shape[:-1])
    fits = in_gamut(base)
    for _ in range(20):
        middle = (low + high) / 2
        ok = in_gamut(_scaled(base, middle))
        low = np.where(ok, middle, low)
        high = np.where(ok, high, middle)
    return _scaled(base, np.where(fits, 1.0, low))


def _scaled(lab: Array, factor: Array) -> Array:
    return np.concatenate([lab[..., :1], lab[..., 1:] * factor[..., None]], axis=-1)
