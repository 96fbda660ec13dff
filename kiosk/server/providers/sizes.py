"""Which size to ask a service for, so that a piece is near the wall's own shape. Pure."""

import math
from collections.abc import Sequence

Size = tuple[int, int]


def nearest(width_px: int, height_px: int, known: Sequence[Size]) -> Size:
    """Return the size of `known` whose shape is nearest to that of width by height; of equals the largest."""
    wanted = math.log(width_px / height_px)
    return min(known, key=lambda size: (round(abs(math.log(size[0] / size[1]) - wanted), 6), -size[0] * size[1]))


def fitted(width_px: int, height_px: int, *, pixels: int, step_px: int) -> Size:
    """Return the size of that shape, at most `pixels` large but near it, with sides that are multiples of `step_px`.

    Models paint best at the size they were trained on, however large the wall is.
    """
    scale = math.sqrt(pixels / (width_px * height_px))
    width, height = (max(step_px, math.floor(side * scale / step_px) * step_px) for side in (width_px, height_px))
    return width, height
