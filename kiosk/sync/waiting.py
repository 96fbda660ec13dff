"""Waiting for whichever comes first: an event or a time on the injected clock."""

import asyncio

from kiosk.domain.ports import Clock


async def wait_for(event: asyncio.Event, clock: Clock, seconds: float | None) -> bool:
    """Wait until `event` is set, at most `seconds` (None: for ever); return whether it is set, and leave it."""
    if seconds is None:
        await event.wait()
    elif not event.is_set():
        deadline_s = clock.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            waiters = [group.create_task(event.wait()), group.create_task(_sleep_until(clock, deadline_s))]
            await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
            for waiter in waiters:
                waiter.cancel()
    return event.is_set()


async def _sleep_until(clock: Clock, deadline_s: float) -> None:
    await clock.sleep(max(deadline_s - clock.monotonic(), 0.0))
