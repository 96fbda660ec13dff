"""The generator on this machine as a provider: free, always there, and the same picture for the same genome."""

from typing import Final

from kiosk.server.providers.port import PaintedImage, PaintOrder
from kiosk.server.renderer_process import Order
from kiosk.server.renderers import Renderer

NAME: Final = "procedural"


class Procedural:
    """Has the renderers draw the genome."""

    name = NAME
    model = ""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    async def make(self, order: PaintOrder) -> PaintedImage:
        """Return the genome drawn; raise RenderFailed."""
        piece = await self._renderer.render(Order(order.genome, order.width_px, order.height_px, recent=order.recent))
        return PaintedImage(
            data=piece.data,
            media_type=piece.media_type,
            width_px=piece.width_px,
            height_px=piece.height_px,
            provider=NAME,
            model="",
            seconds=piece.seconds,
            facts={"engineVersion": piece.engine_version, "tries": piece.tries},
            genome=piece.genome,
            signature=piece.signature,
            nearest=piece.nearest,
        )
