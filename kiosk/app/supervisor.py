"""Every long task of the display has a name and an owner: the supervisor, which restarts what fails, with backoff."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kiosk.domain.errors import KioskError
from kiosk.domain.ports import Clock, Random
from kiosk.sync.backoff import Backoff

log = logging.getLogger(__name__)

RESTART_MIN_S = 0.5
RESTARTS = Backoff(base_s=0.5, cap_s=60.0)
HEALTHY_AFTER_S = 120.0
ENDED_MAX = 3


@dataclass(frozen=True, slots=True)
class Task:
    """A service's `run`, by name. It is started again whenever it returns or raises, until the supervisor stops."""

    name: str
    run: Callable[[], Awaitable[None]]


class Supervisor:
    """Runs tasks until stopped. A failing one never takes another down, nor the picture."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._running: dict[str, asyncio.Task[None]] = {}
        self._passing: set[asyncio.Task[None]] = set()

    def start(self, task: Task) -> None:
        """Start the task and keep it going."""
        self._running[task.name] = asyncio.get_running_loop().create_task(self._keep(task), name=task.name)

    async def end(self, name: str) -> None:
        """Cancel the task of that name and wait until it is gone."""
        task = self._running.pop(name, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def spawn(self, name: str, work: Awaitable[None]) -> None:
        """Run a piece of work once; a fault in it is logged under its name."""

        async def once() -> None:
            try:
                await work
            except Exception:
                log.exception("%s failed", name)

        passing = asyncio.get_running_loop().create_task(once(), name=name)
        self._passing.add(passing)
        passing.add_done_callback(self._passing.discard)

    async def stop(self) -> None:
        """Cancel everything and wait until it is gone."""
        tasks = [*self._running.values(), *self._passing]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._running.clear()

    async def _keep(self, task: Task) -> None:
        failures = 0
        while True:
            started_s = self._clock.monotonic()
            try:
                await task.run()
                log.info("%s ended; starting it again", task.name)
                failures = min(failures, ENDED_MAX)  # it had worked: soon again, however often it is killed
            except KioskError as error:
                log.warning("%s failed; starting it again. %s", task.name, error)
            except Exception:
                log.exception("%s failed; starting it again", task.name)
            if self._clock.monotonic() - started_s > HEALTHY_AFTER_S:
                failures = 0
            await self._clock.sleep(max(RESTART_MIN_S, RESTARTS.delay_s(failures, self._random)))
            failures += 1
