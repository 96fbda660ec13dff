"""Where compiled kernels are kept between runs: a folder for each state of the sources, and the old ones' end.

An update leaves its predecessor's folder, some megabytes, which may still be in use: two versions can run side by side.
Each start sets its own folder's time, and removes those that no start has wanted for a month. Should one of them be in
use all the same, by a process that has run for so long, that process compiles again what it lacks.
"""

import os
import re
import shutil
from pathlib import Path
from typing import Final

KEPT_S: Final = 31 * 86_400.0
_NAME: Final = re.compile(r"[0-9a-f]{16}")


def folder_for(digest: str, *, root: Path) -> Path | None:
    """Return the folder for kernels of the sources with this `digest` (16 hex digits), made and marked as used now.

    None where it cannot be made or written; then nothing is removed either. The clock is the file system's own.
    """
    folder = root / digest
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
    except OSError:
        return None
    if not os.access(folder, os.W_OK):
        return None
    _remove_forgotten(root, folder)
    return folder


def _remove_forgotten(root: Path, own: Path) -> None:
    try:
        now_s = own.stat().st_mtime
        others = [path for path in root.iterdir() if path != own and _NAME.fullmatch(path.name)]
    except OSError:
        return
    for other in others:
        try:
            used_s = other.lstat().st_mtime
        except FileNotFoundError:
            continue  # another process that starts was quicker
        if now_s - used_s > KEPT_S:
            shutil.rmtree(other, ignore_errors=True)
