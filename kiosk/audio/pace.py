"""How often the room's sound is analysed: as often as wanted, unless the process would cost too much by it.

Pure. Times are seconds of sound, costs seconds of CPU; a share is the one over the other. A doubt is followed up at
once; what that cost too much is saved on the next steps.
"""

from dataclasses import dataclass

from kiosk.audio.wire import HEARD_EVERY_MAX_S

SHARE_MAX = 0.007
EVERY_MIN_S, EVERY_MAX_S = 8.0, 20.0
OWED_MAX_S, REPAID_MAX_S = 24.0, HEARD_EVERY_MAX_S - EVERY_MAX_S
_RISE, _FALL = 0.2, 0.7  # the weight of the newest cost: one slow analysis, or the first, does not set the pace


@dataclass(frozen=True, slots=True)
class Pace:
    """The cost of an analysis (s of CPU) as it was lately, and the share hearing alone takes; 0 before the first.

    `owed_s`: by how much the analyses so far came before their time.
    """

    cost_s: float = 0.0
    hearing_share: float = 0.0
    owed_s: float = 0.0

    def after(self, cost_s: float, *, hearing_share: float, lasted_s: float) -> "Pace":
        """Return the pace after an analysis that took that much.

        `hearing_share` is what went on before it, without it; `lasted_s` how much sound came since the one before.
        """
        if self.cost_s == 0:
            return Pace(cost_s, hearing_share)
        owed_s = max(0.0, self.owed_s + self.every_s - lasted_s)
        return Pace(_followed(self.cost_s, cost_s), _followed(self.hearing_share, hearing_share), owed_s)

    @property
    def every_s(self) -> float:
        """How much sound lies between two analyses on the whole.

        The process stays below SHARE_MAX of real time, while that leaves enough for one analysis in EVERY_MAX_S.
        """
        left = SHARE_MAX - self.hearing_share
        if left * EVERY_MAX_S <= self.cost_s:
            return EVERY_MAX_S
        return max(self.cost_s / left, EVERY_MIN_S)

    def wait_s(self, *, in_doubt: bool) -> float:
        """Return how much new sound the next analysis waits for: in doubt as little as may be, while little is owed."""
        if in_doubt and self.owed_s < OWED_MAX_S:
            return EVERY_MIN_S
        return self.every_s + min(self.owed_s, REPAID_MAX_S)


def _followed(known: float, newest: float) -> float:
    return known + (_RISE if newest > known else _FALL) * (newest - known)
