"""Music as the generator sees it: the features of an audio analysis, 0-1, and quantised for the fingerprint. Pure.

Reads the audioAnalysis record (camelCase keys, every one optional and nullable, values from outside and not trusted);
`compose` turns the features into genes. `recalled` reads them back from the fingerprint that a genome keeps.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

KEYS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
MODES = ("major", "minor")
LEVELS = 8
_MIN_CONFIDENCE = 0.3
_QUIET_DBFS, _LOUD_DBFS = -34.0, -10.0
_DARK_HZ, _BRIGHT_HZ = 450.0, 3600.0
_SLOW_BPM, _FAST_BPM = 60.0, 180.0
_BUSY_ONSETS_PER_S = 6.0


@dataclass(frozen=True, slots=True)
class Features:
    """What is known about the music: numbers 0-1, None where unknown; `tempo_bpm` as heard, for titles and texts."""

    energy: float | None = None
    brightness: float | None = None
    onsets: float | None = None
    tempo: float | None = None
    tempo_bpm: float | None = None
    key: str | None = None
    mode: str | None = None

    def known(self) -> bool:
        """Tell whether anything at all was heard."""
        return any(value is not None for value in (self.energy, self.brightness, self.onsets, self.tempo, self.key))


def features_of(analysis: Mapping[str, object] | None) -> Features:
    """Read an audioAnalysis record; what is missing, null, not a finite number, or of low confidence is unknown.

    Silence, speech and noise (`silent`, `kind`) count as no music.
    """
    if not analysis or analysis.get("silent") is True or analysis.get("kind") in ("silence", "speech", "noise"):
        return Features()
    key = analysis.get("key") if _confident(analysis.get("keyConfidence")) else None
    mode = analysis.get("mode") if _confident(analysis.get("keyConfidence")) else None
    bpm = _number(analysis.get("tempoBpm")) if _confident(analysis.get("tempoConfidence")) else None
    if bpm is not None and not 20 <= bpm <= 400:
        bpm = None
    return Features(
        energy=_linear(_number(analysis.get("loudnessDbfs")), _QUIET_DBFS, _LOUD_DBFS),
        brightness=_logarithmic(_number(analysis.get("brightnessHz")), _DARK_HZ, _BRIGHT_HZ),
        onsets=_linear(_number(analysis.get("onsetsPerS")), 0.0, _BUSY_ONSETS_PER_S),
        tempo=None if bpm is None else pace_of(bpm),
        tempo_bpm=bpm,
        key=key if isinstance(key, str) and key in KEYS else None,
        mode=mode if isinstance(mode, str) and mode in MODES else None,
    )


def pace_of(bpm: float) -> float:
    """Return a tempo (beats a minute, > 0) as a feature: 0 for slow, 1 for fast."""
    return min(max(math.log(bpm / _SLOW_BPM) / math.log(_FAST_BPM / _SLOW_BPM), 0.0), 1.0) if bpm > 0 else 0.0


def quantise(features: Features) -> dict[str, int | str | None]:
    """Return the fingerprint that a genome keeps: levels 0-7, tempo in steps of 4 bpm, key and mode as they are."""
    return {
        "energy": _level(features.energy),
        "brightness": _level(features.brightness),
        "onsets": _level(features.onsets),
        "tempo": None if features.tempo_bpm is None else 4 * round(features.tempo_bpm / 4),
        "key": features.key,
        "mode": features.mode,
    }


def recalled(audio: Mapping[str, int | str | None]) -> Features:
    """Return the music of a fingerprint as `quantise` makes it, each level as its middle; made by hand, as far as it
    can be read.
    """
    energy, brightness, onsets = (
        None if (level := level_in(audio, name)) is None else (level + 0.5) / LEVELS
        for name in ("energy", "brightness", "onsets")
    )
    tempo, key, mode = audio.get("tempo"), audio.get("key"), audio.get("mode")
    bpm = float(tempo) if isinstance(tempo, int) else None
    return Features(
        energy=energy,
        brightness=brightness,
        onsets=onsets,
        tempo=None if bpm is None else pace_of(bpm),
        tempo_bpm=bpm,
        key=key if isinstance(key, str) and key in KEYS else None,
        mode=mode if isinstance(mode, str) and mode in MODES else None,
    )


def level_in(audio: Mapping[str, int | str | None], name: str) -> int | None:
    """Return a level of a fingerprint, 0-7 whatever one made by hand says; None where it is unknown."""
    level = audio.get(name)
    return min(max(level, 0), LEVELS - 1) if isinstance(level, int) else None


def fingerprint(analysis: Mapping[str, object] | None) -> str:
    """Return one short text for the quantised music, equal for equal music; "silence" where nothing is known."""
    features = features_of(analysis)
    if not features.known():
        return "silence"
    return "/".join(f"{name}={value}" for name, value in sorted(quantise(features).items()))


def _confident(value: object) -> bool:
    number = _number(value)
    return number is None or number >= _MIN_CONFIDENCE


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _linear(value: float | None, low: float, high: float) -> float | None:
    return None if value is None else min(max((value - low) / (high - low), 0.0), 1.0)


def _logarithmic(value: float | None, low: float, high: float) -> float | None:
    if value is None or value <= 0:
        return None
    return min(math.log(max(value, low) / low) / math.log(high / low), 1.0)


def _level(value: float | None) -> int | None:
    return None if value is None else min(int(value * LEVELS), LEVELS - 1)
