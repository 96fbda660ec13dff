"""The circuit breaker before a service outside, as a plain value: when it may be asked and when it is not. Pure.

    closed ──(3 orders in a row failed, or one answer that calls for a person or for patience)──► open
    open ──(its time is over)──► one order goes through: a success closes it, a failure opens it for longer

Several orders may be under way, each with a number of its own. How one ends that was asked before the breaker opened
changes nothing any more: only the order that goes through, the probe, tells of the time since. Times are seconds of a
monotonic clock; `spread` in [0, 1) is chance, so that servers that lost a service together do not come back together.
"""

from dataclasses import dataclass, replace
from typing import Final

from kiosk.server.providers.outcomes import Outcome

FAILURES_MAX: Final = 3
FIRST_OPEN_S: Final = 60.0
LONGEST_OPEN_S: Final = 1_800.0
PATIENCE_S: Final = 60.0
HOUR_S: Final = 3_600.0
# Nobody but a person can mend these; they are tried again this seldom.
STOPS_FOR_S: Final = {
    Outcome.UNAUTHORIZED: 6 * HOUR_S,
    Outcome.EXHAUSTED: HOUR_S,
    Outcome.MISCONFIGURED: HOUR_S,
}


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` orders in a row failed; open until `open_until_s` because of `cause`, closed when that is None.

    `probe` is the number of the order that was let through while it is open, None while there is none.
    """

    failures: int = 0
    open_until_s: float | None = None
    cause: Outcome | None = None
    probe: int | None = None

    @property
    def is_open(self) -> bool:
        """True from the failure that opened it to the success that closes it."""
        return self.open_until_s is not None

    def may_ask(self, now_s: float) -> bool:
        """Tell whether an order may go through now."""
        return self.open_until_s is None or (now_s >= self.open_until_s and self.probe is None)

    def asked(self, order: int) -> "Breaker":
        """Return the breaker while an order that may go through does."""
        return replace(self, probe=order) if self.is_open else self

    def let_go(self, order: int) -> "Breaker":
        """Return the breaker after an order that ended without an outcome."""
        return replace(self, probe=None) if order == self.probe else self

    def ended(
        self, order: int, outcome: Outcome, *, now_s: float, retry_after_s: float | None = None, spread: float = 0.0
    ) -> "Breaker":
        """Return the breaker after an order's outcome; a refused prompt shows a service in good order."""
        if self.is_open and order != self.probe:
            return self
        if outcome in {Outcome.DONE, Outcome.REFUSED}:
            return Breaker()
        if outcome is Outcome.RATE_LIMITED:
            wait_s = PATIENCE_S if retry_after_s is None else retry_after_s
            return Breaker(self.failures, now_s + wait_s * (1 + spread / 10), outcome)
        failures = max(self.failures + 1, FAILURES_MAX if self.is_open else 0)
        if outcome in STOPS_FOR_S:
            return Breaker(failures, now_s + STOPS_FOR_S[outcome] * (1 + spread / 10), outcome)
        if failures < FAILURES_MAX:
            return replace(self, failures=failures)
        open_s = min(FIRST_OPEN_S * 2.0 ** min(failures - FAILURES_MAX, 20), LONGEST_OPEN_S)
        return Breaker(failures, now_s + max(open_s * (1 + spread) / 2, retry_after_s or 0.0), outcome)
