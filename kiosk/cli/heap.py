"""How this process's C heap is kept: what is freed goes back to the system. Elsewhere than under glibc nothing changes.

By itself glibc keeps a heap for each thread, and stops giving large blocks back once it has seen some come and go: for
pictures that is the memory of several, in each process.
"""

import ctypes
import sys
from typing import Final

_TRIM_THRESHOLD: Final = -1  # the numbers of /usr/include/malloc.h
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
LARGE_BYTES: Final = 256 * 1024
HEAPS: Final = 2


def keep_small() -> None:
    """Let blocks from LARGE_BYTES on be mapped and unmapped one by one, and all threads share a few heaps."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        for option, value in ((_MMAP_THRESHOLD, LARGE_BYTES), (_TRIM_THRESHOLD, LARGE_BYTES), (_ARENA_MAX, HEAPS)):
            mallopt(option, value)
