"""Where pictures lie on a print: cells, fits, and crops. Pure geometry in pixels; x runs right, y down.

A picture's size here is its upright one. `saliency` chooses where on its free axis a crop lies; `printing` draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass

Size = tuple[int, int]
GUTTER_SHARE = 0.012
COVER, CONTAIN, BLUR = "cover", "contain", "blur"
FITS = frozenset({COVER, CONTAIN, BLUR})


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle of whole pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def area(self) -> int:
        """In pixels."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Place:
    """Where one picture goes. `cell`: the part of the screen that is its own; `picture`: where it is drawn, sharp.

    `is_cropped`: only a window of the picture with the shape of `picture` is drawn there.
    """

    cell: Rect
    picture: Rect
    is_cropped: bool


def places(screen: Size, pictures: Sequence[Size], fit: str) -> tuple[Place, ...]:
    """Return each picture's place on the screen; two stand side by side (on a tall screen one above the other)."""
    width, height = screen
    if len(pictures) == 1:
        return (_place(Rect(0, 0, width, height), pictures[0], fit),)
    if height > width:
        return tuple(_turned(place) for place in _pair((height, width), [(h, w) for w, h in pictures], fit))
    return _pair(screen, pictures, fit)


def crop_window(picture: Size, shape: Size) -> tuple[float, float]:
    """Return the width and height of the largest window of `shape`'s proportions in the picture, in its pixels."""
    scale = min(picture[0] / shape[0], picture[1] / shape[1])
    return min(shape[0] * scale, float(picture[0])), min(shape[1] * scale, float(picture[1]))


def fitted(picture: Size, room: Size) -> Size:
    """Return the largest size of the picture's proportions within `room`, at least one pixel each way."""
    scale = min(room[0] / picture[0], room[1] / picture[1])
    return _within(picture[0] * scale, room[0]), _within(picture[1] * scale, room[1])


def _within(length: float, room: int) -> int:
    return max(1, min(room, round(length)))


def _place(cell: Rect, picture: Size, fit: str) -> Place:
    if fit == COVER:
        return Place(cell, cell, is_cropped=True)
    return Place(cell, _centred(cell, fitted(picture, (cell.width, cell.height))), is_cropped=False)


def _centred(cell: Rect, size: Size) -> Rect:
    return Rect(cell.x + (cell.width - size[0]) // 2, cell.y + (cell.height - size[1]) // 2, *size)


def _pair(screen: Size, pictures: Sequence[Size], fit: str) -> tuple[Place, ...]:
    width, height = screen
    gutter = max(2, round(width * GUTTER_SHARE))
    half = (width - gutter) // 2
    cells = (Rect(0, 0, half, height), Rect(width - half, 0, half, height))
    if fit == COVER:
        return tuple(Place(cell, cell, is_cropped=True) for cell in cells)
    if fit == BLUR:
        common = min(fitted(picture, (half, height))[1] for picture in pictures)
        sizes = [(_within(common * w / h, half), common) for w, h in pictures]
        return tuple(
            Place(cell, _centred(cell, size), is_cropped=False) for cell, size in zip(cells, sizes, strict=True)
        )
    proportions = [w / h for w, h in pictures]
    common = _within((width - gutter) / sum(proportions), height)
    room = width - gutter - 1
    first = _within(common * proportions[0], room)
    second = _within(common * proportions[1], width - gutter - first)
    left, top = (width - first - gutter - second) // 2, (height - common) // 2
    hung = [Rect(left, top, first, common), Rect(left + first + gutter, top, second, common)]
    return tuple(Place(cell, rect, is_cropped=False) for cell, rect in zip(cells, hung, strict=True))


def _turned(place: Place) -> Place:
    cell, picture = place.cell, place.picture
    return Place(
        Rect(cell.y, cell.x, cell.height, cell.width),
        Rect(picture.y, picture.x, picture.height, picture.width),
        place.is_cropped,
    )
