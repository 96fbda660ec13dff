"""Tasks have an owner that starts them again."""

import asyncio
import logging
import random

import pytest

from kiosk.app.supervisor import Supervisor, Task
from kiosk.domain.errors import KioskError
from tests.fakes.clock import FakeClock


async def settle() -> None:
    """Let everything that is ready run."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.anyio
async def test_a_failing_task_is_started_again_and_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """It fails, waits, runs again, for ever; its neighbour runs on; stop ends both."""
    clock = FakeClock()
    supervisor = Supervisor(clock, random.Random(1))
    starts = 0
    neighbour_ended = asyncio.Event()

    async def fail() -> None:
        nonlocal starts
        starts += 1
        raise ValueError("sham")

    async def live() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            neighbour_ended.set()

    with caplog.at_level(logging.CRITICAL):
        supervisor.start(Task("failing", fail))
        supervisor.start(Task("living", live))
        await settle()
        assert starts == 1
        for _ in range(5):
            clock.advance(61)
            await settle()
        assert starts == 6
        assert not neighbour_ended.is_set()
        await supervisor.stop()
    assert neighbour_ended.is_set()


@pytest.mark.anyio
async def test_what_had_worked_is_soon_there_again() -> None:
    """A task that ended, as a server child killed time and again does, waits seconds, not a minute."""
    clock = FakeClock()
    supervisor = Supervisor(clock, random.Random(1))
    starts = 0

    async def end() -> None:
        nonlocal starts
        starts += 1

    supervisor.start(Task("ending", end))
    await settle()
    for _ in range(30):
        clock.advance(4.1)
        await settle()
    await supervisor.stop()
    assert starts == 31


@pytest.mark.anyio
async def test_a_fault_with_a_clear_line_is_logged_as_that_line(caplog: pytest.LogCaptureFixture) -> None:
    """What the program itself says of a fault needs no traceback."""
    supervisor = Supervisor(FakeClock(), random.Random(1))

    async def fail() -> None:
        raise KioskError("The server child did not come up.", hint="Its message is just above.")

    supervisor.start(Task("server child", fail))
    await settle()
    await supervisor.stop()
    assert "server child failed; starting it again. The server child did not come up." in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.anyio
async def test_passing_work_that_fails_is_logged_under_its_name(caplog: pytest.LogCaptureFixture) -> None:
    """A fault in it reaches the log, nobody else."""
    supervisor = Supervisor(FakeClock(), random.Random(1))

    async def fail() -> None:
        raise ValueError("sham")

    supervisor.spawn("the vote", fail())
    await settle()
    assert "the vote failed" in caplog.text
    await supervisor.stop()
