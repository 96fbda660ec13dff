"""The generator as a provider, drawing in a real process: what its pieces tell of themselves."""

import pytest

from kiosk.generator.render import ENGINE_VERSION
from kiosk.server.providers.procedural import Procedural
from kiosk.server.renderers import RendererPool
from tests.server.providers.pictures import order

pytestmark = pytest.mark.anyio


async def test_a_piece_tells_which_engine_drew_it() -> None:
    """Provider, version of the engine and how many were tried are in the provenance; the size is the ordered one."""
    pool = RendererPool(1, warm=None)
    try:
        piece = await Procedural(pool).make(order(width_px=96, height_px=54))
    finally:
        pool.close()
    told = piece.provenance()
    assert (told["provider"], told["engineVersion"], told["tries"]) == ("procedural", ENGINE_VERSION, 1)
    assert told["seconds"] > 0
    assert (piece.width_px, piece.height_px, piece.media_type) == (96, 54, "image/jpeg")
