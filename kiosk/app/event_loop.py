"""Qt's and asyncio's events on one loop, on one thread: qasync's, without Qt Widgets.

Of that library (5 MiB) qasync wants one name, `QApplication`, to ask it for the application there is and to have it
process events. Every application of Qt answers both; ours has windows and no widgets.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from kiosk.stage.environment import set_defaults

_WIDGETS = "PySide6.QtWidgets"


@contextmanager
def _named_only(module_name: str, **names: type) -> Iterator[None]:
    """Put a module with these names alone in the place of one that is not loaded, for the length of the block."""
    if module_name in sys.modules:
        yield
        return
    module = sys.modules[module_name] = ModuleType(module_name)
    vars(module).update(names)
    try:
        yield
    finally:
        del sys.modules[module_name]


with _named_only(_WIDGETS, QApplication=QGuiApplication):
    import qasync


@contextmanager
def event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Yield the loop of the application that is made here; it is this thread's for the length of the block."""
    set_defaults(os.environ)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QGuiApplication([sys.argv[0]])
    application.setApplicationName("gallery-kiosk")
    application.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    try:
        with loop:
            yield loop
    finally:
        asyncio.set_event_loop(None)
