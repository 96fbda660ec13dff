"""The service outside first, else the generator on this machine: the same genome, or another of its kind."""

import logging
from dataclasses import replace

from kiosk.server.meter_providers import ProviderMeter
from kiosk.server.providers.outcomes import WHY, Outcome
from kiosk.server.providers.port import Fallback, PaintedImage, PaintOrder, Provider, ProviderFailed

log = logging.getLogger(__name__)


class WithFallback:
    """A provider of two; its failures are those of the second alone."""

    def __init__(self, *, outside: Provider, procedural: Provider, meter: ProviderMeter) -> None:
        self._outside = outside
        self._procedural = procedural
        self._meter = meter

    @property
    def name(self) -> str:
        """The name of the first choice."""
        return self._outside.name

    @property
    def model(self) -> str:
        """The model of the first choice."""
        return self._outside.model

    async def make(self, order: PaintOrder) -> PaintedImage:
        """Return the picture from outside or, at once when there is none, the genome drawn; raise RenderFailed."""
        try:
            return await self._outside.make(order)
        except ProviderFailed as error:
            outcome = error.outcome
        except Exception:
            log.exception("%s: a piece could not be asked for", self.name)
            outcome = Outcome.FAULT
        log.debug("%s: drawn here instead, %s", self.name, WHY[outcome])
        self._meter.fell_back(self.name, outcome)
        image = await self._procedural.make(order)
        return replace(image, instead_of=Fallback(self.name, self.model, outcome))
