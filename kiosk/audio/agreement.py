"""The tempo of the piece that plays, by what its windows say of it. Pure; `sections` keeps it from window to window.

A window that is sure of itself may be wrong, most often by an octave. So a live reading tells a tempo while the newest
window and most of the piece say it, each window with the weight of its confidence, and none while they disagree.
"""

import math
from dataclasses import dataclass, replace

from kiosk.audio.record import AudioAnalysis

_MOST = 2 / 3
_SAME_WITHIN = 0.04
_REMEMBERED = 12


@dataclass(frozen=True, slots=True)
class Claim:
    """A window's tempo (bpm) and the confidence (0-1) it has in it."""

    bpm: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the last windows of the piece say; `doubt` is what one says that may be of another piece."""

    claims: tuple[Claim, ...] = ()
    doubt: tuple[Claim, ...] = ()

    def after(self, analysis: AudioAnalysis, *, is_new: bool, in_doubt: bool) -> "Agreement":
        """Return the agreement after a window: `is_new` when a piece began with the one before that was in doubt."""
        newest = () if analysis.tempo_bpm is None else (Claim(analysis.tempo_bpm, analysis.tempo_confidence),)
        if in_doubt:
            return Agreement(self.claims, newest)
        return Agreement(((self.doubt if is_new else self.claims) + newest)[-_REMEMBERED:])

    def told(self, analysis: AudioAnalysis) -> AudioAnalysis:
        """Return the newest window's analysis with the tempo it has together with its piece, None for none."""
        if analysis.tempo_bpm is None:
            return analysis
        alike = [each for each in self.claims if abs(each.bpm / analysis.tempo_bpm - 1) < _SAME_WITHIN]
        weight, whole = (sum(each.confidence for each in some) for some in (alike, self.claims))
        if weight <= _MOST * whole:
            return replace(analysis, tempo_bpm=None, tempo_confidence=0.0)
        tempo_log = sum(each.confidence / weight * math.log(each.bpm) for each in alike)
        sure = sum(each.confidence * (each.confidence / whole) for each in alike)
        return replace(analysis, tempo_bpm=math.exp(tempo_log), tempo_confidence=sure)
