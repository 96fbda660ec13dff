"""What changes a hundred times a second: mel bands for onsets, level, balance, brightness, flatness. Pure.

Reads `frames`; `onsets`, `kind` and `analyse` read the result.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kiosk.audio.frames import frequencies, spectra

FRAMES_PER_S = 100
_SIZE = 2048
_MEL_BANDS = 40
_MEL_FROM_HZ, _MEL_TO_HZ = 30.0, 10_000.0
_BRIGHTNESS_TO_HZ = 11_025.0
_FLAT_FROM_HZ, _FLAT_TO_HZ = 200.0, 5_000.0
_LOW_TO_HZ, _MID_TO_HZ = 250.0, 2_000.0
_TINY = np.float32(1e-12)


@dataclass(frozen=True, slots=True)
class Spectrum:
    """A row for each frame, `frames_per_s` of them: `mel` magnitudes (frames, 40), `power` (mean square),
    `centroid_hz`, `flatness` 0-1 (geometric over arithmetic mean, 200 Hz to 5 kHz); `bands` the shares of power
    below 250 Hz, up to 2 kHz, and above.
    """

    frames_per_s: float
    mel: NDArray[np.float32]
    power: NDArray[np.float32]
    centroid_hz: NDArray[np.float32]
    flatness: NDArray[np.float32]
    bands: tuple[float, float, float]


def spectrum_of(samples: NDArray[np.float32], rate_hz: int) -> Spectrum:
    """Measure mono samples -1..1."""
    hop = round(rate_hz / FRAMES_PER_S)
    bins_hz = frequencies(size=_SIZE, rate_hz=rate_hz)
    flat = slice(*np.searchsorted(bins_hz, [_FLAT_FROM_HZ, _FLAT_TO_HZ]).tolist())
    magnitude_sums, power_sums = _magnitude_sums(rate_hz), _power_sums(rate_hz)
    sums, powers, flatness = [], [], []
    for block in spectra(samples, size=_SIZE, hop=hop):
        sums.append(block[:, : len(magnitude_sums)] @ magnitude_sums)
        square = block * block
        powers.append(square @ power_sums)
        middle = square[:, flat] + _TINY
        flatness.append(np.exp(np.log(middle).mean(axis=1)) / middle.mean(axis=1))
    summed: NDArray[np.float32] = np.concatenate(sums)
    power: NDArray[np.float32] = np.concatenate(powers)
    shares = power[:, 1:].sum(axis=0, dtype=np.float64)
    total = shares.sum()
    low, mid, high = (shares / total).tolist() if total > 0 else (0.0, 0.0, 0.0)
    return Spectrum(
        frames_per_s=rate_hz / hop,
        mel=np.ascontiguousarray(summed[:, :_MEL_BANDS]),
        power=power.sum(axis=1),
        centroid_hz=summed[:, _MEL_BANDS] / (summed[:, _MEL_BANDS + 1] + _TINY),
        flatness=np.concatenate(flatness),
        bands=(low, mid, high),
    )


@lru_cache(maxsize=4)
def _magnitude_sums(rate_hz: int) -> NDArray[np.float32]:
    """Return the weights (bins, 42) by which magnitudes up to 11 kHz are summed: mel bands, frequency, one."""
    bins_hz = frequencies(size=_SIZE, rate_hz=rate_hz)
    bins_hz = bins_hz[bins_hz <= _BRIGHTNESS_TO_HZ]
    return np.column_stack([_mel_bank(rate_hz)[: len(bins_hz)], bins_hz, np.ones_like(bins_hz)])


@lru_cache(maxsize=4)
def _power_sums(rate_hz: int) -> NDArray[np.float32]:
    """Return the weights (bins, 4) by which powers are summed: below 20 Hz, to 250 Hz, to 2 kHz, above."""
    band = np.searchsorted([20.0, _LOW_TO_HZ, _MID_TO_HZ], frequencies(size=_SIZE, rate_hz=rate_hz), side="right")
    return np.eye(4, dtype=np.float32)[band]


def _mel_bank(rate_hz: int) -> NDArray[np.float32]:
    """Return triangles (bins, bands) evenly spaced on the mel scale."""
    lowest, highest = (2595 * math.log10(1 + hertz / 700) for hertz in (_MEL_FROM_HZ, _MEL_TO_HZ))
    edges_hz = 700 * (10 ** (np.linspace(lowest, highest, _MEL_BANDS + 2) / 2595) - 1)
    bins_hz = frequencies(size=_SIZE, rate_hz=rate_hz)[:, None]
    rise = (bins_hz - edges_hz[:-2]) / (edges_hz[1:-1] - edges_hz[:-2])
    fall = (edges_hz[2:] - bins_hz) / (edges_hz[2:] - edges_hz[1:-1])
    triangles: NDArray[np.float32] = np.maximum(0, np.minimum(rise, fall)).astype(np.float32)
    return triangles
