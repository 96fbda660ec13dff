"""How often the room's sound is analysed: as often as wanted, unless the process would cost too much by it.

Pure. Times are seconds of sound, costs seconds of CPU; a share is the one over the other.
"""

from dataclasses import dataclass

SHARE_MAX = 0.007
EVERY_MIN_S, EVERY_MAX_S = 8.0, 20.0
_RISE, _FALL = 0.2, 0.7  # the weight of the newest cost: one slow analysis, or the first, does not set the pace


@dataclass(frozen=True, slots=True)
class Pace:
    """The cost of an analysis (s of CPU) as it was lately, and the share hearing alone takes; 0 before the first."""

    cost_s: float = 0.0
    hearing_share: float = 0.0

    def after(self, cost_s: float, *, hearing_share: float) -> "Pace":
        """Return the pace after an analysis that took that much; `hearing_share` went on before it, without it."""
        if self.cost_s == 0:
            return Pace(cost_s, hearing_share)
        return Pace(_followed(self.cost_s, cost_s), _followed(self.hearing_share, hearing_share))

    @property
    def every_s(self) -> float:
        """How much new sound the next analysis waits for.

        The process stays below SHARE_MAX of real time, while that leaves enough for one analysis in EVERY_MAX_S.
        """
        left = SHARE_MAX - self.hearing_share
        if left * EVERY_MAX_S <= self.cost_s:
            return EVERY_MAX_S
        return max(self.cost_s / left, EVERY_MIN_S)


def _followed(known: float, newest: float) -> float:
    return known + (_RISE if newest > known else _FALL) * (newest - known)
