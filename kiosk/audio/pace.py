"""How often the room's sound is analysed: as often as wanted, unless that would cost too much.

Pure. Times are seconds of sound, costs seconds of CPU.
"""

from dataclasses import dataclass

SHARE_MAX = 0.007
EVERY_MIN_S, EVERY_MAX_S = 5.0, 20.0
_RISE, _FALL = 0.2, 0.7  # the weight of the newest cost: one slow analysis, or the first, does not set the pace


@dataclass(frozen=True, slots=True)
class Pace:
    """The cost of an analysis (s of CPU) as it was lately, 0 before the first."""

    cost_s: float = 0.0

    def after(self, cost_s: float) -> "Pace":
        """Return the pace after an analysis that took that much."""
        if self.cost_s == 0:
            return Pace(cost_s)
        return Pace(self.cost_s + (_RISE if cost_s > self.cost_s else _FALL) * (cost_s - self.cost_s))

    @property
    def every_s(self) -> float:
        """How much new sound the next analysis waits for.

        All of them stay below SHARE_MAX of real time, while one costs less than that share of EVERY_MAX_S.
        """
        return min(max(self.cost_s / SHARE_MAX, EVERY_MIN_S), EVERY_MAX_S)
