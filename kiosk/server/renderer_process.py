"""The renderer process: draws pieces for one server process, at low priority, and never outlives it.

Started by `renderers` with two pipes: `orders` carries texts and numbers in and results out, `life` carries nothing; it
closes when the server is gone, however it went, and this process then ends at once, in the middle of a piece too.
"""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

from kiosk.domain.errors import KioskError
from kiosk.generator.render import RenderedPiece, render_job, warm_up

NICENESS = 10


@dataclass(frozen=True, slots=True)
class Order:
    """A piece to be drawn: its genome as JSON, its size in pixels, and "jpeg", "png" or "webp"."""

    genome: str
    width_px: int
    height_px: int
    format: str = "jpeg"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a piece could not be drawn. `is_final`: trying again would not help."""

    reason: str
    is_final: bool


Draw = Callable[[Order], RenderedPiece]


def draw(order: Order) -> RenderedPiece:
    """Draw a piece with the procedural generator."""
    return render_job(order.genome, order.width_px, order.height_px, order.format)


def prepare() -> None:
    """Compile the generator's kernels, so that the first piece does not wait for that."""
    warm_up()


def serve_orders(orders: Connection, life: Connection, work: Draw, warm: Callable[[], None] | None) -> None:
    """Draw what `orders` brings until it closes, and answer under the same number; the entry point of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    threading.Thread(target=_end_with, args=(life,), daemon=True, name="life").start()
    if warm is not None:
        warm()
    while True:
        try:
            numbered: tuple[int, Order] = orders.recv()
        except EOFError:
            return
        number, order = numbered
        try:
            orders.send((number, _result(work, order)))
        except OSError:
            return


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
