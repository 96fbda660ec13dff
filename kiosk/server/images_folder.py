"""Images in a folder of this machine, or one that all servers mount: a file lands synced and by rename."""

import os
from collections.abc import Iterator
from pathlib import Path

from kiosk.server.images import ImageMissing, StoredImage, hash_of, key_of, named_by
from kiosk.storage.folder import write_atomically


class ImageFolder:
    """An `ImageStore` under `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes, media_type: str) -> str:
        """Store an image; a file with the same length is the image already."""
        sha256 = hash_of(data)
        target = self._path(sha256, media_type)
        try:
            is_there = target.stat().st_size == len(data)
        except OSError:
            is_there = False
        if not is_there:
            write_atomically(target, data)
        return sha256

    def read(self, sha256: str, media_type: str, start: int, length: int) -> bytes:
        """Return a part of an image."""
        path = self._path(sha256, media_type)
        try:
            with path.open("rb") as file:
                file.seek(start)
                data = file.read(length)
        except FileNotFoundError as error:
            raise ImageMissing(f"The image file {path.name} is not there.") from error
        if len(data) < length:
            raise ImageMissing(f"The image file {path.name} is shorter than it should be.")
        return data

    def delete(self, sha256: str, media_type: str) -> None:
        """Delete an image."""
        self._path(sha256, media_type).unlink(missing_ok=True)

    def list(self, shard: str) -> Iterator[StoredImage]:
        """Yield the images of a shard."""
        try:
            entries = os.scandir(self._root / shard)
        except FileNotFoundError:
            return
        with entries:
            for entry in entries:
                found = named_by(f"{shard}/{entry.name}")
                try:
                    if found is not None and entry.is_file(follow_symlinks=False):
                        stat = entry.stat(follow_symlinks=False)
                        yield StoredImage(*found, stat.st_size, stat.st_mtime_ns // 1_000_000)
                except FileNotFoundError:
                    continue  # deleted meanwhile

    def _path(self, sha256: str, media_type: str) -> Path:
        return self._root / key_of(sha256, media_type)
