"""The faults of an image store, counted: an `ImageStore` round another. A missing image is no fault of the store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kiosk.server.images import ImageMissing, ImageStore, StoredImage


class CountedImages:
    """Hands every call on; `count` gets the name of each that fails."""

    def __init__(self, images: ImageStore, count: Callable[[str], None]) -> None:
        self._images = images
        self._count = count

    def put(self, data: bytes, media_type: str) -> str:
        """Store an image."""
        with self._counted("put"):
            return self._images.put(data, media_type)

    def read(self, sha256: str, media_type: str, start: int, length: int) -> bytes:
        """Return a part of an image."""
        with self._counted("read"):
            return self._images.read(sha256, media_type, start, length)

    def delete(self, sha256: str, media_type: str) -> None:
        """Delete an image."""
        with self._counted("delete"):
            self._images.delete(sha256, media_type)

    def list(self, shard: str) -> Iterator[StoredImage]:
        """Yield the images of a shard."""
        with self._counted("list"):
            yield from self._images.list(shard)

    @contextmanager
    def _counted(self, operation: str) -> Iterator[None]:
        try:
            yield
        except ImageMissing:
            raise
        except OSError:
            self._count(operation)
            raise
