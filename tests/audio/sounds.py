"""Sounds made for tests, mono float32 at 44.1 kHz: music of a known key and tempo, a voice, noises, tones."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44_100
Samples = NDArray[np.float32]

_MAJOR_CHORDS = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7))
_MINOR_CHORDS = ((0, 3, 7), (5, 8, 12), (7, 11, 14), (0, 3, 7))
_VOWELS_HZ = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))


def music(*, bpm: float, tonic: int = 0, minor: bool = False, seconds: float = 15.0, seed: int = 1) -> Samples:
    """Chords of a cadence, a bar of four beats each, a tune over them and a drum; `tonic` in semitones above C."""
    random = np.random.default_rng(seed)
    sound = np.zeros(round((seconds + 1) * RATE_HZ))
    chords = _MINOR_CHORDS if minor else _MAJOR_CHORDS
    beat_s = 60 / bpm
    for beat in range(int(seconds / beat_s)):
        chord = [48 + tonic + step for step in chords[beat // 4 % 4]]
        begins_s = beat * beat_s
        if beat % 4 == 0:
            for note in chord:
                _add(sound, begins_s, _note(note, 3.5 * beat_s, falls_s=1.5) * 0.12)
        _add(sound, begins_s, _note(chord[0] - 12, beat_s, falls_s=0.3) * 0.2)
        _add(sound, begins_s, _drum(random, low=beat % 2 == 0) * 0.3)
        for half in range(2):
            note = 24 + chord[int(random.integers(3))]
            _add(sound, begins_s + half * beat_s / 2, _note(note, beat_s / 2, falls_s=0.2) * 0.12)
    return _limited(sound, seconds)


def voice(*, seconds: float = 15.0, seed: int = 1) -> Samples:
    """Syllables of vowels whose pitch glides, hisses between them, and pauses between the phrases."""
    random = np.random.default_rng(seed)
    sound = np.zeros(round((seconds + 1) * RATE_HZ))
    now_s, left = 0.0, 0
    while now_s < seconds:
        if left == 0:
            left, now_s = int(random.integers(4, 10)), now_s + random.uniform(0.25, 0.6)
        if random.random() < 0.6:
            hiss = random.standard_normal(round(random.uniform(0.05, 0.12) * RATE_HZ))
            _add(sound, now_s, np.diff(hiss, append=0) * np.hanning(len(hiss)) * 0.06)
            now_s += len(hiss) / RATE_HZ * 0.8
        syllable = _syllable(random, random.uniform(0.09, 0.24))
        _add(sound, now_s, syllable * random.uniform(0.2, 0.5))
        now_s += len(syllable) / RATE_HZ * 0.95
        left -= 1
    return _limited(sound, seconds)


def coloured(exponent: float, *, seconds: float = 12.0, seed: int = 1) -> Samples:
    """Noise whose magnitude falls with frequency to this power: 0 white, 0.5 pink, 1 brown."""
    length = round(seconds * RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(length))
    hertz = np.maximum(np.fft.rfftfreq(length, 1 / RATE_HZ), 20)
    return _normal(np.fft.irfft(spectrum / hertz**exponent, length))


def tones(parts: Mapping[float, float], *, seconds: float = 12.0) -> Samples:
    """Steady sines: {frequency in Hz: amplitude}."""
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    waves = [amplitude * np.sin(2 * np.pi * hertz * time_s) for hertz, amplitude in parts.items()]
    sound: Samples = np.sum(waves, axis=0).astype(np.float32)
    return sound


def hum(*, seconds: float = 12.0) -> Samples:
    """What the mains puts into a bad cable."""
    return tones({50.0 * harmonic: 0.2 / harmonic for harmonic in range(1, 9)}, seconds=seconds)


def knocks(*, per_s: float, lasting_s: float, seconds: float = 12.0, seed: int = 1) -> Samples:
    """Bursts of noise at chance moments: one clicks, a hundred a second applaud."""
    random = np.random.default_rng(seed)
    sound = np.zeros(round((seconds + 1) * RATE_HZ))
    for moment_s in random.uniform(0, seconds, int(per_s * seconds)):
        burst = random.standard_normal(round(lasting_s * random.uniform(0.5, 1.5) * RATE_HZ))
        burst = np.convolve(burst, np.ones(8) / 8, "same") * np.exp(-np.arange(len(burst)) * 5 / len(burst))
        _add(sound, moment_s, burst * random.uniform(0.2, 1))
    return _limited(sound, seconds)


def sines_at(levels_dbfs: Sequence[tuple[float, float]], *, hertz: float = 1000.0) -> Samples:
    """A sine that goes through peak levels: (level in dBFS, seconds) each."""
    envelope = np.concatenate([np.full(round(s * RATE_HZ), 10 ** (level / 20)) for level, s in levels_dbfs])
    return (envelope * np.sin(2 * np.pi * hertz * np.arange(len(envelope)) / RATE_HZ)).astype(np.float32)


def _note(note: float, seconds: float, *, falls_s: float) -> NDArray[np.float64]:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    hertz = 440 * 2 ** ((note - 69) / 12)
    harmonics = [np.sin(2 * np.pi * hertz * k * time_s) / k**1.5 for k in range(1, 6)]
    tail = np.minimum(1, (seconds - time_s) / 0.02)
    attack = np.minimum(1, time_s / 0.005)
    shape: NDArray[np.float64] = np.sum(harmonics, axis=0) * np.exp(-time_s / falls_s) * tail * attack
    return shape


def _drum(random: np.random.Generator, *, low: bool) -> NDArray[np.float64]:
    time_s = np.arange(round(0.15 * RATE_HZ)) / RATE_HZ
    if low:
        beat: NDArray[np.float64] = np.sin(2 * np.pi * 55 * time_s * (1 + 0.5 * np.exp(-time_s / 0.02)))
        return beat * np.exp(-time_s / 0.05)
    snare: NDArray[np.float64] = random.standard_normal(len(time_s)) * np.exp(-time_s / 0.03) * 0.4
    return snare


def _syllable(random: np.random.Generator, seconds: float) -> NDArray[np.float64]:
    length = round(seconds * RATE_HZ)
    first, last = random.uniform(85, 200, 2)
    pitch_hz = np.linspace(first, last, length) * (1 + 0.01 * random.standard_normal())
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    vowel = _VOWELS_HZ[int(random.integers(len(_VOWELS_HZ)))]
    sound = np.zeros(length)
    for harmonic in range(1, 40):
        hertz = harmonic * float(pitch_hz.mean())
        gain = sum(1 / (1 + ((hertz - formant) / 90) ** 2) / (rank + 1) for rank, formant in enumerate(vowel))
        sound += gain * np.sin(harmonic * phase)
    shape: NDArray[np.float64] = sound * np.hanning(length)
    return shape


def _add(sound: NDArray[np.float64], begins_s: float, part: NDArray[np.float64]) -> None:
    first = round(begins_s * RATE_HZ)
    room = len(sound) - first
    sound[first : first + len(part)] += part[:room]


def _limited(sound: NDArray[np.float64], seconds: float) -> Samples:
    return _normal(sound[: round(seconds * RATE_HZ)])


def _normal(sound: NDArray[np.float64]) -> Samples:
    normal: Samples = (0.5 * sound / np.abs(sound).max()).astype(np.float32)
    return normal
