"""A child server's tie to its display: the token comes in on standard input, and its end is the end of both.

The kernel closes the pipe however the display ended, so not even a killed one leaves an orphan.
"""

import json
import os
import sys
import threading
from collections.abc import Callable

from kiosk.domain.errors import UsageError

PATIENCE_S = 3.0
_LINE_MAX = 4_096


def read_token() -> str:
    """Return the token of the line `{"token": "..."}` on standard input; UsageError for anything else."""
    try:
        token = json.loads(_read_line(sys.stdin.fileno()))["token"]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError('A child server reads {"token": "..."} from its standard input.') from error
    if not isinstance(token, str) or len(token) < 16:
        raise UsageError("The token on standard input is too short.")
    return token


def watch_stdin(on_end: Callable[[], object]) -> None:
    """Call `on_end` from a thread when standard input ends; should the server not stop by then, end the process."""

    def watch() -> None:
        fd = sys.stdin.fileno()
        while os.read(fd, _LINE_MAX):
            pass
        on_end()
        threading.Event().wait(PATIENCE_S)
        os._exit(0)

    threading.Thread(target=watch, daemon=True, name="lifeline").start()


def _read_line(fd: int) -> bytes:
    line = b""
    while not line.endswith(b"\n") and len(line) < _LINE_MAX:
        byte = os.read(fd, 1)
        if not byte:
            break
        line += byte
    return line
