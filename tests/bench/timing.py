"""Timing contestants against one another: turn by turn in one process, so that whatever disturbs one disturbs all."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles

from tests.bench.harness import Figure


@dataclass(frozen=True, slots=True)
class Times:
    """How long each turn took, in µs."""

    each_us: list[float]

    @property
    def p50(self) -> float:
        return median(self.each_us)

    @property
    def p99(self) -> float:
        return quantiles(self.each_us, n=100)[98] if len(self.each_us) > 1 else self.each_us[0]


def in_turns(contestants: Mapping[str, Callable[[], object]], rounds: int, *, warm_up: int = 20) -> dict[str, Times]:
    """Call each contestant once a round, in an order that changes, and return how long each call took."""
    order = list(contestants)
    shuffle = random.Random(1).shuffle
    times: dict[str, list[float]] = {name: [] for name in order}
    for number in range(warm_up + rounds):
        shuffle(order)
        for name in order:
            begun_ns = time.perf_counter_ns()
            contestants[name]()
            if number >= warm_up:
                times[name].append((time.perf_counter_ns() - begun_ns) / 1000)
    return {name: Times(each) for name, each in times.items()}


def beside(name: str, ours: Times, rival: str, theirs: Times, goals: Mapping[str, str]) -> list[Figure]:
    """Return the figures of two contestants: for each of "p50" and "p99" in `goals`, with what is aimed at."""
    return [
        Figure(
            name=f"{name}, {part}",
            value=getattr(ours, part),
            unit="us",
            rival=rival,
            rival_value=getattr(theirs, part),
            goal=goal or None,
        )
        for part, goal in goals.items()
    ]
