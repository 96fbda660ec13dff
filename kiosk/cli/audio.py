"""`kiosk audio --child`: the process that listens for a display; `--list`: what it could listen to.

The display starts it; nobody types it.
"""

import argparse
import os
import sys

from kiosk.app.clock import SystemClock
from kiosk.app.log_setup import set_up_logging
from kiosk.cli.output import emit


def run(arguments: argparse.Namespace) -> int:
    """Listen until the display ends, or list the microphones as one JSON object."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # read once, when numpy is imported
    if arguments.list:
        from kiosk.audio.devices import microphones, quieten

        quieten()
        emit({"microphones": [name for name, _ in microphones()]})
        return 0
    # No `keep_small` here: an analysis takes and leaves the same few megabytes again and again, which would then be
    # mapped anew each time and cost more than all the rest.
    from kiosk.audio.child import listen_for_ever

    set_up_logging(verbose=arguments.verbose)
    listen_for_ever(
        arguments.device,
        incoming=sys.stdin.fileno(),
        outgoing=sys.stdout.fileno(),
        monotonic=SystemClock().monotonic,
    )
    return 0
