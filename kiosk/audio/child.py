"""The listening process: hears one device until its display ends it, and says on its standard output what it hears.

Sound stays in this process; only records leave it (`wire.py`). It ends at once when its standard input does: the kernel
closes that pipe however the display ended, and the device with it. Its counterpart is `kiosk.app.audio_process`.
"""

import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from typing import Final

from kiosk.audio.analyse import analyse
from kiosk.audio.capture import open_source
from kiosk.audio.devices import quieten
from kiosk.audio.listener import Listener
from kiosk.audio.sections import Sections
from kiosk.audio.wire import Said, to_line

NICENESS: Final = 10


def listen_for_ever(device: str, *, incoming: int, outgoing: int, monotonic: Callable[[], float]) -> None:
    """Listen to what `audio.device` means until the file `incoming` ends, and write lines to the file `outgoing`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash writes no sound to a disk either
    quieten()
    threading.Thread(target=_end_with, args=(incoming,), daemon=True, name="lifeline").start()

    def say(said: Said) -> None:
        try:
            os.write(outgoing, to_line(said))  # shorter than a pipe takes in one piece
        except OSError:
            os._exit(0)

    Listener(
        open_source=lambda hear: open_source(device, hear, monotonic),
        analyse=analyse,
        changes=Sections(),
        say=say,
        wait=_pause,
        cpu=time.process_time,
        monotonic=monotonic,
    ).run()


def _end_with(incoming: int) -> None:
    while os.read(incoming, 1024):
        pass
    os._exit(0)


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)
