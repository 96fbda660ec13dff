"""Figures for operators in Prometheus' text format, and the alerts derived from them.

`kiosk_alert` is 1 while it holds: `sustained_failures` when most records of the last five minutes failed (and enough of
them to tell), `large_batch` when a batch of the last five minutes was unusually large.
"""

import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.ports import Clock

log = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS_MS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500)
WINDOW_S = 300.0
FAILURES_MIN = 20
LARGE_BATCH = 100
SUSTAINED_FAILURES, LARGE = "sustained_failures", "large_batch"


@dataclass(frozen=True, slots=True)
class _Batch:
    at_s: float
    attempted: int
    failed: int


class Metrics:
    """The counters of this process, from its start."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._attempted = 0
        self._failed = 0
        self._latencies = [0] * (len(BUCKETS_MS) + 1)
        self._latency_sum_ms = 0.0
        self._recent: deque[_Batch] = deque()
        self._alerts = {SUSTAINED_FAILURES: False, LARGE: False}

    def count_batch(self, *, attempted: int, failed: int, seconds: float) -> None:
        """Count one batch of impressions: its records, how many of them failed, how long it took."""
        self._attempted += attempted
        self._failed += failed
        latency_ms = seconds * 1_000
        self._latencies[sum(latency_ms > bound for bound in BUCKETS_MS)] += 1
        self._latency_sum_ms += latency_ms
        self._recent.append(_Batch(self._clock.monotonic(), attempted, failed))
        self._judge()

    def text(self, gauges: Mapping[str, float]) -> str:
        """Return everything in Prometheus' text format, `gauges` (name to value) among it."""
        self._judge()
        lines = [
            "# TYPE batch_impressions_attempted_total counter",
            f"batch_impressions_attempted_total {self._attempted}",
            "# TYPE batch_impressions_failed_total counter",
            f"batch_impressions_failed_total {self._failed}",
            "# TYPE batch_impressions_latency_ms histogram",
        ]
        total = 0
        for bound, count in zip((*map(str, BUCKETS_MS), "+Inf"), self._latencies, strict=True):
            total += count
            lines.append(f'batch_impressions_latency_ms_bucket{{le="{bound}"}} {total}')
        lines += [
            f"batch_impressions_latency_ms_sum {self._latency_sum_ms:.3f}",
            f"batch_impressions_latency_ms_count {total}",
            "# TYPE kiosk_alert gauge",
            *(f'kiosk_alert{{name="{name}"}} {int(holds)}' for name, holds in self._alerts.items()),
        ]
        for name, value in gauges.items():
            lines += [f"# TYPE {name} gauge", f"{name} {value:g}"]
        return "\n".join(lines) + "\n"

    def _judge(self) -> None:
        oldest_s = self._clock.monotonic() - WINDOW_S
        while self._recent and self._recent[0].at_s < oldest_s:
            self._recent.popleft()
        failed = sum(batch.failed for batch in self._recent)
        attempted = sum(batch.attempted for batch in self._recent)
        found = {
            SUSTAINED_FAILURES: failed >= FAILURES_MIN and failed * 2 > attempted,
            LARGE: any(batch.attempted > LARGE_BATCH for batch in self._recent),
        }
        for name, holds in found.items():
            if holds and not self._alerts[name]:
                log.warning("alert %s: %d of %d impressions failed in five minutes", name, failed, attempted)
        self._alerts = found
