"""Tells when a new piece of music has begun: by its key, its tempo, its timbre, or because there was none before.

Pure. The listener hands over the analysis of a window that slides on; each is laid beside what is known of the piece
that plays. One that differs proves nothing: a solo does, and a window that holds the end of one piece and the beginning
of the next. Two in a row that differ from the piece and are like one another are the next piece.
"""

import math
from dataclasses import dataclass, replace

from kiosk.audio.key import NOTES
from kiosk.audio.record import AudioAnalysis

_MUSIC_ENDS_AFTER = 2
_DIFFERENT = 0.8
_SURE = 0.4
_OTHER_KEY, _NEAR_KEY = 0.6, 0.2
_OTHER_TEMPO = 0.5
_SAME_TEMPO = 0.06
_RELATED_TEMPI = (1 / 4, 1 / 3, 1 / 2, 2 / 3, 1.0, 3 / 2, 2.0, 3.0, 4.0)
_TIMBRE_MOST = 1.2
_QUIETEST_BAND_DB = -30.0
_ADAPTION = 0.3


@dataclass(frozen=True, slots=True)
class Portrait:
    """How a piece sounds: key and tempo where they are sure, and a timbre of numbers that differ by about 1 between
    pieces: brightness in octaves, onsets, and the balance of low, middle and high.
    """

    key: tuple[str, str] | None
    tempo_bpm: float | None
    timbre: tuple[float, ...]


class Sections:
    """Follows the music from window to window; `is_new` is the event."""

    def __init__(self) -> None:
        self._piece: Portrait | None = None
        self._other: Portrait | None = None
        self._without_music = 0

    def is_new(self, analysis: AudioAnalysis) -> bool:
        """Take the next analysis and tell whether a new piece has begun with it."""
        if analysis.kind != "music":
            self._without_music += 1
            self._other = None
            if self._without_music >= _MUSIC_ENDS_AFTER:
                self._piece = None
            return False
        self._without_music = 0
        heard = portrait_of(analysis)
        if self._piece is None:
            self._piece, self._other = heard, None
            return True
        if difference(self._piece, heard) < _DIFFERENT:
            self._piece, self._other = _adapted(self._piece, heard), None
            return False
        if self._other is None or difference(self._other, heard) >= _DIFFERENT:
            self._other = heard
            return False
        self._piece, self._other = heard, None
        return True


def portrait_of(analysis: AudioAnalysis) -> Portrait:
    """Return the portrait of one window of music."""
    key = None
    if analysis.key is not None and analysis.mode is not None and analysis.key_confidence >= _SURE:
        key = (analysis.key, analysis.mode)
    bands = analysis.bands
    return Portrait(
        key=key,
        tempo_bpm=analysis.tempo_bpm if analysis.tempo_confidence >= _SURE else None,
        timbre=(
            math.log2(max(analysis.brightness_hz or 0.0, 50.0)),
            (analysis.onsets_per_s or 0.0) / 3,
            *(
                max(10 * math.log10(max(share, 1e-9)), _QUIETEST_BAND_DB) / 10
                for share in (bands.low, bands.mid, bands.high)
            ),
        ),
    )


def difference(one: Portrait, other: Portrait) -> float:
    """Return how unlike two windows are, 0.8 and more for different pieces; what one does not know counts nothing."""
    return (
        _key_difference(one.key, other.key)
        + _tempo_difference(one.tempo_bpm, other.tempo_bpm)
        + min(math.dist(one.timbre, other.timbre), _TIMBRE_MOST)
    )


def _key_difference(one: tuple[str, str] | None, other: tuple[str, str] | None) -> float:
    if one is None or other is None or one == other:
        return 0.0
    steps = abs(_fifths(one) - _fifths(other)) % 12
    return _NEAR_KEY if min(steps, 12 - steps) <= 1 or one[0] == other[0] else _OTHER_KEY


def _fifths(key: tuple[str, str]) -> int:
    """Return the place of a key's scale on the circle of fifths; a minor key stands with its relative major."""
    note = NOTES.index(key[0]) + (3 if key[1] == "minor" else 0)
    return note * 7 % 12


def _tempo_difference(one: float | None, other: float | None) -> float:
    if one is None or other is None:
        return 0.0
    related = any(abs(one / other / ratio - 1) < _SAME_TEMPO for ratio in _RELATED_TEMPI)
    return 0.0 if related else _OTHER_TEMPO


def _adapted(piece: Portrait, heard: Portrait) -> Portrait:
    """Return the piece as known after one more window of it."""
    timbre = tuple(old + _ADAPTION * (new - old) for old, new in zip(piece.timbre, heard.timbre, strict=True))
    return replace(piece, key=piece.key or heard.key, tempo_bpm=piece.tempo_bpm or heard.tempo_bpm, timbre=timbre)
