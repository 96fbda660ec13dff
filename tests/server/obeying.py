"""Work for renderer processes in tests: what the genome says, or nothing but to tell who did it.

A module of its own with next to no imports: every process that a test starts reads it, and nothing of the tests.
"""

import os
import signal
import struct
import sys
import threading
from collections.abc import Iterator

from kiosk.domain.errors import UsageError
from kiosk.generator.render import RenderedPiece
from kiosk.server.renderer_process import Order


def tell(order: Order) -> RenderedPiece:
    """A drawing that tells which process made it, at what priority."""
    data = f"{os.getpid()} {os.nice(0)} {os.sched_getscheduler(0)}".encode()
    return RenderedPiece(data, "image/jpeg", order.width_px, order.height_px, "", 0.0)


def obey(order: Order) -> RenderedPiece:
    """Do what the genome says: die, hang, refuse, fail, or tell."""
    match order.genome:
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            signal.pause()
        case "slow":
            threading.Event().wait(0.05)
        case "half":
            os.write(sys._getframe(2).f_locals["orders"].fileno(), struct.pack("!i", 1_000_000) + b"the first bytes")
            signal.pause()
        case "twice":
            sys._getframe(2).f_locals["orders"].send((0, tell(order)))
        case "refuse":
            raise UsageError("Such a picture cannot be.")
        case "fail":
            raise ValueError("a fault in a style")
        case _:
            pass
    return tell(order)


def warm_for_ever() -> Iterator[None]:
    """Steps that never end."""
    while True:
        threading.Event().wait(0.02)
        yield
