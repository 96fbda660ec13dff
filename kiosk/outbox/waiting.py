"""Waiting for whichever comes first: an event or a time on the injected clock."""

import asyncio

from kiosk.domain.ports import Clock


async def wait_for(event: asyncio.Event, clock: Clock, seconds: float | None) -> bool:
    """Wait until `event` is set, at most `seconds` (None: for ever); return whether it is set, and leave it."""
    if seconds is None:
        await event.wait()
    elif not event.is_set():
        async with asyncio.TaskGroup() as group:
            waiters = [group.create_task(event.wait()), group.create_task(clock.sleep(max(seconds, 0.0)))]
            await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
            for waiter in waiters:
                waiter.cancel()
    return event.is_set()
