"""Ports: what a service needs from the world, named by need. Adapters live with their technology."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Both clocks of the machine, and waiting. Durations come from `monotonic`, never from `now`."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds since an arbitrary point of this boot; never goes back, counts on during suspend or not."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait at least `seconds` (>= 0)."""
        ...


class Random(Protocol):
    """A source of randomness; `random.Random` is one."""

    def uniform(self, a: float, b: float) -> float:
        """Return a float in [a, b]."""
        ...
