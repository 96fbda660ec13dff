"""Figures for operators, in Prometheus' text format. docs/operating.md lists them all.

Counters and histograms are of this process since its start and are counted where things happen; `figures` reads what
the database knows when somebody looks. Every app has a registry of its own: nothing here is global.
"""

import platform
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import Metric

from kiosk import __version__
from kiosk.domain.ports import Clock
from kiosk.server.alerts import Alerts
from kiosk.server.figures import Figures
from kiosk.server.meter import Meter
from kiosk.server.meter_providers import ProviderMeter

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATENCY_MS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500)
REQUEST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30, 60, 120)
TRANSACTION_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
PIECE_S = (0.5, 1, 2, 3, 5, 8, 13, 20, 30, 60, 120, 300)
NO_ROUTE = "(none)"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
DISPLAYS_MAX = 10_000
FORGOTTEN_AFTER_S = 24 * 3_600.0


class _Registry(CollectorRegistry):
    """Leaves out the time at which each counter was made: a gauge beside every counter, for nobody."""

    def collect(self) -> Iterable[Metric]:
        for metric in super().collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


@dataclass(slots=True)
class _Seen:
    """When a display last delivered an impression: by the monotonic clock, and for the graph by the wall's."""

    at_s: float
    timestamp_s: float


class Metrics:
    """Everything this process counts. Used on the event loop's thread; `meter` also on the database's."""

    def __init__(self, clock: Clock, *, database: str) -> None:
        self._clock = clock
        self._registry = _Registry()
        counter = partial(Counter, registry=self._registry)
        gauge = partial(Gauge, registry=self._registry)
        histogram = partial(Histogram, registry=self._registry)
        ProcessCollector(registry=self._registry)
        build = gauge("kiosk_build_info", "Which program runs; always 1.", ["version", "python", "database"])
        build.labels(__version__, platform.python_version(), database).set(1)

        self._attempted = counter("batch_impressions_attempted", "Records of impressions that came in batches.")
        self._failed = counter("batch_impressions_failed", "Records rejected, or lost to a fault of the server.")
        self._latency = histogram("batch_impressions_latency_ms", "Time to store a batch.", buckets=LATENCY_MS)
        self._last = gauge(
            "kiosk_display_last_impression_timestamp_seconds",
            "When each display last delivered an impression here.",
            ["device", "name"],
        )
        self._alert = gauge("kiosk_alert", "1 while the alert holds.", ["name"])

        self._requests = counter("kiosk_http_requests", "Replies by route and class.", ["method", "route", "status"])
        self._durations = histogram(
            "kiosk_http_request_duration_seconds",
            "From request to the end of its reply; the event stream is left out.",
            ["method", "route"],
            buckets=REQUEST_S,
        )

        self._streams = gauge("kiosk_streams", "Open event streams.")
        self.streams_opened = counter("kiosk_streams_opened", "Event streams opened.")
        self.streams_dropped = counter("kiosk_streams_dropped", "Streams ended because their reader was too slow.")
        self.streams_replayed = counter("kiosk_streams_replayed", "Streams that came back and got what they missed.")
        self.events_sent = counter("kiosk_stream_events_sent", "Events sent, once for each stream.")

        self._pieces = gauge("kiosk_queue_pieces", "Pieces in the queue by kind of lane.", ["lane"])
        self._jobs = gauge("kiosk_generation_jobs", "Jobs by state; ended ones of the last hour.", ["state"])
        self._oldest = gauge("kiosk_generation_oldest_queued_seconds", "How long the first job in line has waited.")
        self._renders = counter("kiosk_generation_renders", "Orders to this server's own renderers.", ["result"])
        self._render_s = histogram(
            "kiosk_generation_render_duration_seconds", "From order to piece, waiting included.", buckets=PIECE_S
        )

        self._transactions = gauge("kiosk_database_transactions", "Transactions now.", ["kind", "state"])
        self._size = gauge("kiosk_database_size_bytes", "What the database takes on disk.")
        waits = histogram("kiosk_database_wait_seconds", "From asking to the start.", ["kind"], buckets=TRANSACTION_S)
        times = histogram(
            "kiosk_database_transaction_duration_seconds", "From start to commit.", ["kind"], buckets=TRANSACTION_S
        )
        retries = counter("kiosk_database_retries", "Transactions run again after a conflict.", ["kind"])
        self.meter = Meter(clock, waits=waits, times=times, retries=retries)
        self._image_errors = counter("kiosk_image_store_errors", "Faults of the image store.", ["operation"])

        self.providers = ProviderMeter(self._registry, self._alert)

        self._alerts = Alerts(clock)
        self._by_request: dict[tuple[str, str, int], Counter] = {}
        self._by_route: dict[tuple[str, str], Histogram] = {}
        self._last_of: OrderedDict[int, _Seen] = OrderedDict()
        for result in ("done", "failed"):
            self._renders.labels(result)
        for operation in ("put", "read", "delete"):
            self._image_errors.labels(operation)

    def count_batch(self, *, attempted: int, failed: int, seconds: float, device_id: int | None = None) -> None:
        """Count one batch of impressions: its records, how many of them failed, how long it took, whose it was."""
        self._attempted.inc(attempted)
        self._failed.inc(failed)
        self._latency.observe(seconds * 1_000)
        self._alerts.count(attempted=attempted, failed=failed)
        if device_id is not None and attempted > failed:
            self._last_of[device_id] = _Seen(self._clock.monotonic(), self._clock.now().timestamp())
            self._last_of.move_to_end(device_id)
            if len(self._last_of) > DISPLAYS_MAX:
                self._last_of.popitem(last=False)

    def count_request(self, method: str, route: str, status: int, seconds: float | None) -> None:
        """Count one reply; `route` is a template, and `seconds` None for a call that has no natural length."""
        method = method if method in METHODS else "other"
        key = (method, route, status // 100)
        counter = self._by_request.get(key)
        if counter is None:
            counter = self._by_request[key] = self._requests.labels(method, route, f"{status // 100}xx")
        counter.inc()
        if seconds is not None:
            histogram = self._by_route.get(key[:2])
            if histogram is None:
                histogram = self._by_route[key[:2]] = self._durations.labels(method, route)
            histogram.observe(seconds)

    def count_render(self, seconds: float | None) -> None:
        """Count an order to a renderer and how long its piece took; None when there is no piece."""
        self._renders.labels("failed" if seconds is None else "done").inc()
        if seconds is not None:
            self._render_s.observe(seconds)

    def count_image_error(self, operation: str) -> None:
        """Count a fault of the image store: `put`, `read` or `delete`. From any thread."""
        self._image_errors.labels(operation).inc()

    def judge(self) -> None:
        """Let alerts begin and end; called from time to time, so that an end is told although nothing happens."""
        for name, holds in self._alerts.judge().items():
            self._alert.labels(name).set(holds)

    @property
    def displays(self) -> frozenset[int]:
        """The inner ids of the displays that delivered impressions here in the last day."""
        before_s = self._clock.monotonic() - FORGOTTEN_AFTER_S
        while self._last_of and next(iter(self._last_of.values())).at_s < before_s:
            self._last_of.popitem(last=False)
        return frozenset(self._last_of)

    def text(self, figures: Figures, *, streams: int) -> bytes:
        """Return everything in Prometheus' text format, with what the database knows and how many streams are open."""
        self.judge()
        self._streams.set(streams)
        for lane, pieces in figures.pieces.items():
            self._pieces.labels(lane).set(pieces)
        for state, jobs in figures.jobs.items():
            self._jobs.labels(state).set(jobs)
        self._oldest.set(figures.oldest_queued_s)
        self._size.set(figures.database_bytes)
        for (kind, state), count in self.meter.now().items():
            self._transactions.labels(kind, state).set(count)
        self._last.clear()
        for device_id, (public_id, name) in figures.displays.items():
            if device_id in self._last_of:
                self._last.labels(public_id, name).set(self._last_of[device_id].timestamp_s)
        return generate_latest(self._registry)
