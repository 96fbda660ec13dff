"""The renderer process: draws pieces for one server process, at low priority, and never outlives it.

Started by `renderers` with two pipes: `orders` carries texts and numbers in and results out, `life` carries nothing; it
closes when the server is gone, however it went, and this process then ends at once, in the middle of a piece too.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from kiosk.domain.errors import KioskError
from kiosk.generator.render import RenderedPiece, render_job

NICENESS = 19


@dataclass(frozen=True, slots=True)
class Order:
    """A piece to be drawn: its genome as JSON, its size in pixels, and "jpeg", "png" or "webp".

    `recent` are the signatures of pieces it may not be like; then another of its kind is drawn in its place.
    """

    genome: str
    width_px: int
    height_px: int
    format: str = "jpeg"
    recent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a piece could not be drawn. `is_final`: trying again would not help."""

    reason: str
    is_final: bool


Draw = Callable[[Order], RenderedPiece]


def draw(order: Order) -> RenderedPiece:
    """Draw a piece with the procedural generator."""
    return render_job(order.genome, order.width_px, order.height_px, order.format, order.recent)


Warm = Callable[[], Iterable[object]]


def serve_orders(orders: Connection, life: Connection, work: Draw, warm: Warm | None) -> None:
    """Draw what `orders` brings until it closes, and answer under the same number; the entry point of the process.

    `warm` does something useful at each of its steps while there is no order; a piece never waits for more than one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    give_way()
    threading.Thread(target=_end_with, args=(life,), daemon=True, name="life").start()
    for _ in () if warm is None else warm():
        while orders.poll():
            if not _serve(orders, work):
                return
    while _serve(orders, work):
        pass


def give_way() -> None:
    """Leave processor and disk to whoever shows art: whatever this process does can wait."""
    os.nice(NICENESS)
    if hasattr(os, "SCHED_BATCH"):  # longer turns, and never one that a waking frame has to wait for
        with suppress(OSError):  # an idle policy may not be left, and some sandboxes allow none to be chosen
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _serve(orders: Connection, work: Draw) -> bool:
    """Carry out the next order; return False when there will be none."""
    try:
        number, order = orders.recv()
        orders.send((number, _result(work, order)))
    except (EOFError, OSError):
        return False
    return True


def _result(work: Draw, order: Order) -> RenderedPiece | Refusal:
    try:
        return work(order)
    except KioskError as error:
        return Refusal(str(error), is_final=True)
    except Exception as error:  # noqa: BLE001 - whatever a style raises becomes the job's reason
        return Refusal(f"The renderer failed: {type(error).__name__}: {error}", is_final=False)


def _end_with(life: Connection) -> None:
    try:
        life.recv_bytes()
    except (EOFError, OSError):
        os._exit(0)
