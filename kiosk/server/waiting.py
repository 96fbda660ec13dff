"""Waiting for an event, but not for ever, by the injected clock."""

import asyncio

from kiosk.domain.ports import Clock


async def is_set_within(event: asyncio.Event, seconds: float, clock: Clock) -> bool:
    """Wait until `event` is set or `seconds` have passed; tell whether it is set."""
    if event.is_set() or seconds <= 0:
        return event.is_set()
    async with asyncio.TaskGroup() as group:
        waiting = {group.create_task(event.wait()), group.create_task(_pass(clock, seconds))}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
    return event.is_set()


async def _pass(clock: Clock, seconds: float) -> bool:
    await clock.sleep(seconds)
    return False
