"""How loud music is for its room: loudness against what has been heard there in the last minutes. Pure.

A microphone across a quiet room hears everything faint, one by the loudspeaker everything loud; the art shall breathe
in both. The gain is slow: it learns within the first minute, then follows over some minutes, so that a piece that grows
louder is still seen to grow.
"""

from dataclasses import dataclass, replace

MIDDLE_DBFS = -22.0
GAIN_MAX_DB = 30.0
SETTLE_S = 20.0
FOLLOW_S = 180.0


@dataclass(frozen=True, slots=True)
class Room:
    """What is known of a room: the level (dBFS) its music has had, and for how long (s) that was listened to."""

    level_dbfs: float = MIDDLE_DBFS
    heard_s: float = 0.0

    def after(self, loudness_dbfs: float, lasted_s: float) -> "Room":
        """Return the room after music of that loudness (dBFS) for so long (s)."""
        weight = lasted_s / (min(self.heard_s + SETTLE_S, FOLLOW_S) + lasted_s)
        return replace(
            self,
            level_dbfs=self.level_dbfs + weight * (loudness_dbfs - self.level_dbfs),
            heard_s=self.heard_s + lasted_s,
        )

    @property
    def gain_db(self) -> float:
        """What brings the room's level to the middle, at most 30 dB either way."""
        return min(max(MIDDLE_DBFS - self.level_dbfs, -GAIN_MAX_DB), GAIN_MAX_DB)

    def relative_dbfs(self, loudness_dbfs: float) -> float:
        """Return the loudness as it counts in this room (dBFS, at most 0): the room's own level is the middle."""
        return min(loudness_dbfs + self.gain_db, 0.0)
