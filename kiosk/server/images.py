"""The store of images: files by content hash, `ab/abcdef….jpg`, put once and never changed.

`ImageStore` is the port; `images_folder` keeps them in a folder, `images_bucket` in an object store, `image_stores`
chooses. A file lands whole or not at all, so whoever finds one finds the bytes of its name. Calls block: use a thread.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
SHARDS: Final = tuple(f"{number:02x}" for number in range(256))
_MEDIA_TYPES: Final = {extension: media_type for media_type, extension in EXTENSIONS.items()}
_NAME: Final = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{62})\.([a-z]+)", re.ASCII)


class ImageMissing(FileNotFoundError):
    """The store has no such image, or not all of it."""


class ImageStoreFault(OSError):
    """The store cannot be used now; the message says why."""


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image that lies in a store; `put_at` in milliseconds since 1970, by the store's clock."""

    sha256: str
    media_type: str
    byte_count: int
    put_at: int


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

    def list(self, shard: str) -> Iterator[StoredImage]:
        """Yield the images of one of `SHARDS`, a few at a time in memory; what is no image is passed over."""
        ...


def key_of(sha256: str, media_type: str) -> str:
    """Return the name under which an image is stored."""
    return f"{sha256[:2]}/{sha256}.{EXTENSIONS[media_type]}"


def named_by(key: str) -> tuple[str, str] | None:
    """Return the SHA-256 and the media type that a name stands for, None when no image is stored under it."""
    match = _NAME.fullmatch(key)
    if match is None or match[3] not in _MEDIA_TYPES:
        return None
    return match[2], _MEDIA_TYPES[match[3]]


def hash_of(data: bytes) -> str:
    """Return the SHA-256 that names an image."""
    return hashlib.sha256(data).hexdigest()
