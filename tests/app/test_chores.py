"""The display's regular duties."""

import asyncio

import pytest

from kiosk.app.chores import SCHEDULE_EVERY_S, sleep_by_schedule
from kiosk.playback.events import Event, SleepSet
from kiosk.settings.model import Display
from tests.fakes.clock import FakeClock


@pytest.mark.anyio
async def test_the_schedule_speaks_at_its_times_only() -> None:
    """It darkens the wall at the one time and lights it at the other; in between it does not undo what a person did."""
    clock, told = FakeClock(), list[Event]()
    minute = 21 * 60 + 59
    async with asyncio.TaskGroup() as group:
        task = group.create_task(
            sleep_by_schedule(
                clock=clock,
                minute=lambda: minute,
                settings=lambda: Display(sleep_from="22:00", sleep_to="07:00"),
                tell=told.append,
            )
        )
        for minute in (21 * 60 + 59, 22 * 60, 23 * 60, 6 * 60 + 59, 7 * 60, 12 * 60):  # noqa: B007 - read by the lambda
            for _ in range(3):
                clock.advance(SCHEDULE_EVERY_S)
                for _ in range(5):
                    await asyncio.sleep(0)
        task.cancel()
    assert [event.asleep for event in told if isinstance(event, SleepSet)] == [True, False]
