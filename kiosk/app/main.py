"""From options to a running display: the data folder, its lock, the imaging process, and only then all the rest.

What takes long to load (Qt, the settings' model) is loaded while the imaging process makes the first print.
"""

import sys
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from kiosk.app.clock import SystemClock
from kiosk.app.early_print import EarlyPrint
from kiosk.app.imaging_process import ImagingProcess
from kiosk.app.log_setup import set_up_logging
from kiosk.app.options import DisplayOptions
from kiosk.app.qt_import import load_qt
from kiosk.storage.folder import DataFolder, exclusive_lock
from kiosk.storage.scratch import scratch_folder

SWITCH_S = 0.001  # how long another thread keeps the interpreter from the GUI's; Python's 5 ms are most of a frame


def run_display(options: DisplayOptions) -> Mapping[str, Any]:
    """Show art until told to stop; return the final status. Raises KioskError with one clear line when it cannot."""
    set_up_logging(verbose=options.verbose)
    sys.setswitchinterval(SWITCH_S)
    folder = DataFolder(options.data_dir)
    folder.ensure_writable()
    with (
        exclusive_lock(folder.display_lock, held_by="a display"),
        closing(ImagingProcess(clock=SystemClock())) as imaging,
    ):
        imaging.start()
        early = EarlyPrint(imaging, scratch_folder(folder.root, instead=folder.cache_dir / "prints"))
        early.begin(folder)
        load_qt()
        from kiosk.app.gui import run_gui  # noqa: PLC0415 - the first print does not wait for it

        return run_gui(options, folder, imaging, early)
