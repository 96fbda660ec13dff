"""Sound files for the tests of capture and listening, written with the standard library."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44_100


def written(path: Path, samples: NDArray[np.float32]) -> Path:
    """A mono WAV file of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
    return path


def ramp(seconds: float) -> NDArray[np.float32]:
    """Samples that tell their place, never zero."""
    return np.linspace(0.1, 0.9, round(seconds * RATE_HZ), dtype=np.float32)


def music(tonic: int, *, minor: bool, bpm: float, seconds: float) -> NDArray[np.float32]:
    """A plain piece: a cadence of four bars, a tune over it, a drum on each beat; `tonic` 0-11 is C to B."""
    beat = round(60 / bpm * RATE_HZ)
    third = 3 if minor else 4
    chords = ((0, third), (7, 4), (0, third), (5, third))
    tune = ((7, third, 2, 0), (7, 11, 14, 7), (12, 7, third, 0), (5, 5 + third, 5, 2))
    made = np.zeros(round(seconds * RATE_HZ) + 2 * beat, np.float32)
    drum = np.random.default_rng(7).standard_normal(beat // 6) * np.exp(-np.linspace(0, 9, beat // 6))
    for number, begin in enumerate(range(0, round(seconds * RATE_HZ), beat)):
        bar, count = number // 4 % 4, number % 4
        root, up = chords[bar]
        held = _tone(tonic + root - 12, beat, 0.35) + _tone(tonic + tune[bar][count] + 12, beat, 0.2)
        for step in (0, up, 7):
            held += _tone(tonic + root + step, beat, 0.12)
        held[: len(drum)] += (0.3 if count == 0 else 0.18) * drum
        made[begin : begin + beat] += held
    return np.asarray(0.5 * made[: round(seconds * RATE_HZ)], np.float32)


def _tone(semitone: int, length: int, level: float) -> NDArray[np.float64]:
    """A plucked tone with five partials; semitone 0 is the middle C."""
    pitch_hz = 261.63 * 2 ** (semitone / 12)
    at_s = np.arange(length) / RATE_HZ
    made = sum(np.sin(2 * np.pi * pitch_hz * partial * at_s) / partial**1.5 for partial in range(1, 6))
    return np.asarray(level * made * np.exp(-2.5 * at_s / at_s[-1]) * np.minimum(1, at_s / 0.005))
