"""One image from the server into the cache: checked in full before it gets its name.

    fetch -> temporary file -> length, SHA-256, format -> fsync -> rename

`prefetch` decides what is fetched, when, and how often. A fault of the network is worth another try for ever
(`ServerUnreachable`, `ServerRefused`); content that arrived whole and is not the piece is `WrongContent`, and counted.
Truncated JPEGs decode "successfully": without these checks half pictures would reach the wall.
"""

import asyncio
import contextlib
import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from kiosk.domain.artworks import Artwork
from kiosk.domain.errors import ServerUnreachable
from kiosk.sync.cache import ImageCache
from kiosk.sync.client import ApiClient, Body

IMAGE_MAX_BYTES: Final = 64 * 1024 * 1024
IMAGE_MAX_PIXELS: Final = 40_000_000
PACE_MIN_BYTES_PER_S: Final = 16_384
GRACE_S: Final = 30.0

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MEDIA_TYPES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "application/octet-stream"})


class WrongContent(Exception):
    """What arrived, whole, is not the piece; the text is the reason. `hopeless` when no further try can help."""

    def __init__(self, reason: str, *, hopeless: bool = False) -> None:
        super().__init__(reason)
        self.hopeless = hopeless


def check_description(artwork: Artwork) -> None:
    """Raise WrongContent when the piece's own description rules it out, before anything is fetched."""
    if not _SHA256.fullmatch(artwork.sha256):
        raise WrongContent("its content hash is not a SHA-256", hopeless=True)
    if not 0 < artwork.bytes <= IMAGE_MAX_BYTES:
        raise WrongContent(f"its {artwork.bytes} bytes are not between 1 and {IMAGE_MAX_BYTES}", hopeless=True)
    if artwork.width * artwork.height > IMAGE_MAX_PIXELS:
        raise WrongContent(f"its {artwork.width}x{artwork.height} pixels are too many", hopeless=True)


def sniff(head: bytes) -> str | None:
    """Return the file extension for an image's first 12 bytes: "jpg", "png", "webp", or None for anything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return None


async def fetch(artwork: Artwork, *, client: ApiClient, cache: ImageCache) -> Path:
    """Fetch the piece's image into the cache, once, and return where it lies.

    Raises WrongContent, ServerUnreachable or ServerRefused, or OSError when the disk does not take it; nothing but a
    whole and verified file ever stands under the final name.
    """
    check_description(artwork)
    temporary = await _opened(cache, artwork.sha256)
    try:
        async with asyncio.timeout(GRACE_S + artwork.bytes / PACE_MIN_BYTES_PER_S):
            async with client.download(artwork.image_url) as body:
                head = await _receive(body, artwork, temporary.file)
        extension = sniff(head)
        if extension is None:
            raise WrongContent("it is not a JPEG, PNG or WebP picture")
        return await asyncio.to_thread(_finish, temporary, cache, artwork.sha256, extension)
    except TimeoutError as error:
        raise ServerUnreachable(f"{client.server} sent an image too slowly.") from error
    finally:
        _discard(temporary)


@dataclass(frozen=True, slots=True)
class _Temporary:
    path: Path
    file: BinaryIO


async def _opened(cache: ImageCache, sha256: str) -> _Temporary:
    """Open a temporary file on a thread; one that is there only after we were cancelled goes again."""
    opening = asyncio.get_running_loop().run_in_executor(None, _open_temporary, cache, sha256)
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_discard_late)
        raise


def _discard_late(opening: asyncio.Future[_Temporary]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        _discard(opening.result())


def _discard(temporary: _Temporary) -> None:
    temporary.file.close()
    with contextlib.suppress(OSError):
        temporary.path.unlink(missing_ok=True)


def _open_temporary(cache: ImageCache, sha256: str) -> _Temporary:
    folder = cache.path_for(sha256, "part").parent
    fd, name = tempfile.mkstemp(dir=folder, prefix=f".{sha256[:16]}.")
    return _Temporary(Path(name), os.fdopen(fd, "wb"))


async def _receive(body: Body, artwork: Artwork, file: BinaryIO) -> bytes:
    """Write the body to `file`, hashing it on the way; return its first bytes once length and hash are right."""
    if body.media_type.startswith("image/") and body.media_type not in _MEDIA_TYPES:
        raise WrongContent(f"it is {body.media_type}, not a JPEG, PNG or WebP picture")
    if body.media_type not in _MEDIA_TYPES:
        raise ServerUnreachable(
            f"Instead of an image came {body.media_type or 'something without a type'}.",
            hint="Does this network want a sign-in first?",
        )
    digest = hashlib.sha256()
    head = b""
    size = 0
    async for chunk in body.chunks:
        size += len(chunk)
        if size > artwork.bytes:
            raise WrongContent(f"it is longer than the {artwork.bytes} bytes announced")
        head = head if len(head) >= 12 else (head + chunk)[:12]
        digest.update(chunk)
        file.write(chunk)
    if size < artwork.bytes and body.length != size:
        raise ServerUnreachable(f"An image broke off after {size} of {artwork.bytes} bytes.")
    if size != artwork.bytes:
        raise WrongContent(f"it has {size} bytes instead of {artwork.bytes}")
    if digest.hexdigest() != artwork.sha256:
        raise WrongContent("its content does not match its hash")
    return head


def _finish(temporary: _Temporary, cache: ImageCache, sha256: str, extension: str) -> Path:
    temporary.file.flush()
    os.fsync(temporary.file.fileno())
    path = cache.path_for(sha256, extension)
    temporary.path.replace(path)
    cache.added(path, path.stat().st_size)
    return path
