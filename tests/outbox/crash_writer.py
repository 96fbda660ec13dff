"""A display's outbox to be killed: `python -m tests.outbox.crash_writer FILE URL`.

For each line read it forks a child that records impressions and delivers them as fast as it can, until it is killed. It
prints `pid N`, then `painted ID` once `opened` has returned for that id, then `dead` when the child is gone.
"""

import asyncio
import itertools
import os
import random
import sys
from dataclasses import replace
from pathlib import Path

from kiosk.domain.ids import new_id
from kiosk.domain.impressions import EndedBy
from kiosk.outbox.service import OutboxService
from kiosk.outbox.transport import HttpTransport
from kiosk.sync.backoff import Backoff, retry_after_of
from tests.fakes.clock import LoopClock
from tests.outbox.records import SHOWING, impression


def say(line: str) -> None:
    """Write one line past every buffer."""
    os.write(1, f"{line}\n".encode())


async def paint_for_ever(path: Path, url: str) -> None:
    """Record and deliver until killed."""
    dice = random.Random()
    transport = HttpTransport(url, "token", retry_after=retry_after_of)
    outbox = OutboxService(
        path=path,
        transport=transport,
        clock=LoopClock(),
        boot_id="one boot",
        retry_delay=lambda attempt, after_s: Backoff(base_s=0.01, cap_s=0.1).delay_s(
            attempt, dice, retry_after_s=after_s
        ),
        flush_after_s=0.005,
        batch_max=7,
    )
    await outbox.start()
    async with asyncio.TaskGroup() as group:
        group.create_task(outbox.run())
        for number in itertools.count():
            record = replace(impression(number), id=new_id())
            await outbox.opened(record)
            say(f"painted {record.id}")
            await outbox.heartbeat(record.id, SHOWING)
            await outbox.ended(record.id, SHOWING, EndedBy.NEXT)


def main() -> None:
    """Fork a writer for each line on stdin."""
    path, url = Path(sys.argv[1]), sys.argv[2]
    while os.read(0, 1):
        child = os.fork()
        if child == 0:
            asyncio.run(paint_for_ever(path, url))
            os._exit(1)
        say(f"pid {child}")
        os.waitpid(child, 0)
        say("dead")


if __name__ == "__main__":
    main()
