"""Rows in parallel: runs a kernel over bands of rows on threads.

Band limits depend on the height alone and no two bands write the same row, so the picture has the same bytes for any
number of threads.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

BAND_ROWS = 48


def for_each_band(height_px: int, work: Callable[[int, int], None], *, threads: int = 0) -> None:
    """Call `work(first_row, end_row)` for every band of `height_px` rows; `threads` 0 means one per usable core."""
    bands = [(first, min(first + BAND_ROWS, height_px)) for first in range(0, height_px, BAND_ROWS)]
    count = min(threads or usable_cores(), len(bands))
    if count <= 1:
        for band in bands:
            work(*band)
        return
    with ThreadPoolExecutor(max_workers=count) as pool:
        for done in [pool.submit(work, *band) for band in bands]:
            done.result()


def usable_cores() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
