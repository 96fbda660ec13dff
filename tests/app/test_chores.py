"""The display's regular duties."""

import asyncio

import pytest

from kiosk.app.chores import DIM_EVERY_S, SCHEDULE_EVERY_S, dim_by_schedule, sleep_by_schedule
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


@pytest.mark.anyio
async def test_the_night_leaves_a_preview_alone() -> None:
    """The hour's brightness comes once and when it changes; not while a person tries one out, but again after that."""
    clock, applied = FakeClock(), list[float]()
    settings = Display(brightness=0.8, night_brightness=0.3, night_from="22:00", night_to="07:00", night_ramp_min=0)
    hour, previewing = 12, False
    async with asyncio.TaskGroup() as group:
        task = group.create_task(
            dim_by_schedule(
                clock=clock,
                minute=lambda: hour * 60.0,
                settings=lambda: settings,
                apply=applied.append,
                is_previewing=lambda: previewing,
            )
        )
        for hour, previewing in ((12, False), (21, False), (22, False), (23, True), (23, False)):  # noqa: B007 - read above
            for _ in range(3):
                for _ in range(5):
                    await asyncio.sleep(0)
                clock.advance(DIM_EVERY_S)
        task.cancel()
    assert applied == [0.8, 0.3, 0.3]
