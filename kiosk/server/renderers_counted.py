"""The work of a renderer, counted and timed: a `Renderer` round another."""

from kiosk.domain.ports import Clock
from kiosk.generator.render import RenderedPiece
from kiosk.server.metrics import Metrics
from kiosk.server.renderer_process import Order
from kiosk.server.renderers import Renderer, RenderFailed


class CountedRenderer:
    """Hands every order on."""

    def __init__(self, renderer: Renderer, metrics: Metrics, clock: Clock) -> None:
        self._renderer = renderer
        self._metrics = metrics
        self._clock = clock

    async def start(self) -> None:
        """Get ready ahead of the first order."""
        await self._renderer.start()

    async def render(self, order: Order) -> RenderedPiece:
        """Return the piece; count it, or that there is none."""
        started_s = self._clock.monotonic()
        try:
            piece = await self._renderer.render(order)
        except RenderFailed:
            self._metrics.count_render(None)
            raise
        self._metrics.count_render(self._clock.monotonic() - started_s)
        return piece

    def close(self) -> None:
        """End whatever is drawing."""
        self._renderer.close()
