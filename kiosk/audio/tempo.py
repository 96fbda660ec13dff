"""Tempo of an onset envelope, its octave chosen with it, and how sure that is. Pure; reads `onsets`.

Every tempo of a fine grid gets a score: the envelope's autocorrelation at multiples and parts of its beat, weighted as
learned, and a prior for how fast music goes. Bars of four beats speak for a tempo, parts of three against it; that is
what settles most octaves. The weights are a softmax regression on the tuning half of the audio bench's pieces.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SLOWEST_BPM, FASTEST_BPM = 50.0, 215.0
_TEMPI_BPM = np.exp(np.linspace(np.log(SLOWEST_BPM), np.log(FASTEST_BPM), 1000))
_BEATS = {1: 0.29, 2: 0.58, 3: 0.70, 4: 1.83, 6: 0.55, 8: 1.48, 1 / 2: 0.32, 3 / 2: 1.02, 3 / 4: 0.32}
_PARTS = {1 / 3: -0.14, 1 / 4: -0.39, 2 / 3: -0.23}
_WEIGHTS = _BEATS | _PARTS
_PRIOR_CENTRE_BPM, _PRIOR_SLOPE, _PRIOR_CURVE = 120.0, 0.61, -1.37
_STRONGEST_FROM_S, _STRONGEST_TO_S = 0.33, 6.0
_LONGEST_S = 16.0
_SHORTEST_S = 3.9  # of frames: the last frame of a sound of four seconds begins a little before its end
_SAME_TEMPO = 0.04
_SURE_BIAS, _SURE_LEAD, _SURE_PULSE = 0.2, 0.52, 5.9
_PULSE_ENOUGH = 0.25
_FEWEST_ODDS = 0.01


@dataclass(frozen=True, slots=True)
class Tempo:
    """Beats a minute and the probability (0-1) that they are right within 4 %; `pulse` 0-1 tells how regular the
    beginnings are, whatever their tempo.
    """

    bpm: float | None
    confidence: float
    pulse: float


def tempo_of(envelope: NDArray[np.float64], frames_per_s: float) -> Tempo:
    """Return the tempo, 50 to 215 bpm; None for sound under four seconds or without beginnings."""
    if len(envelope) < _SHORTEST_S * frames_per_s or not envelope.any():
        return Tempo(None, 0.0, 0.0)
    likeness = _autocorrelation(envelope, round(_LONGEST_S * frames_per_s))
    nearest, farthest = (round(s * frames_per_s) for s in (_STRONGEST_FROM_S, _STRONGEST_TO_S))
    pulse = float(likeness[nearest:farthest].max())
    if pulse <= 0:
        return Tempo(None, 0.0, 0.0)
    beat_frames = 60 * frames_per_s / _TEMPI_BPM
    octaves = np.log2(_TEMPI_BPM / _PRIOR_CENTRE_BPM)
    score = _PRIOR_SLOPE * octaves + _PRIOR_CURVE * octaves**2
    for multiple, weight in _WEIGHTS.items():
        score += weight / pulse * np.interp(multiple * beat_frames, np.arange(len(likeness)), likeness)
    best = int(np.argmax(score))
    return Tempo(float(_TEMPI_BPM[best]), _confidence(score, best, pulse), min(pulse, 1.0))


def _autocorrelation(envelope: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Return the likeness of the envelope to itself, shifted by 0 to `length` frames; compressed, 1 at no shift."""
    size = 1 << (2 * len(envelope) - 1).bit_length()
    strength = np.abs(np.fft.rfft(envelope - envelope.mean(), size))
    likeness = np.fft.irfft(strength, size)[: min(length, len(envelope))]
    bell = np.exp(-0.5 * np.arange(-4, 5) ** 2)
    return np.convolve(likeness / likeness[0], bell / bell.sum(), "same")


def _confidence(score: NDArray[np.float64], best: int, pulse: float) -> float:
    """Return the probability of being right: the winner's share among all peaks counts, and a regular pulse."""
    inner = score[1:-1]
    peaks = np.flatnonzero((inner > score[:-2]) & (inner >= score[2:])) + 1
    rivals = peaks[np.abs(_TEMPI_BPM[peaks] / _TEMPI_BPM[best] - 1) > _SAME_TEMPO]
    odds = float(np.exp(score[rivals] - score[best]).sum())
    lead = -np.log(max(odds, _FEWEST_ODDS))
    sure = _SURE_BIAS + _SURE_LEAD * lead + _SURE_PULSE * min(pulse, _PULSE_ENOUGH)
    return float(1 / (1 + np.exp(-sure)))
