"""The display with its screen: the settings, a screen, Qt, the loop on which Qt and asyncio share a thread, the parts.

`main` has the data folder locked and the first print under way before this is loaded.
"""

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

from PySide6.QtGui import QGuiApplication

from kiosk.app.bootstrap import Wanted, assemble
from kiosk.app.early_print import EarlyPrint
from kiosk.app.event_loop import event_loop
from kiosk.app.imaging_process import ImagingProcess
from kiosk.app.options import DisplayOptions
from kiosk.app.preferences import CurrentSettings
from kiosk.app.virtual_screen import has_screen, virtual_screen
from kiosk.domain.errors import KioskError
from kiosk.storage.folder import DataFolder

log = logging.getLogger(__name__)

LOOP_ENDED = "loop stopped before"  # what qasync says of it
SCREEN_LOST = "The screen is gone: the window system ended, and the wall with it."
VIRTUAL_SIZE_PX = (1920, 1080)


def run_gui(
    options: DisplayOptions, folder: DataFolder, imaging: ImagingProcess, early: EarlyPrint
) -> Mapping[str, Any]:
    """Show art until told to stop; return the final status. Raises KioskError when there is no screen, or no more."""
    current = CurrentSettings(folder, options.overrides)
    for problem in current.loaded.problems:
        log.warning("%s", problem)
    with _screen(options.windowed), event_loop() as loop, ExitStack() as remains:
        try:
            return loop.run_until_complete(_run(options, folder, current, imaging, early, remains))
        except RuntimeError as error:
            if LOOP_ENDED not in str(error):
                raise
            log.critical(SCREEN_LOST)
            raise KioskError(SCREEN_LOST, hint="systemd starts it again.", code="no_screen") from error


async def _run(
    options: DisplayOptions,
    folder: DataFolder,
    current: CurrentSettings,
    imaging: ImagingProcess,
    early: EarlyPrint,
    remains: ExitStack,
) -> Mapping[str, Any]:
    """Run the display; what must end even when Qt ends the loop under it is put into `remains`."""
    wanted, there = current.now.display.screen, len(QGuiApplication.screens())
    if wanted >= there:
        log.warning("There is no screen %d (there are %d, counted from 0); the first one is used.", wanted, there)
    display = assemble(Wanted(options.windowed, options.import_path), folder, current, imaging, early)
    remains.callback(display.screens.close)  # Xlib ends the process there when its server has died
    remains.callback(display.link.close)
    return await display.run(options.for_s)


@contextmanager
def _screen(windowed: tuple[int, int] | None) -> Iterator[None]:
    size = windowed or VIRTUAL_SIZE_PX
    needs_own = not has_screen(os.environ, sys.platform)
    with virtual_screen(*size) if needs_own else nullcontext() as name:
        if name is not None:
            print(
                f"kiosk: there is no screen here, so the wall is drawn on a virtual one ({name}, {size[0]}x{size[1]});"
                " look at it with `kiosk snapshot OUT.png`.",
                file=sys.stderr,
            )
        yield
