"""A print: one picture, or two, exactly as the screen shall show them, pixel for pixel.

Order of work: bytes verified, decoded, laid out upright, cropped where it matters least, resampled in linear light,
dithered to 8 bit. Nothing after this may scale, turn or colour it again.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.domain.errors import BadPicture
from kiosk.imaging.decode import decode
from kiosk.imaging.errors import NoPrint
from kiosk.imaging.files import write_ppm
from kiosk.imaging.fingerprint import KEEPS_UNDER_A_LABEL, fingerprint
from kiosk.imaging.layout import BLUR, FITS, Place, Rect, crop_window, places
from kiosk.imaging.light import Codes, Linear, dithered, linear_to_srgb, to_codes
from kiosk.imaging.orders import Fault, Print, PrintOrder, Source
from kiosk.imaging.picture import MAT_CODES, Picture, turned, unturned
from kiosk.imaging.reading import read_verified
from kiosk.imaging.resample import Box, resampled
from kiosk.imaging.saliency import best_offset, saliency

_LOOK_PX: Final = 256
_SURROUND_PX: Final = 320
_SURROUND_ZOOM: Final = 1.15
_SURROUND_BLUR: Final = 0.045  # of the longer side, standard deviation
_SURROUND_LIGHT: Final = 0.6  # of each code value
_SURROUND_COLOUR: Final = 0.88
_LUMA: Final = np.array([0.2126, 0.7152, 0.0722], np.float32)


class SourceFault(NoPrint):
    """What is wrong with one of the sources; `source` counts from 0."""

    def __init__(self, fault: Fault, reason: str, source: int) -> None:
        super().__init__(fault, reason)
        self.source = source


def make_print(order: PrintOrder) -> tuple[Print, Codes]:
    """Make the print and write it; return what it is, and its (h, w, 3) pixels. Raises NoPrint."""
    width, height = order.size_px
    if not 1 <= len(order.sources) <= 2 or order.fit not in FITS or min(order.size_px) < 8:
        raise NoPrint(
            Fault.FAILED, f"There is no print of {len(order.sources)} pictures, {order.fit}, {width}x{height}."
        )
    pictures = [_picture(source, number) for number, source in enumerate(order.sources)]
    canvas = np.full((height, width, 3), MAT_CODES, np.uint8)
    hung = places(order.size_px, [picture.upright for picture in pictures], order.fit)
    for picture, place in zip(pictures, hung, strict=True):
        _hang(canvas, picture, place, with_surround=order.fit == BLUR)
    write_ppm(order.out, canvas)
    coverage = tuple(place.picture.area / (width * height) for place in hung)
    return Print(order.out, order.size_px, coverage, fingerprint(canvas, least=KEEPS_UNDER_A_LABEL)), canvas


def _picture(source: Source, number: int) -> Picture:
    try:
        return decode(read_verified(source), (source.width_px, source.height_px))
    except BadPicture as error:
        raise SourceFault(Fault.UNFIT, error.message, number) from error
    except NoPrint as error:
        raise SourceFault(error.fault, str(error), number) from error


def _hang(canvas: Codes, picture: Picture, place: Place, *, with_surround: bool) -> None:
    if with_surround and place.picture != place.cell:
        _part(canvas, place.cell)[:] = _surround(picture, place.cell)
    rect = place.picture
    box = _window(picture, rect) if place.is_cropped else (0.0, 0.0, *picture.upright)
    stored = unturned(_part(canvas, rect), picture.orientation)
    for first, rows in resampled(picture, _stored(box, picture), (stored.shape[1], stored.shape[0])):
        stored[first : first + len(rows)] = to_codes(rows, first)


def _part(canvas: Codes, rect: Rect) -> Codes:
    return canvas[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width]


def _window(picture: Picture, rect: Rect) -> Box:
    """Return the part of the upright picture that is shown in `rect`: what matters most, from a whole pixel on."""
    width, height = picture.upright
    wide, high = crop_window((width, height), (rect.width, rect.height))
    spare = (width - wide, height - high)
    if max(spare) < 1:
        return (spare[0] / 2, spare[1] / 2, spare[0] / 2 + wide, spare[1] / 2 + high)
    found = saliency(to_codes(turned(picture.small(_LOOK_PX), picture.orientation)))
    left = np.floor(spare[0] * best_offset(found, 1, wide / width))
    top = np.floor(spare[1] * best_offset(found, 0, high / height))
    return (float(left), float(top), float(left) + wide, float(top) + high)


def _stored(box: Box, picture: Picture) -> Box:
    """Return an upright box in the coordinates of the stored picture."""
    left, top, right, bottom = box
    width, height = picture.upright
    if picture.orientation in {3, 4, 7, 8}:
        top, bottom = height - bottom, height - top
    if picture.orientation in {2, 3, 6, 7}:
        left, right = width - right, width - left
    return (top, left, bottom, right) if picture.orientation >= 5 else (left, top, right, bottom)


def _surround(picture: Picture, cell: Rect) -> NDArray[np.uint8]:
    """Return the picture's own enlargement, far out of focus, darkened, a little paler, as large as the cell."""
    small = turned(picture.small(_SURROUND_PX), picture.orientation)
    wide, high = (length / _SURROUND_ZOOM for length in crop_window(small.shape[1::-1], (cell.width, cell.height)))
    left, top = int((small.shape[1] - wide) / 2), int((small.shape[0] - high) / 2)
    part = np.ascontiguousarray(small[top : top + max(1, round(high)), left : left + max(1, round(wide))])
    scale = _SURROUND_PX / max(cell.width, cell.height)
    size = (max(2, round(cell.width * scale)), max(2, round(cell.height * scale)))
    soft = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(soft, (0, 0), _SURROUND_BLUR * _SURROUND_PX, borderType=cv2.BORDER_REPLICATE)
    codes: Linear = linear_to_srgb(np.clip(soft.astype(np.float64), 0, 1)).astype(np.float32)
    grey = (codes @ _LUMA)[..., None]
    codes = np.asarray((grey + (codes - grey) * _SURROUND_COLOUR) * (255 * _SURROUND_LIGHT), np.float32)
    large: Linear = np.asarray(cv2.resize(codes, (cell.width, cell.height), interpolation=cv2.INTER_CUBIC), np.float32)
    return dithered(np.clip(large, 0, 255))
