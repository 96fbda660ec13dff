"""A program with the display's kind of loop, watched: a task that computes too long, threads, and an end by SIGTERM."""

import asyncio
import hashlib
import json
import os
import signal
import sys

import qasync
from PySide6.QtCore import QCoreApplication

from kiosk.app.clock import SystemClock
from kiosk.app.stalls import StallWatch


def compute() -> None:
    """Keep the thread for much longer than a frame."""
    sum(number * number for number in range(1_500_000))


def tell(**facts: object) -> None:
    """Write a line."""
    print(json.dumps(facts), flush=True)  # noqa: T201 - this is how it speaks


async def main(watch: StallWatch) -> None:
    """Stall, work on threads, wait for the signal."""
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    watch.start()
    hashed = ""
    while not any("compute" in place for place in watch.book.places):
        compute()
        hashed = (await asyncio.to_thread(hashlib.sha256, b"kiosk")).hexdigest()
        await asyncio.sleep(0.01)
    tell(places=sorted(watch.book.places), hashed=hashed)
    await over.wait()
    watch.stop()
    tell(ended="by SIGTERM")


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QCoreApplication(sys.argv)
    with qasync.QEventLoop(application) as loop:
        loop.run_until_complete(main(StallWatch(SystemClock())))
