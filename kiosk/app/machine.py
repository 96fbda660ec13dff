"""Figures of this process, read from the system."""

import os
import resource
import sys
from pathlib import Path

_MIB = 1024 * 1024


def resident_mib(pid: int | None = None) -> float:
    """Return the resident memory of a process (this one without `pid`) in MiB; 0 when it cannot be read."""
    try:
        pages = int(Path(f"/proc/{pid or 'self'}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / _MIB
    except (OSError, ValueError, IndexError):
        if pid is not None:
            return 0.0
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / _MIB if sys.platform == "darwin" else peak / 1024
