"""A picture's perceptual hash: 64 bits of its lowest frequencies, by which two pictures are told apart or known again.

Luma at 32x32 less its mean, faded out towards the edges, its DCT, the 64 lowest frequencies without the first; a bit
says whether one lies above their median. A darker screen scales them all alike, a label in a corner hardly counts,
unless the picture has next to no contrast, or the same on both sides: then the label makes most bits.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

KEEPS_UNDER_A_LABEL = 16.0
"""How far from their median (8-bit codes, summed) half the waves lie where no label changes 23 bits; art has 17-50."""

_SIDE = 32
_ORDER = sorted(((v, u) for v in range(12) for u in range(12) if u + v), key=lambda vu: (sum(vu), vu))[:64]
_ROWS, _COLUMNS = (list(numbers) for numbers in zip(*_ORDER, strict=True))
_HALF_WAVE = np.sin((np.arange(_SIDE) + 0.5) * np.pi / _SIDE).astype(np.float32)
_FADE = _HALF_WAVE[:, None] * _HALF_WAVE[None, :]


def fingerprint(rgb8: NDArray[np.uint8], *, least: float = 0.0) -> int:
    """Return the hash of (h, w, 3) 8-bit sRGB; 0 without contrast, or where half the waves lie nearer than `least`."""
    middling = cv2.resize(rgb8, (_SIDE * 8, _SIDE * 8), interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.resize(middling, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    waves = cv2.dct((luma - luma.mean()) * _FADE)
    lowest = waves[_ROWS, _COLUMNS]
    if float(np.abs(lowest).max()) < 1.0:
        return 0
    median = np.median(lowest)
    if float(np.median(np.abs(lowest - median))) < least:
        return 0
    bits = lowest > median
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def distance_bits(a: int, b: int) -> int:
    """Return how many of the 64 bits differ: 0-10 for the same picture, about 32 for unrelated ones."""
    return (a ^ b).bit_count()
