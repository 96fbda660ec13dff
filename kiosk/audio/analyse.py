"""From samples to what is known of them: every measure of this package, put together. Pure; start reading here.

    samples -> spectrum -> onsets -> tempo
            -> partials -> key             all of them -> kind -> portrait -> AudioAnalysis
            -> loudness

Speech, noise and silence have no tempo and no key. Of what lasts less than four seconds nothing is known, and it
counts as noise. Clipped sound has no key, for clipping adds notes nobody played. It keeps its tempo up to three
samples in ten, for beginnings outlast clipping.
"""

import numpy as np
from numpy.typing import NDArray

from kiosk.audio.key import NOTES, chroma_of, key_of, tuning_of
from kiosk.audio.kind import kind_of
from kiosk.audio.loudness import SILENCE_DBFS, loudness_dbfs
from kiosk.audio.onsets import onset_envelope, onsets_per_s
from kiosk.audio.partials import partials_of
from kiosk.audio.portrait import portrait_of
from kiosk.audio.record import AudioAnalysis, Bands, Kind
from kiosk.audio.spectrum import Spectrum, spectrum_of
from kiosk.audio.tempo import Tempo, tempo_of
from kiosk.audio.wire import CLIPPED_MOST

FULL_SCALE = 0.985
_CLIPPED_MOST_FOR_TEMPO = 0.3
QUIETEST_DBFS = -60.0
SHORTEST_S = 4.0  # of less, music was taken for speech or noise as often as for music
_LOWEST_RATE_HZ = 44_100
_ACTIVE_DB = -30.0


def analyse(samples: NDArray[np.float32], rate_hz: int = 44_100) -> AudioAnalysis:
    """Analyse mono samples -1..1 (n,), best 15 to 60 s of them; any number is answered.

    What is not a number counts as 0, what is beyond full scale as clipped. `rate_hz` is 44100 or more; raises
    ValueError for less, where the upper bands would be missing, and for samples that are not one row.
    """
    if rate_hz < _LOWEST_RATE_HZ or samples.ndim != 1:
        raise ValueError(f"samples of shape {samples.shape} at {rate_hz} Hz: one row at 44100 Hz or more is needed")
    duration_s = len(samples) / rate_hz
    if not samples.any():
        return _unmeasured("silence", duration_s, 0.0, SILENCE_DBFS)
    sound = _clean(samples)
    clipped = np.count_nonzero(sound >= FULL_SCALE) + np.count_nonzero(sound <= -FULL_SCALE)
    clipped_ratio = clipped / len(sound)
    sound -= sound.mean(dtype=np.float64)
    level_dbfs = loudness_dbfs(sound, rate_hz)
    if level_dbfs <= QUIETEST_DBFS:
        return _unmeasured("silence", duration_s, clipped_ratio, level_dbfs)
    if duration_s < SHORTEST_S:
        return _unmeasured("noise", duration_s, clipped_ratio, None)
    spectrum = spectrum_of(sound, rate_hz)
    envelope = onset_envelope(spectrum)
    tempo = tempo_of(envelope, spectrum.frames_per_s)
    partials = partials_of(sound, rate_hz)
    tuning = tuning_of(partials)
    kind = kind_of(spectrum, partials, tuning, tempo)
    if kind != "music" or clipped_ratio > _CLIPPED_MOST_FOR_TEMPO:
        tempo = Tempo(None, 0.0, 0.0)
    chroma = np.zeros(len(NOTES))
    if kind == "music" and clipped_ratio <= CLIPPED_MOST:
        chroma = chroma_of(partials, tuning)
    key = key_of(chroma)
    low, mid, high = spectrum.bands
    return AudioAnalysis(
        duration_s=duration_s,
        tempo_bpm=tempo.bpm,
        tempo_confidence=tempo.confidence,
        key=key.note if key else None,
        mode=key.mode if key else None,
        key_confidence=key.confidence if key else 0.0,
        loudness_dbfs=level_dbfs,
        brightness_hz=_brightness_hz(spectrum),
        onsets_per_s=onsets_per_s(envelope, spectrum.frames_per_s),
        bands=Bands(low=low, mid=mid, high=high),
        clipped_ratio=clipped_ratio,
        silent=False,
        kind=kind,
        portrait=portrait_of(spectrum, chroma, tempo) if kind == "music" else None,
    )


def _clean(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a copy with numbers -1..1 only."""
    sound = samples.astype(np.float32)
    if not np.isfinite(np.vdot(sound, sound)):
        np.nan_to_num(sound, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
    return np.clip(sound, -1, 1, out=sound)


def _unmeasured(kind: Kind, duration_s: float, clipped_ratio: float, level_dbfs: float | None) -> AudioAnalysis:
    return AudioAnalysis(
        duration_s=duration_s,
        tempo_bpm=None,
        tempo_confidence=0.0,
        key=None,
        mode=None,
        key_confidence=0.0,
        loudness_dbfs=level_dbfs,
        brightness_hz=None,
        onsets_per_s=None,
        bands=Bands(low=0.0, mid=0.0, high=0.0),
        clipped_ratio=clipped_ratio,
        silent=kind == "silence",
        kind=kind,
    )


def _brightness_hz(spectrum: Spectrum) -> float:
    """Return the median centroid of the frames that are not far below the loudest."""
    active = spectrum.power >= spectrum.power.max() * 10 ** (_ACTIVE_DB / 10)
    return float(np.median(spectrum.centroid_hz[active]))
