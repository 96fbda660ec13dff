"""Images in an object store that speaks S3, for servers on several machines.

Credentials, region and address come from the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION,
AWS_ENDPOINT_URL for stores that are not Amazon's, AWS_ALLOW_HTTP for those without TLS. What they hold appears in no
message. An object appears whole once its upload is complete, which is the store's own promise.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final, Self
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from kiosk.domain.errors import KioskError
from kiosk.server.images import ImageMissing, ImageStoreFault, StoredImage, hash_of, key_of, named_by
from kiosk.server.moments import to_ms

RETRIES: Final = 2
RETRY_FOR_S: Final = 10
LISTED: Final = 500  # names at a time
_MARK: Final = ".kiosk"


class ImageBucket:
    """An `ImageStore` in a bucket, below a prefix."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    @classmethod
    def open(cls, url: str) -> Self:
        """Open `s3://BUCKET/PREFIX` and write a mark there; KioskError in one clear line when that cannot be done."""
        parts = urlsplit(url)
        try:
            store = S3Store(
                parts.netloc,
                prefix=unquote(parts.path).strip("/") or None,
                retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRY_FOR_S)},
            )
            obstore.put(store, _MARK, b"")
        except (BaseError, OSError, ValueError) as error:
            raise KioskError(
                f"The image store {url} cannot be used: {_why(error)}.",
                hint="Check server.images_url, and AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and"
                " AWS_SECRET_ACCESS_KEY in the server's environment.",
                code="images_url",
            ) from error
        return cls(store)

    def put(self, data: bytes, media_type: str) -> str:
        """Store an image; an object with the same length is the image already."""
        sha256 = hash_of(data)
        key = key_of(sha256, media_type)
        with _faults():
            if self._size(key) != len(data):
                obstore.put(self._store, key, data, attributes={"Content-Type": media_type})
        return sha256

    def read(self, sha256: str, media_type: str, start: int, length: int) -> bytes:
        """Return a part of an image."""
        key = key_of(sha256, media_type)
        with _faults():
            data = bytes(obstore.get_range(self._store, key, start=start, length=length))
        if len(data) < length:
            raise ImageMissing(f"The image {key} is shorter than it should be.")
        return data

    def delete(self, sha256: str, media_type: str) -> None:
        """Delete an image."""
        with _faults():
            obstore.delete(self._store, key_of(sha256, media_type))

    def list(self, shard: str) -> Iterator[StoredImage]:
        """Yield the images of a shard."""
        with _faults():
            for page in obstore.list(self._store, prefix=shard, chunk_size=LISTED):
                for entry in page:
                    found = named_by(entry["path"])
                    if found is not None:
                        yield StoredImage(*found, entry["size"], to_ms(entry["last_modified"]))

    def _size(self, key: str) -> int | None:
        try:
            return int(obstore.head(self._store, key)["size"])
        except FileNotFoundError:
            return None


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ImageMissing(_why(error)) from error
    except (BaseError, OSError) as error:
        raise ImageStoreFault(f"The image store cannot be used: {_why(error)}") from error


def _why(error: Exception) -> str:
    """Return the first line of what the library says; the rest is the inside of its request."""
    return str(error).partition("\n")[0].strip().rstrip(".") or type(error).__name__
