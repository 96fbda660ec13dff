"""What was heard, as the rest of the product gets it: the audioAnalysis record. Pure; made by `analyse`.

Sound itself never leaves this package; this record does, as JSON.
"""

from dataclasses import dataclass
from typing import Literal

from kiosk.audio.portrait import Portrait

Kind = Literal["music", "speech", "noise", "silence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """The shares of power below 250 Hz, up to 2 kHz and above; together 1, or all 0 in silence."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioAnalysis:
    """What is known of a stretch of sound; what is not known is None, never a guess.

    Confidences are probabilities 0-1: that the tempo is right within 4 %, that key and mode are both right; 0 where the
    value is None. `loudness_dbfs` is EBU R128's integrated loudness, `brightness_hz` the median spectral centroid,
    `clipped_ratio` the share 0-1 of samples at full scale. Only music has tempo, key, mode and a portrait; the portrait
    stays in the listening process.
    """

    duration_s: float
    tempo_bpm: float | None
    tempo_confidence: float
    key: str | None
    mode: str | None
    key_confidence: float
    loudness_dbfs: float | None
    brightness_hz: float | None
    onsets_per_s: float | None
    bands: Bands
    clipped_ratio: float
    silent: bool
    kind: Kind
    portrait: Portrait | None = None

    def to_json_dict(self) -> dict[str, object]:
        """Return the record on the wire, camelCase, rounded to what the measures are good for."""
        return {
            "durationS": round(self.duration_s, 3),
            "tempoBpm": _rounded(self.tempo_bpm, 1),
            "tempoConfidence": round(self.tempo_confidence, 2),
            "key": self.key,
            "mode": self.mode,
            "keyConfidence": round(self.key_confidence, 2),
            "loudnessDbfs": _rounded(self.loudness_dbfs, 1),
            "brightnessHz": _rounded(self.brightness_hz, 0),
            "onsetsPerS": _rounded(self.onsets_per_s, 2),
            "bands": {
                "low": round(self.bands.low, 3),
                "mid": round(self.bands.mid, 3),
                "high": round(self.bands.high, 3),
            },
            "clippedRatio": round(self.clipped_ratio, 4),
            "silent": self.silent,
            "kind": self.kind,
        }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
