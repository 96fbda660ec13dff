"""The meter on outside providers: calls by outcome, what they may charge for, pieces drawn here instead, two alerts."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge

NEEDS_ATTENTION: Final = "provider_needs_attention"
BREAKER_OPEN: Final = "provider_breaker_open"


class ProviderMeter:
    """Counts on the event loop's thread. `alert` has a gauge for each name; without a registry nobody sees any."""

    def __init__(self, registry: CollectorRegistry | None = None, alert: Gauge | None = None) -> None:
        self._alert = alert
        self._calls = Counter(
            "kiosk_provider_calls", "Requests to outside providers.", ["provider", "outcome"], registry=registry
        )
        self._charged = Counter(
            "kiosk_provider_charged",
            "Pieces that an outside provider may charge for.",
            ["provider"],
            registry=registry,
        )
        self._fallbacks = Counter(
            "kiosk_provider_fallbacks",
            "Pieces drawn here in the place of an outside provider's.",
            ["provider", "outcome"],
            registry=registry,
        )
        for name in (NEEDS_ATTENTION, BREAKER_OPEN):
            self.turn(name, holds=False)

    def called(self, provider: str, outcome: str) -> None:
        """Count one request."""
        self._calls.labels(provider, outcome).inc()

    def charged(self, provider: str) -> None:
        """Count one piece that may be charged for."""
        self._charged.labels(provider).inc()

    def fell_back(self, provider: str, outcome: str) -> None:
        """Count one piece drawn here instead."""
        self._fallbacks.labels(provider, outcome).inc()

    def turn(self, name: str, *, holds: bool) -> None:
        """Let an alert begin or end."""
        if self._alert is not None:
            self._alert.labels(name).set(holds)
