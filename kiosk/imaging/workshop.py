"""Carries out orders, one at a time; keeps a small copy of each recent print for the motion it will be part of."""

import logging
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Final, assert_never

import cv2
import numpy as np

from kiosk.imaging.errors import NoPrint
from kiosk.imaging.files import read_ppm, write_whole
from kiosk.imaging.light import Codes
from kiosk.imaging.orders import (
    Fault,
    LookOrder,
    Motion,
    MotionOrder,
    Order,
    Print,
    PrintOrder,
    Refusal,
    Result,
)
from kiosk.imaging.printing import SourceFault, make_print

if TYPE_CHECKING:
    from kiosk.imaging.look import Eyes

log = logging.getLogger(__name__)

_SMALL_PX: Final = 480  # wide
_REMEMBERED: Final = 5  # as many prints as the display keeps of a large screen


class Workshop:
    """The state of an imaging process: small copies of its last prints, and its eyes once it was asked to look."""

    def __init__(self) -> None:
        self._small: OrderedDict[Path, Codes] = OrderedDict()
        self._eyes: Eyes | None = None

    def carry_out(self, order: Order) -> Result:
        """Return what became of the order; never raises."""
        try:
            return self._done(order)
        except SourceFault as fault:
            return Refusal(fault.fault, str(fault), fault.source)
        except NoPrint as fault:
            return Refusal(fault.fault, str(fault))
        except MemoryError:
            return Refusal(Fault.FAILED, "There is not enough memory.")
        except Exception as error:
            log.exception("an order failed")
            return Refusal(Fault.FAILED, f"{type(error).__name__}: {error}")

    def close(self) -> None:
        """Let go of the screen it looked at."""
        if self._eyes is not None:
            self._eyes.close()

    def _done(self, order: Order) -> Result:
        match order:
            case PrintOrder():
                return self._print(order)
            case MotionOrder():
                return self._motion(order)
            case LookOrder():
                return self._look(order)
            case _:
                assert_never(order)

    def _print(self, order: PrintOrder) -> Print:
        made, pixels = make_print(order)
        self._remember(order.out, _reduced(pixels))
        return made

    def _motion(self, order: MotionOrder) -> Motion:
        from kiosk.imaging.motion import make_motion  # noqa: PLC0415 - the first print does not wait for it

        origin, goal = self._recall(order.origin), self._recall(order.goal)
        if origin.shape != goal.shape:
            raise NoPrint(Fault.FAILED, "The two prints have different sizes.")
        write_whole(order.out, make_motion(origin, goal))
        return Motion(order.out)

    def _look(self, order: LookOrder) -> Result:
        from kiosk.imaging.look import Eyes  # noqa: PLC0415 - as above; and many walls have no X

        self._eyes = self._eyes or Eyes()
        return self._eyes.look(order)

    def _recall(self, path: Path) -> Codes:
        if path not in self._small:
            self._remember(path, _reduced(read_ppm(path)))
        return self._small[path]

    def _remember(self, path: Path, small: Codes) -> None:
        self._small[path] = small
        self._small.move_to_end(path)
        while len(self._small) > _REMEMBERED:
            self._small.popitem(last=False)


def _reduced(pixels: Codes) -> Codes:
    height, width = pixels.shape[:2]
    if width <= _SMALL_PX:
        return pixels.copy()
    size = (_SMALL_PX, max(1, round(height * _SMALL_PX / width)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
