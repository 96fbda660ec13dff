"""The display's small regular duties: sleep by the schedule, the panel's figures, the pictures of `run --import`."""

import logging
from collections.abc import Callable
from pathlib import Path

from kiosk.app.importer import Wishes, files_in, import_pictures
from kiosk.app.sleep_schedule import is_sleep_time
from kiosk.domain.errors import ServerUnreachable
from kiosk.domain.ports import Clock
from kiosk.playback.events import Event, SleepSet
from kiosk.settings.model import Display as DisplaySettings
from kiosk.sync.client import ApiClient

log = logging.getLogger(__name__)

SCHEDULE_EVERY_S = 5.0
PANEL_EVERY_S = 1.0
IMPORT_RETRY_S = 1.0


async def sleep_by_schedule(
    *, clock: Clock, minute: Callable[[], int], settings: Callable[[], DisplaySettings], tell: Callable[[Event], None]
) -> None:
    """Put the wall to sleep and wake it at the set times; what a person does in between holds until the next one."""
    was_time = False
    while True:
        now = settings()
        is_time = is_sleep_time(minute(), now.sleep_from, now.sleep_to)
        if is_time != was_time:
            tell(SleepSet(clock.monotonic(), asleep=is_time))
            was_time = is_time
        await clock.sleep(SCHEDULE_EVERY_S)


async def keep_panel_informed(*, clock: Clock, is_open: Callable[[], bool], inform: Callable[[], None]) -> None:
    """Give the operator's panel fresh figures every second while it is open."""
    while True:
        if is_open():
            inform()
        await clock.sleep(PANEL_EVERY_S)


async def import_at_start(path: Path, *, client: ApiClient, clock: Clock) -> None:
    """Add the pictures of `run --import` once the server answers, and log what became of each."""
    files = files_in([path])
    while True:
        try:
            await client.version()
            break
        except ServerUnreachable:
            await clock.sleep(IMPORT_RETRY_S)
    counts: dict[str, int] = {"added": 0, "present": 0, "refused": 0}
    async for result in import_pictures(client, files, Wishes()):
        counts[result.outcome] += 1
        if result.outcome == "refused":
            log.warning("%s was refused: %s", result.path, result.reason)
    log.info("imported from %s: %d added, %d already there, %d refused", path, *counts.values())
