"""The display's small regular duties: sleep and dimming by the clock, the panel's figures, `run --import`."""

import logging
from collections.abc import Callable
from pathlib import Path

from kiosk.app.importer import Wishes, files_in, import_pictures
from kiosk.app.night import brightness_at
from kiosk.app.sleep_schedule import look
from kiosk.domain.errors import ServerUnreachable
from kiosk.domain.ports import Clock
from kiosk.playback.events import Event, SleepSet
from kiosk.settings.model import Display as DisplaySettings
from kiosk.sync.client import ApiClient

log = logging.getLogger(__name__)

SCHEDULE_EVERY_S = 5.0
DIM_EVERY_S = 2.0
DIM_STEP = 0.001
PANEL_EVERY_S = 1.0
IMPORT_RETRY_S = 1.0


async def sleep_by_schedule(
    *, clock: Clock, minute: Callable[[], int], settings: Callable[[], DisplaySettings], tell: Callable[[Event], None]
) -> None:
    """Put the wall to sleep and wake it at the set times; what a person does in between holds until the next one."""
    seen = None
    while True:
        now, at_s = settings(), clock.monotonic()
        seen, has_to_be_told = look(seen, minute(), at_s, now.sleep_from, now.sleep_to)
        if has_to_be_told:
            tell(SleepSet(at_s, asleep=seen.asleep))
        await clock.sleep(SCHEDULE_EVERY_S)


def brightness_now(settings: DisplaySettings, minute: float) -> float:
    """Return the share (0-1) of its light that the wall has at that minute of the day (0-1440)."""
    return brightness_at(
        minute,
        day=settings.brightness,
        night=settings.night_brightness,
        night_from=settings.night_from,
        night_to=settings.night_to,
        ramp_min=settings.night_ramp_min,
    )


async def dim_by_schedule(
    *,
    clock: Clock,
    minute: Callable[[], float],
    settings: Callable[[], DisplaySettings],
    apply: Callable[[float], None],
    is_previewing: Callable[[], bool],
) -> None:
    """Give the wall the brightness of the hour, in steps nobody sees; while a person tries one out, leave it alone."""
    applied = None
    while True:
        if is_previewing():
            applied = None
        else:
            wanted = brightness_now(settings(), minute())
            if applied is None or abs(wanted - applied) >= DIM_STEP:
                apply(wanted)
                applied = wanted
        await clock.sleep(DIM_EVERY_S)


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
