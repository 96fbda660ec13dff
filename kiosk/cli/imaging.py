"""`kiosk imaging --child`: the process that makes prints for a display; the display starts it."""

import argparse
import os
import sys

from kiosk.app.log_setup import set_up_logging
from kiosk.cli.heap import keep_small


def run(arguments: argparse.Namespace) -> int:
    """Make prints until the display ends."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # read once, when numpy is imported; the wall's frames need the other cores
    keep_small()
    from kiosk.imaging.process import serve_orders

    set_up_logging(verbose=arguments.verbose)
    serve_orders(sys.stdin.fileno(), sys.stdout.fileno())
    return 0
