"""Key and mode from the partials: how much of each of the twelve notes sounds, against the profiles of all keys. Pure.

Partials are brought to the piece's own tuning first; what each note's third and fifth partial add to other notes is
taken off. Profiles: Albrecht and Shanahan, Music Perception 31 (2013), measured on 490 pieces.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.audio.partials import Partials

NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
MODES = ("major", "minor")
_MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
_MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)
_THIRD_PARTIAL, _FIFTH_PARTIAL = (7, 0.30), (4, 0.15)
_QUIET_FRAME = 0.05
_SURE_BIAS, _SURE_LIKENESS, _SURE_LEAD = -5.4, 6.8, 12.3  # a logistic regression on the bench's tuning half
_LIKENESS_ENOUGH = 0.8


@dataclass(frozen=True, slots=True)
class Key:
    """The key's note and mode, and the probability (0-1) that both are right."""

    note: str
    mode: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Tuning:
    """How far the notes lie from A = 440 Hz, in semitones -0.5..0.5, and how well they keep to one grid, 0-1."""

    offset: float
    coherence: float


def tuning_of(partials: Partials) -> Tuning:
    """Return where the grid of semitones lies; 0 for coherence where nothing sounds."""
    weight = np.sqrt(partials.strength)
    total = float(weight.sum())
    if total == 0:
        return Tuning(0.0, 0.0)
    mean = complex((weight * np.exp(2j * np.pi * partials.pitch)).sum()) / total
    return Tuning(float(np.angle(mean)) / (2 * np.pi), abs(mean))


def chroma_of(partials: Partials, tuning: Tuning) -> NDArray[np.float64]:
    """Return the share of each note, C first (12,), summing to 1; zeros where nothing sounds."""
    pitch = partials.pitch - tuning.offset
    note = np.round(pitch)
    weight = np.sqrt(partials.strength) * np.cos(np.pi * (pitch - note)) ** 2
    cell = partials.frame * 12 + note.astype(np.int64) % 12
    chroma = np.bincount(cell, weight, partials.frames * 12).reshape(-1, 12)
    for interval, share in (_THIRD_PARTIAL, _FIFTH_PARTIAL):
        chroma = chroma - share * np.roll(chroma, interval, axis=1)
    chroma = np.maximum(chroma, 0)
    loudness = chroma.sum(axis=1, keepdims=True)
    if not loudness.any():
        return np.zeros(12)
    mean: NDArray[np.float64] = (chroma / (loudness + _QUIET_FRAME * loudness.max())).mean(axis=0)
    mean /= mean.sum()
    return mean


def key_of(chroma: NDArray[np.float64]) -> Key | None:
    """Return the key whose profile correlates best with the chroma (12,); None for one without differences."""
    if np.ptp(chroma) < 1e-9:
        return None
    likeness = np.array(
        [[np.corrcoef(np.roll(profile, note), chroma)[0, 1] for note in range(12)] for profile in (_MAJOR, _MINOR)]
    )
    mode, note = divmod(int(np.argmax(likeness)), 12)
    second, first = np.sort(likeness, axis=None)[-2:]
    return Key(NOTES[note], MODES[mode], _confidence(float(first), float(first - second)))


def _confidence(likeness: float, lead: float) -> float:
    """Return the probability of being right: how well the best key fits (-1..1), and how far it leads the next."""
    sure = _SURE_BIAS + _SURE_LIKENESS * min(likeness, _LIKENESS_ENOUGH) + _SURE_LEAD * lead
    return 1 / (1 + math.exp(-sure))
