"""A backup file read: its entries one after another, and the check that it is whole and nobody has changed it.

`backup` says what such a file holds. Nothing in it is trusted before it is checked, and its names never become paths.
"""

import hashlib
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from pydantic import ValidationError

from kiosk.domain.errors import KioskError
from kiosk.server.backup import CHUNK_BYTES, DATABASE, FORMAT, IMAGES, MANIFEST, Manifest
from kiosk.server.images import EXTENSIONS, hash_of, key_of
from kiosk.server.pictures import MAX_BYTES

OnBytes = Callable[[int], object]

_MANIFEST_MAX_BYTES: Final = 1024 * 1024
_MEDIA_TYPES: Final = {extension: media_type for media_type, extension in EXTENSIONS.items()}
_IMAGE = re.compile(re.escape(IMAGES) + r"[0-9a-f]{2}/([0-9a-f]{64})\.([a-z]{3,4})", re.ASCII)


class BadBackup(KioskError):
    """The file is no backup, not all of one, or not as it was made."""

    code = "bad_backup"


@dataclass(frozen=True, slots=True)
class Image:
    """An image in a backup; its bytes are those of its hash."""

    sha256: str
    media_type: str
    data: bytes


def check(file: Path, *, database_to: Path | None, on_bytes: OnBytes) -> Manifest:
    """Read a backup to its end and return its manifest; raise BadBackup unless every byte is as it was made.

    The database part is left at `database_to`. `on_bytes` is told how many bytes were read since the last call.
    """
    digest, manifest = hashlib.sha256(), None
    images, image_bytes, database_bytes, position = 0, 0, 0, 0
    with _reading(file), (database_to or Path(os.devnull)).open("wb") as database:
        for position, (name, size, opened) in enumerate(_entries(file)):
            if manifest is not None or (position == 0) != (name == DATABASE):
                raise BadBackup(f"{file.name} is no backup of kiosk: {name} stands at the wrong place in it.")
            if name == DATABASE:
                database_bytes = size
                while data := opened.read(CHUNK_BYTES):
                    digest.update(data)
                    database.write(data)
                    on_bytes(len(data))
            elif name == MANIFEST:
                manifest = _manifest(file, opened.read(_MANIFEST_MAX_BYTES))
            else:
                _image(file, name, size, opened)
                images, image_bytes = images + 1, image_bytes + size
                on_bytes(size)
    if manifest is None:
        raise BadBackup(f"{file.name} is cut off: its end is missing.", hint="Make or copy it again.")
    if manifest.format > FORMAT:
        raise BadBackup(f"{file.name} was made by a newer version of kiosk.", hint="Update kiosk on this machine.")
    told = (manifest.database_sha256, manifest.database_bytes, manifest.images, manifest.image_bytes)
    if told != (digest.hexdigest(), database_bytes, images, image_bytes):
        raise BadBackup(f"{file.name} is damaged: what it holds is not what it was made with.")
    return manifest


def images_in(file: Path, *, on_bytes: OnBytes) -> Iterator[Image]:
    """Yield the images of a backup, one at a time in memory."""
    with _reading(file):
        for name, size, opened in _entries(file):
            if name not in {DATABASE, MANIFEST}:
                yield _image(file, name, size, opened)
            on_bytes(size)


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError) as error:
        raise BadBackup(
            f"{file.name} is no backup of kiosk, or is cut off: {error}.", hint="Make or copy it again."
        ) from error


def _entries(file: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    try:
        archive = tarfile.open(file, "r:")  # noqa: SIM115 - closed below, where its own faults are told apart
    except OSError as error:
        raise KioskError(f"{file} cannot be read: {error.strerror or error}.", hint="Name a backup file.") from error
    with archive:
        while (entry := archive.next()) is not None:
            opened = archive.extractfile(entry) if entry.isreg() else None
            if opened is None:
                raise BadBackup(f"{file.name} is no backup of kiosk: {entry.name} is not a plain file.")
            yield entry.name, entry.size, opened
            archive.members.clear()  # type: ignore[attr-defined]  # or it keeps every entry it has met


def _image(file: Path, name: str, size: int, opened: IO[bytes]) -> Image:
    match = _IMAGE.fullmatch(name)
    media_type = _MEDIA_TYPES.get(match[2]) if match else None
    if match is None or media_type is None or name != f"{IMAGES}{key_of(match[1], media_type)}" or size > MAX_BYTES:
        raise BadBackup(f"{file.name} is no backup of kiosk: it holds {name!r}.")
    data = opened.read()
    if hash_of(data) != match[1]:
        raise BadBackup(f"{file.name} is damaged: {name} holds other bytes than it was made with.")
    return Image(match[1], media_type, data)


def _manifest(file: Path, text: bytes) -> Manifest:
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise BadBackup(f"{file.name} is no backup of kiosk: its manifest makes no sense.") from error
