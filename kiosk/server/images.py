"""The store of images: files by content hash, `ab/abcdef….jpg`, put once and never changed.

`ImageStore` is the port; `images_folder` keeps them in a folder, `images_bucket` in an object store, `image_stores`
chooses. A file lands whole or not at all, so whoever finds one finds the bytes of its name. Calls block: use a thread.
"""

import hashlib
from typing import Final, Protocol

EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class ImageMissing(FileNotFoundError):
    """The store has no such image, or not all of it."""


class ImageStoreFault(OSError):
    """The store cannot be used now; the message says why."""


class ImageStore(Protocol):
    """Images by their SHA-256. Every call raises OSError (ImageStoreFault for an object store) when it cannot act."""

    def put(self, data: bytes, media_type: str) -> str:
        """Store an image and return its SHA-256; one that is there whole is left alone."""
        ...

    def read(self, sha256: str, media_type: str, start: int, length: int) -> bytes:
        """Return `length` bytes from `start` on, at least one; raise ImageMissing when they are not there."""
        ...

    def delete(self, sha256: str, media_type: str) -> None:
        """Delete an image; nothing happens when it is not there."""
        ...


def key_of(sha256: str, media_type: str) -> str:
    """Return the name under which an image is stored."""
    return f"{sha256[:2]}/{sha256}.{EXTENSIONS[media_type]}"


def hash_of(data: bytes) -> str:
    """Return the SHA-256 that names an image."""
    return hashlib.sha256(data).hexdigest()
