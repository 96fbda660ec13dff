"""The two alerts a server raises by itself, judged from the batches of impressions of the last five minutes.

`sustained_failures`: at least 20 records failed, and more than half of all. Over when less than a quarter fails.
`large_batch`: a batch of more than 100 records, while most are smaller; a wall in good order sends one or two, so this
one was long away. Where large batches are most of what comes they are usual, and raise nothing.

Both hold on until five minutes without cause, so they do not flap. Each beginning and each end is one line in the log;
`metrics` shows them as `kiosk_alert`.
"""

import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.ports import Clock

log = logging.getLogger(__name__)

WINDOW_S = 300.0
SLOT_S = 10.0
FAILURES_MIN = 20
LARGE_BATCH = 100
SUSTAINED_FAILURES, LARGE = "sustained_failures", "large_batch"


@dataclass(slots=True)
class _Slot:
    """What came in one stretch of `SLOT_S`; `unusual` is the size of its largest batch that was none of the usual."""

    number: int
    batches: int = 0
    large: int = 0
    attempted: int = 0
    failed: int = 0
    unusual: int = 0


class Alerts:
    """The window and what holds. A batch costs the same however many came before it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._slots: deque[_Slot] = deque()
        self._holding = {SUSTAINED_FAILURES: False, LARGE: False}

    def count(self, *, attempted: int, failed: int) -> None:
        """Take one batch of impressions into account."""
        number = int(self._clock.monotonic() // SLOT_S)
        self._forget(number)
        if not self._slots or self._slots[-1].number != number:
            self._slots.append(_Slot(number))
        is_large = attempted > LARGE_BATCH
        if is_large and 2 * self._sum("large") <= self._sum("batches"):
            self._slots[-1].unusual = max(self._slots[-1].unusual, attempted)
        slot = self._slots[-1]
        slot.batches += 1
        slot.large += is_large
        slot.attempted += attempted
        slot.failed += failed
        self.judge()

    def judge(self) -> Mapping[str, bool]:
        """Return which alerts hold now; tell the log of those that began or ended."""
        self._forget(int(self._clock.monotonic() // SLOT_S))
        attempted, failed = self._sum("attempted"), self._sum("failed")
        fails = failed * 4 >= attempted and failed > 0 if self._holding[SUSTAINED_FAILURES] else failed * 2 > attempted
        has_enough = self._holding[SUSTAINED_FAILURES] or failed >= FAILURES_MIN
        largest = max((slot.unusual for slot in self._slots), default=0)
        self._turn(SUSTAINED_FAILURES, fails and has_enough, f"{failed} of {attempted} impressions failed")
        self._turn(LARGE, largest > 0, f"a batch of {largest} impressions came")
        return dict(self._holding)

    def _turn(self, name: str, holds: bool, cause: str) -> None:
        if holds and not self._holding[name]:
            log.warning("alert %s begins: %s within five minutes", name, cause, extra={"alert": name})
        elif self._holding[name] and not holds:
            log.warning("alert %s ends", name, extra={"alert": name})
        self._holding[name] = holds

    def _sum(self, what: str) -> int:
        return sum(getattr(slot, what) for slot in self._slots)

    def _forget(self, number: int) -> None:
        while self._slots and self._slots[0].number <= number - WINDOW_S / SLOT_S:
            self._slots.popleft()
