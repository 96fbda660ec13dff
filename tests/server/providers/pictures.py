"""Pictures as the services send them: lively enough to hang, of any size and format."""

import io
import random

from PIL import Image

from kiosk.generator.compose import compose
from kiosk.server.providers.port import PaintOrder


def painted(width_px: int, height_px: int, *, seed: int = 0, format: str = "PNG") -> bytes:
    """A picture of coarse random colours, other for another seed."""
    chance = random.Random(seed)
    coarse = Image.frombytes("RGB", (8, 6), chance.randbytes(8 * 6 * 3))
    buffer = io.BytesIO()
    coarse.resize((width_px, height_px), Image.Resampling.NEAREST).save(buffer, format)
    return buffer.getvalue()


def flat(width_px: int, height_px: int) -> bytes:
    """A picture of one colour, as a filter blacks one out."""
    buffer = io.BytesIO()
    Image.new("RGB", (width_px, height_px), (0, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


def order(seed: int = 7, *, width_px: int = 1920, height_px: int = 1080) -> PaintOrder:
    """An order for a composed genome."""
    return PaintOrder.of(compose(None, seed).to_json(), width_px=width_px, height_px=height_px)
