"""The canonical frame: geometry is worked out in heights of a frame of standard shape, then fitted over the picture.

So a piece has one geometry for all sizes, and 1366x768 shows what 1920x1080 does. Pure.
"""

from dataclasses import dataclass

_ASPECTS = (9 / 21, 9 / 16, 2 / 3, 3 / 4, 1.0, 4 / 3, 3 / 2, 16 / 9, 21 / 9, 32 / 9)


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame `aspect` wide and 1 high covering a picture: pixel = (logical - origin) * scale."""

    aspect: float
    scale: float
    origin_x: float
    origin_y: float


def frame_for(width_px: int, height_px: int) -> Frame:
    """Return the nearest standard frame, scaled to cover the picture and centred on it."""
    ratio = width_px / height_px
    aspect = min(_ASPECTS, key=lambda known: max(known / ratio, ratio / known))
    scale = max(width_px / aspect, float(height_px))
    return Frame(aspect, scale, (aspect - width_px / scale) / 2, (1.0 - height_px / scale) / 2)
