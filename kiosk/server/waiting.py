"""Waiting for news, but not for ever, by the injected clock."""

import asyncio

from kiosk.domain.ports import Clock
from kiosk.server.broker import Subscription, Wake


async def woken_within(news: Subscription, seconds: float, clock: Clock) -> Wake:
    """Wait until the subscription is woken or `seconds` have passed; return why it was woken."""
    async with asyncio.TaskGroup() as group:
        waking, passing = group.create_task(news.wait()), group.create_task(_pass(clock, seconds))
        await asyncio.wait({waking, passing}, return_when=asyncio.FIRST_COMPLETED)
        why = waking.result() if waking.done() else Wake.NOTHING
        waking.cancel()
        passing.cancel()
    return why


async def _pass(clock: Clock, seconds: float) -> None:
    await clock.sleep(seconds)
