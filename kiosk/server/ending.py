"""Ending tasks for certain, though a cancelling may be lost on its way.

Before Python 3.12 `asyncio.wait_for` swallows one that comes as what it waits for is done, and connections to
PostgreSQL wait with it; a task group that has errors to raise raises them in its place. A loop that goes on for ever
gives way at every turn, and who ends a task asks again.
"""

import asyncio

AGAIN_S = 5.0  # a job that is given back, here and at a service, may take its time


def give_way() -> None:
    """Raise CancelledError when this task was asked to end, though the asking was lost."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def end(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks until every one has ended, each `AGAIN_S` seconds anew; what they raise is left to their group."""
    while running := {task for task in tasks if not task.done()}:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=AGAIN_S)
