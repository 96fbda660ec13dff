"""Whether it is music, speech or noise. Pure; reads `spectrum`, `partials`, `key`'s tuning and `tempo`'s pulse.

Held notes on a grid of semitones, or a regular pulse, make music; pauses and a level that jumps while pitch glides make
speech. What changes neither its level nor its spectrum (hum, hiss, a fan, a test tone) is noise from the start. The
weights are a softmax regression on the tuning half of the audio bench's sounds; noise has weight 0 throughout.
"""

import numpy as np
from numpy.typing import NDArray

from kiosk.audio.key import Tuning
from kiosk.audio.partials import Partials
from kiosk.audio.record import Kind
from kiosk.audio.spectrum import Spectrum
from kiosk.audio.tempo import Tempo

_MUSIC = np.array([11.0, 3.5, 31.6, -0.3, 0.2, -4.9, 18.5, 20.6])
_SPEECH = np.array([9.9, -3.7, 20.3, 1.6, 1.3, -10.1, -20.4, -12.9])
_MUSIC_BIAS, _SPEECH_BIAS = -6.0, -10.9
_STEADIEST_DB, _STEADIEST_LEVEL_DB = 1.0, 0.5
_ACTIVE_DB, _PAUSE_DB = -30.0, -20.0
_LEVEL_MOST_DB = 15.0
_COHERENCE_ENOUGH, _PULSE_ENOUGH = 0.15, 0.08
_AVERAGED_S = 0.25
_APART = 4
_RANGE_DB = 50.0
_TINY = 1e-12


def kind_of(spectrum: Spectrum, partials: Partials, tuning: Tuning, tempo: Tempo) -> Kind:
    """Name the kind of a sound that is not silent and lasts four seconds or more."""
    level_db = 10 * np.log10(spectrum.power + _TINY)
    top_db = float(np.quantile(level_db, 0.95))
    level_spread_db = float(level_db[level_db > top_db + _ACTIVE_DB].std())
    change_db = _change_db(spectrum)
    if change_db < _STEADIEST_DB or level_spread_db < _STEADIEST_LEVEL_DB:
        return "noise"
    measures = np.array(
        [
            partials.sharp,
            tuning.coherence,
            tempo.pulse,
            np.log(change_db + 0.1),
            min(level_spread_db, _LEVEL_MOST_DB),
            (level_db < top_db + _PAUSE_DB).mean(),
            min(tuning.coherence, _COHERENCE_ENOUGH),
            max(tempo.pulse - _PULSE_ENOUGH, 0.0),
        ]
    )
    music = float(_MUSIC @ measures) + _MUSIC_BIAS
    speech = float(_SPEECH @ measures) + _SPEECH_BIAS
    if music >= max(speech, 0.0):
        return "music"
    return "speech" if speech > 0 else "noise"


def _change_db(spectrum: Spectrum) -> float:
    """Return how much the mel bands differ from a second before, in dB; louder bands count more."""
    width = round(_AVERAGED_S * spectrum.frames_per_s)
    whole = len(spectrum.mel) // width
    mean = spectrum.mel[: whole * width].reshape(whole, width, -1).mean(axis=1)
    bands_db: NDArray[np.float64] = 20 * np.log10(mean.astype(np.float64) + 1e-6)
    weight = np.maximum(np.maximum(bands_db[:-_APART], bands_db[_APART:]) - bands_db.max() + _RANGE_DB, 0)
    return float((np.abs(bands_db[_APART:] - bands_db[:-_APART]) * weight).sum() / (weight.sum() + 1e-9))
