"""How a window of music sounds, for `sections` to lay beside others: its notes, its bands, its tempo. Pure.

Part of the analysis, but not of the record on the wire. Loudness has no part in it: a piece turned down is the same.
Names of keys have none either; two windows of one piece often differ in the name and hardly in the notes.
"""

import math
from dataclasses import dataclass
from operator import mul

import numpy as np
from numpy.typing import NDArray

from kiosk.audio.spectrum import Spectrum
from kiosk.audio.tempo import Tempo

_SURE = 0.4
_FAINTEST_DB = -40.0
_TINY = 1e-9
_DB_APART = 4.0
_OTHER_NOTES, _OTHER_TEMPO, _UNKNOWN_TEMPO = 0.5, 1.35, 0.35
_SAME_WITHIN, _SAME_TEMPI = 0.03, (1 / 2, 1.0, 2.0)
_RELATED_WITHIN, _RELATED_TEMPI = 0.06, (1 / 4, 1 / 3, 1 / 2, 2 / 3, 1.0, 3 / 2, 2.0, 3.0, 4.0)


@dataclass(frozen=True, slots=True)
class Portrait:
    """`notes`: the share of each note, C first (12,), as a vector of mean 0 and length 1, all 0 where not known;
    `bands_db`: the level of each mel band (40,), their mean taken off; `tempo_bpm` where it is sure.
    """

    notes: tuple[float, ...]
    bands_db: tuple[float, ...]
    tempo_bpm: float | None


def portrait_of(spectrum: Spectrum, chroma: NDArray[np.float64], tempo: Tempo) -> Portrait:
    """Return the portrait of a window; `chroma` (12,) is all 0 where the notes are not known."""
    notes = chroma - chroma.mean()
    length = float(np.linalg.norm(notes))
    level_db = 10 * np.log10((spectrum.mel.astype(np.float64) ** 2).mean(axis=0) + _TINY**2)
    level_db = np.maximum(level_db, level_db.max() + _FAINTEST_DB)
    return Portrait(
        notes=tuple((notes / max(length, _TINY)).tolist()),
        bands_db=tuple((level_db - level_db.mean()).tolist()),
        tempo_bpm=tempo.bpm if tempo.confidence >= _SURE else None,
    )


def difference(one: Portrait, other: Portrait) -> float:
    """Return how unlike two windows are, 0 and up; notes that one of them does not know count nothing.

    The same tempo, or its octave, speaks for one piece; so a tempo that is not known counts more than that.
    """
    bands_db = math.dist(one.bands_db, other.bands_db) / math.sqrt(len(one.bands_db))
    notes = 0.0
    if any(one.notes) and any(other.notes):
        notes = _OTHER_NOTES * (1 - sum(map(mul, one.notes, other.notes)))
    return bands_db / _DB_APART + notes + _tempo_difference(one.tempo_bpm, other.tempo_bpm)


def _tempo_difference(one: float | None, other: float | None) -> float:
    if one is None or other is None:
        return _UNKNOWN_TEMPO
    if any(abs(one / other / ratio - 1) < _SAME_WITHIN for ratio in _SAME_TEMPI):
        return 0.0
    related = any(abs(one / other / ratio - 1) < _RELATED_WITHIN for ratio in _RELATED_TEMPI)
    return _UNKNOWN_TEMPO if related else _OTHER_TEMPO
