"""Logs of the display and its processes: one line an event on stderr, secrets masked, Qt's own messages among them."""

import faulthandler
import io
import logging
import os
import sys
from pathlib import Path
from typing import TextIO

from kiosk.domain.masking import Mask, secrets_in

STDERR = 2


class MaskedLines(logging.Formatter):
    """A line for people: when, how grave, who, what, and the traceback below; no secret in any of it."""

    def __init__(self, mask: Mask) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        """Return the whole of what is written, masked."""
        return self._mask(super().format(record))


class Lines(logging.StreamHandler[TextIO]):
    """Writes to a stderr that keeps nothing back, and says no word where nothing can be written."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop a line that the disk refuses; what is wrong with a line itself is a fault like any other."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def set_up_logging(*, verbose: bool = False) -> None:
    """Send logs to stderr: warnings and news of our own, or everything from `verbose`.

    Should the process crash, what each thread was at goes there as well. A full disk costs lines, neither the process
    nor its exit code.
    """
    handler = Lines(_stderr())
    handler.setFormatter(MaskedLines(Mask(secrets_in((), os.environ))))
    faulthandler.enable(handler.stream)
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("kiosk").setLevel(logging.DEBUG if verbose else logging.INFO)


def _stderr() -> TextIO:
    """Return stderr without a buffer, in which a refused line would wait and fail the exit.

    Where the process was started without one, what nobody would see is thrown away.
    """
    if sys.stderr is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    return io.TextIOWrapper(
        io.FileIO(STDERR, "w", closefd=False), sys.stderr.encoding, "backslashreplace", write_through=True
    )
