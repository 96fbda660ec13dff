"""Tells when a new piece of music has begun: its notes, bands and tempo are others, or there was no music before.

Pure. The listener hands over the analysis of a window that slides on; its portrait is laid beside the windows of the
piece that plays, and the nearest counts: a verse that comes again is no news. One window that differs proves nothing: a
solo does, and a window that holds the end of one piece and the beginning of the next. Such a window is a doubt, and the
listener listens again soon; two in a row that differ from the piece and are like one another are the next piece.
What lies between same and different is not remembered, or a piece would creep into the next. A piece of which one
window is known may still be in its introduction: the second is of it, whatever it is like.

The bounds were chosen on the tuning half of the sections bench's music.
"""

from kiosk.audio.agreement import Agreement
from kiosk.audio.portrait import Portrait, difference
from kiosk.audio.record import AudioAnalysis

_MUSIC_ENDS_AFTER = 2
_SAME, _DIFFERENT = 0.75, 0.9
_ALIKE = 1.0
_KNOWN_FROM, _REMEMBERED = 2, 12


class Sections:
    """Follows the music from window to window; `is_new` is the event, `in_doubt` tells that it may come."""

    def __init__(self) -> None:
        self._piece: tuple[Portrait, ...] = ()
        self._other: Portrait | None = None
        self._without_music = 0
        self._tempo = Agreement()

    @property
    def in_doubt(self) -> bool:
        """True when the last window differed from the piece that plays."""
        return self._other is not None

    def is_new(self, analysis: AudioAnalysis) -> bool:
        """Take the next analysis and tell whether a new piece has begun with it."""
        is_new = self._has_begun(analysis)
        self._tempo = self._tempo.after(analysis, is_new=is_new, in_doubt=self.in_doubt)
        return is_new

    def told(self, analysis: AudioAnalysis) -> AudioAnalysis:
        """Return the analysis taken last as it is told: its tempo is what the windows of its piece agree on."""
        return self._tempo.told(analysis)

    def _has_begun(self, analysis: AudioAnalysis) -> bool:
        heard, other = analysis.portrait, self._other
        self._other = None
        if heard is None:
            self._without_music += 1
            if self._without_music >= _MUSIC_ENDS_AFTER:
                self._piece = ()
            return False
        self._without_music = 0
        if len(self._piece) < _KNOWN_FROM:
            self._piece = (*self._piece, heard)
            return len(self._piece) == 1
        apart = min(difference(known, heard) for known in self._piece)
        if apart < _SAME:
            self._piece = (*self._piece, heard)[-_REMEMBERED:]
        if apart < _DIFFERENT:
            return False
        if other is not None and difference(other, heard) < _ALIKE:
            self._piece = (other, heard)
            return True
        self._other = heard
        return False
