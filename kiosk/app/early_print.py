"""The first print of a start, ordered before Qt is even loaded.

    darkroom -> note (what the next start will most likely show) -> opening.json
    the next start -> noted -> imaging process, while Python loads the rest -> darkroom, where the guess was right

A wrong guess costs one print that nobody uses.
"""

import asyncio
import contextlib
import logging
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from kiosk.app.imaging_process import ImagingProcess
from kiosk.imaging.orders import Order, Print, PrintOrder, Result
from kiosk.imaging.wire import order_from, to_line
from kiosk.storage.folder import DataFolder, write_atomically

log = logging.getLogger(__name__)

EARLY = "early.ppm"


def note(folder: DataFolder, order: PrintOrder) -> None:
    """Write down what the next start should print first; a disk that does not take it costs that start some time."""
    try:
        write_atomically(folder.opening_file, to_line(order))
    except OSError as error:
        log.debug("the opening cannot be noted: %s", error)


def noted(folder: DataFolder, out: Path) -> PrintOrder | None:
    """Return what was noted, to be printed as `out`; None when nothing was, or nothing that can be read."""
    try:
        order = order_from(folder.opening_file.read_bytes())
    except (OSError, ValueError):
        return None
    return replace(order, out=out) if isinstance(order, PrintOrder) else None


class EarlyPrint:
    """Hands orders on to the imaging process; the first that asks for what was printed early gets that.

    `scratch` is the folder for prints. `begin` may be called before there is a loop; `carry_out` belongs to its thread.
    """

    def __init__(self, imaging: ImagingProcess, scratch: Path) -> None:
        self.scratch = scratch
        self._imaging = imaging
        self._early: PrintOrder | None = None
        self._result: Future[Result] = Future()

    def begin(self, folder: DataFolder) -> None:
        """Order what was noted."""
        self._early = noted(folder, self.scratch / EARLY)
        if self._early is not None:
            with contextlib.suppress(OSError):  # the order is refused then, and made again when it is asked for
                self.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._imaging.ask(self._early, self._result.set_result)

    async def carry_out(self, order: Order) -> Result:
        """Return what became of the order."""
        if isinstance(order, PrintOrder) and self._early is not None:
            early, self._early = self._early, None
            if early == replace(order, out=early.out):
                made = await asyncio.shield(asyncio.wrap_future(self._result))
                if isinstance(made, Print) and _moved(made.path, order.out):
                    return replace(made, path=order.out)
            else:
                self._result.add_done_callback(lambda _: early.out.unlink(missing_ok=True))
        return await self._imaging.carry_out(order)


def _moved(path: Path, out: Path) -> bool:
    try:
        path.replace(out)
    except OSError:
        return False
    return True
