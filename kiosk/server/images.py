"""The image folder: files by content hash, `ab/abcdef….jpg`. A file lands whole, synced, by rename, or not at all."""

import hashlib
from pathlib import Path

from kiosk.storage.folder import write_atomically

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class ImageFolder:
    """Images under `root`. Calls block on the disk: use a thread."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, sha256: str, media_type: str) -> Path:
        """Return where an image lies, or would lie."""
        return self._root / sha256[:2] / f"{sha256}.{EXTENSIONS[media_type]}"

    def put(self, data: bytes, media_type: str) -> str:
        """Store an image and return its SHA-256; one that is there with the same length is left alone.

        Raises OSError when it cannot be stored.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.path(sha256, media_type)
        try:
            is_there = target.stat().st_size == len(data)
        except OSError:
            is_there = False
        if not is_there:
            write_atomically(target, data)
        return sha256
