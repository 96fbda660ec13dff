"""The imaging process: orders come in as lines on its standard input, each gets one line on its standard output.

It says `ready` first: one that dies before is no picture's fault.

It ends at once when its input does, in the middle of an order too: the kernel closes that pipe however the display
ended, so not even a killed one leaves an orphan. Its counterpart is `kiosk.app.imaging_process`.
"""

import os
import queue
import signal
import threading
from typing import Final

import cv2

from kiosk.imaging.orders import Print
from kiosk.imaging.wire import order_from, to_line
from kiosk.imaging.workshop import Workshop

NICENESS: Final = 10
READY: Final = b"ready\n"
_READ_BYTES: Final = 1 << 16


def serve_orders(incoming: int, outgoing: int) -> None:
    """Carry out what comes on the file `incoming` until it ends; the first print at full priority, the rest behind."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(incoming, lines), daemon=True, name="lifeline").start()
    workshop, is_nice = Workshop(), False
    os.write(outgoing, READY)
    while True:
        result = workshop.carry_out(order_from(lines.get()))
        try:
            os.write(outgoing, to_line(result))  # shorter than a pipe takes in one piece
        except OSError:
            return
        if not is_nice and isinstance(result, Print):
            os.nice(NICENESS)
            is_nice = True


def _listen(incoming: int, lines: "queue.SimpleQueue[bytes]") -> None:
    rest = b""
    while chunk := os.read(incoming, _READ_BYTES):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            lines.put(line)
    os._exit(0)
