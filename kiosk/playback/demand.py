"""When the display asks for a new piece on its own: a pure rule, evaluated now and then by the app's art director."""

from dataclasses import dataclass

RETRY_BASE_S = 5.0
RETRY_MAX_S = 300.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """The operator's settings: whether to make art, how often at least (minutes), and the queue length to keep."""

    enabled: bool
    every_min: float
    pool_low: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What has been asked so far: monotonic seconds of the last request, whether one is out, failures in a row."""

    last_asked_s: float | None = None
    outstanding: bool = False
    failures: int = 0


def wants_art(wishes: Wishes, demand: Demand, *, queued: int, at_s: float) -> bool:
    """Tell whether to ask for one piece now: the queue runs short, or the interval is over. One request at a time.

    `queued` is the number of pieces the display could still show. After failures it waits 5, 10, 20 … 300 s.
    """
    if not wishes.enabled or demand.outstanding:
        return False
    if demand.last_asked_s is None:
        return True
    waited_s = at_s - demand.last_asked_s
    if demand.failures and waited_s < min(RETRY_MAX_S, RETRY_BASE_S * 2.0 ** min(demand.failures - 1, 10)):
        return False
    return queued < wishes.pool_low or waited_s >= wishes.every_min * 60.0
