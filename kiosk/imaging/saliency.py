"""Where a crop lies: over what the eye goes to first. Spectral residual saliency (Hou and Zhang, CVPR 2007).

The map is what is unusual in a picture's spectrum: its log amplitude less a local mean of it, with its phase. The
picture is mirrored at its edges first, so that their meeting in the Fourier plane counts for nothing.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_WIDE_PX: Final = 64
_PULL: Final = 0.12  # what the outermost window loses against the middle one, as a share of all saliency
_STEPS: Final = 128
_FLAT: Final = 1.5  # standard deviation in 8-bit code values: less is no picture to speak of


def saliency(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a map of the picture at 64 px on its longer side, its sum 1; zero throughout for a flat picture."""
    scale = _WIDE_PX / max(rgb.shape[:2])
    size = (max(4, round(rgb.shape[1] * scale)), max(4, round(rgb.shape[0] * scale)))
    luma = cv2.cvtColor(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY).astype(np.float32)
    if float(luma.std()) < _FLAT:
        return np.zeros_like(luma)
    height, width = luma.shape
    spectrum = np.fft.fft2(np.block([[luma, luma[:, ::-1]], [luma[::-1], luma[::-1, ::-1]]]))
    amplitude = np.log(np.abs(spectrum) + 1.0)
    residual = amplitude - cv2.blur(amplitude, (3, 3))
    back = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum))))[:height, :width] ** 2
    found = cv2.GaussianBlur(back.astype(np.float32), (0, 0), 2.5)
    return np.asarray(found / found.sum(), np.float32)


def best_offset(found: NDArray[np.float32], axis: int, share: float) -> float:
    """Return where a window that spans `share` (0-1) of `axis` begins, as a share of what is left over (0-1).

    It holds the most saliency, with a slight pull to the centre; 0.5 when there is nothing to choose.
    """
    profile = found.sum(axis=1 - axis, dtype=np.float64)
    total = profile.sum()
    if share >= 1 or total <= 0:
        return 0.5
    sums = np.concatenate([[0.0], np.cumsum(profile / total)])
    offsets = np.linspace(0, 1, _STEPS + 1)
    first = offsets * (1 - share) * len(profile)
    places = np.arange(len(sums))
    held = np.interp(first + share * len(profile), places, sums) - np.interp(first, places, sums)
    score = held - _PULL * (2 * offsets - 1) ** 2
    best = score >= score.max() - 1e-9
    return float(offsets[best][np.argmin(np.abs(offsets[best] - 0.5))])
