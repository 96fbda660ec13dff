"""Where big files go that nothing outlives: memory, as far as the system offers files in it, otherwise the disk."""

import hashlib
import os
import shutil
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own in it, only ours to read
ENOUGH_BYTES = 256 * 1024 * 1024


def scratch_name(owner: Path) -> str:
    """Return what the folder in memory of whoever works in the folder `owner` is called."""
    return f"kiosk-{os.getuid()}-{hashlib.sha256(os.fsencode(owner.resolve())).hexdigest()[:16]}"


def scratch_folder(owner: Path, *, instead: Path, memory: Path = SHARED_MEMORY) -> Path:
    """Return an empty folder for the files of whoever works in the folder `owner`.

    It lies in memory when there are 256 MB free, otherwise it is `instead`. What an earlier process left there is
    deleted: `owner` has to be locked by the caller.
    """
    folder = memory / scratch_name(owner)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(instead, ignore_errors=True)
    try:
        free = shutil.disk_usage(memory).free
        if free >= ENOUGH_BYTES:
            folder.mkdir(mode=0o700)
            return folder
    except OSError:
        pass  # no such memory here, or somebody else's folder in its place: the disk does as well
    return instead


def remove_scratch(folder: Path) -> None:
    """Delete the folder; what cannot be deleted now goes at the next start."""
    shutil.rmtree(folder, ignore_errors=True)
