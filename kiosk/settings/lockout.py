"""How often a PIN may be tried: five times, then after a delay that doubles with each failure, up to an hour.

The state is two plain numbers for the caller to keep on disk. The delay is what is *left*, counted down by the
monotonic clock of the running process and taken up again after a restart: no wall clock is read, so none can shorten
it, and switching the machine off does not help either.

    failures   1  2  3  4   5   6   7   8  ...  12
    delay, s   -  -  -  -  30  60 120 240  ... 3600
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

FREE_TRIES = 5
FIRST_DELAY_S = 30.0
LONGEST_DELAY_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Lockout:
    """Failed tries since the last success, and the seconds left until the next is allowed."""

    failures: int = 0
    remaining_s: float = 0.0

    @property
    def tries_left(self) -> int:
        """Tries before the next delay."""
        return max(FREE_TRIES - self.failures, 0 if self.remaining_s > 0 else 1)


def may_try(lockout: Lockout) -> bool:
    """Tell whether a PIN may be tried now."""
    return lockout.remaining_s <= 0


def after_failure(lockout: Lockout) -> Lockout:
    """Return the state after one more failed try."""
    failures = lockout.failures + 1
    return Lockout(failures, max(lockout.remaining_s, delay_s(failures)))


def after_wait(lockout: Lockout, elapsed_s: float) -> Lockout:
    """Return the state `elapsed_s` seconds (monotonic, >= 0) later."""
    return replace(lockout, remaining_s=max(lockout.remaining_s - max(elapsed_s, 0.0), 0.0))


def delay_s(failures: int) -> float:
    """Return the delay, in seconds, that the failure number `failures` brings."""
    over = failures - FREE_TRIES
    return 0.0 if over < 0 else min(FIRST_DELAY_S * 2.0 ** min(over, 16), LONGEST_DELAY_S)


def to_plain(lockout: Lockout) -> dict[str, float]:
    """Return the state as JSON can hold it."""
    return {"failures": lockout.failures, "remainingS": round(lockout.remaining_s, 3)}


def from_plain(plain: object) -> Lockout:
    """Return the state from what was kept: None (nothing was) is a clean slate, anything spoilt the first delay."""
    if plain is None:
        return Lockout()
    spoilt = Lockout(FREE_TRIES, FIRST_DELAY_S)
    if not isinstance(plain, Mapping):
        return spoilt
    failures, remaining_s = plain.get("failures"), plain.get("remainingS")
    if not isinstance(failures, int) or isinstance(failures, bool) or failures < 0:
        return spoilt
    if not isinstance(remaining_s, int | float) or not 0 <= remaining_s < math.inf:
        return spoilt
    return Lockout(failures, min(float(remaining_s), LONGEST_DELAY_S))
