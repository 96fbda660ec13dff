"""Where notes begin: the onset envelope and the count of its peaks. Pure; reads `spectrum`, `tempo` reads the envelope.

The envelope is the rise of log mel bands over two frames, against the loudest neighbour band two frames ago, so that a
vibrato is no onset (SuperFlux: Böck & Widmer, DAFx 2013), less its own moving mean.
"""

import numpy as np
from numpy.typing import NDArray

from kiosk.audio.spectrum import Spectrum

_LAG_FRAMES = 2
_COMPRESSION = 1000.0
_MEAN_OVER_S = 0.8
_NEAREST_S = 0.05
_HEIGHT = 0.3
_FLOOR = 0.02


def onset_envelope(spectrum: Spectrum) -> NDArray[np.float64]:
    """Return how much begins at each frame, 0 and up (frames,); all zero for a sound without beginnings."""
    level = np.log1p(_COMPRESSION * spectrum.mel)
    if len(level) <= _LAG_FRAMES:
        return np.zeros(len(level))
    before = level[:-_LAG_FRAMES]
    loudest = before.copy()
    np.maximum(loudest[:, 1:], before[:, :-1], out=loudest[:, 1:])
    np.maximum(loudest[:, :-1], before[:, 1:], out=loudest[:, :-1])
    rise = np.maximum(level[_LAG_FRAMES:] - loudest, 0).mean(axis=1, dtype=np.float64)
    width = min(round(_MEAN_OVER_S * spectrum.frames_per_s), len(rise))
    mean = np.convolve(rise, np.ones(width), "same") / np.convolve(np.ones(len(rise)), np.ones(width), "same")
    return np.concatenate([np.zeros(_LAG_FRAMES), np.maximum(rise - mean, 0)])


def onsets_per_s(envelope: NDArray[np.float64], frames_per_s: float) -> float:
    """Return how many peaks of the envelope stand out in a second; simultaneous notes count once."""
    reach = round(_NEAREST_S * frames_per_s)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(envelope, reach), 2 * reach + 1).max(axis=1)
    threshold = max(_FLOOR, _HEIGHT * float(envelope.std()) + float(envelope.mean()))
    peaks = (envelope == around) & (envelope > threshold)
    return float(peaks.sum()) * frames_per_s / len(envelope)
