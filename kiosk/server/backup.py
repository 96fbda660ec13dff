"""A backup: one tar with the whole database and every image of a living piece, made beside a running server.

    kiosk.db                  a SQLite file of our schema, whatever database the server uses: tokens as hashes only
    images/ab/abcdef….jpg     as the image store names them
    manifest.json             last, so that a file without it is no whole backup

`chunks` makes it, piece by piece, from one snapshot of the database; `restore` is the counterpart.
"""

import hashlib
import logging
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Generator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from kiosk import __version__
from kiosk.protocol.base import Timestamp, Wire
from kiosk.server.database import Database
from kiosk.server.dialect_copy import Stopping, never, snapshot
from kiosk.server.images import ImageMissing, ImageStore, hash_of, key_of

log = logging.getLogger(__name__)

FORMAT: Final = 1
DATABASE: Final = "kiosk.db"
IMAGES: Final = "images/"
MANIFEST: Final = "manifest.json"
SCRATCH: Final = ".backup-"
CHUNK_BYTES: Final = 1024 * 1024
STEPS_A_LOOK: Final = 1_000_000  # of SQLite's, some tens of milliseconds
COUNTED: Final = ("users", "devices", "artworks", "impressions", "plays")
MEDIA_TYPE: Final = "application/x-tar"

_END = bytes(2 * tarfile.BLOCKSIZE)
_LIVING = "SELECT DISTINCT sha256, media_type, byte_count FROM artworks WHERE removed_at IS NULL ORDER BY sha256"


class Manifest(Wire):
    """What a backup holds. `images` and `imageBytes` count the image files; `missing` pieces had none any more."""

    format: int
    version: str
    schema_revision: str
    created: Timestamp
    database_sha256: str
    database_bytes: int
    images: int
    image_bytes: int
    missing: int
    counts: dict[str, int]


def chunks(
    database: Database, images: ImageStore, *, scratch: Path, created: datetime, stopping: Stopping = never
) -> Generator[bytes, None, None]:
    """Yield a backup's bytes. Blocks on disk and network: use a thread. `scratch` needs room for the database once.

    One image at a time is in memory. OSError or DBAPIError amid it means that there is no backup; Stopped and
    sqlite3.OperationalError, that `stopping` has become true or the database was closed.
    """

    def has_to_stop() -> bool:
        return database.is_closing or stopping()

    with tempfile.TemporaryDirectory(dir=scratch, prefix=SCRATCH) as folder:
        file = Path(folder) / DATABASE
        database.read_long_now(lambda connection: snapshot(connection, file, stopping=has_to_stop))
        digest, size = hashlib.sha256(), file.stat().st_size
        yield _header(DATABASE, size, created)
        with file.open("rb") as opened:
            while data := opened.read(CHUNK_BYTES):
                digest.update(data)
                yield data
        yield _padding(size)
        with closing(sqlite3.connect(file, check_same_thread=False)) as connection:
            connection.set_progress_handler(has_to_stop, STEPS_A_LOOK)
            found, found_bytes, missing = 0, 0, 0
            for sha256, media_type, length in connection.execute(_LIVING):
                image = _image(images, sha256, media_type, length)
                if image is None:
                    log.warning("the image %s is not in the backup: its file is missing or damaged", sha256)
                    missing += 1
                    continue
                found, found_bytes = found + 1, found_bytes + length
                yield _header(f"{IMAGES}{key_of(sha256, media_type)}", length, created)
                yield image
                yield _padding(length)
            manifest = Manifest(
                format=FORMAT,
                version=__version__,
                schema_revision=revision_of(connection),
                created=created,
                database_sha256=digest.hexdigest(),
                database_bytes=size,
                images=found,
                image_bytes=found_bytes,
                missing=missing,
                counts=counts_of(connection),
            ).wire()
        yield _header(MANIFEST, len(manifest), created) + manifest + _padding(len(manifest)) + _END


def clear_leftovers(folder: Path) -> None:
    """Remove what a killed backup or restore has left in the folder whose lock the caller holds."""
    for left in folder.glob(f"{SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)


def counts_of(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many rows the tables hold that people ask about; pieces that were removed do not count."""
    living = {"artworks": " WHERE removed_at IS NULL"}
    queries = {table: f"SELECT count(*) FROM {table}{living.get(table, '')}" for table in COUNTED}  # noqa: S608
    return {table: connection.execute(query).fetchone()[0] for table, query in queries.items()}


def revision_of(connection: sqlite3.Connection) -> str:
    """Return the schema's revision."""
    return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def _image(images: ImageStore, sha256: str, media_type: str, length: int) -> bytes | None:
    """Return an image; None when its file went since the snapshot, or holds other bytes than it should."""
    try:
        data = b"".join(
            images.read(sha256, media_type, start, min(CHUNK_BYTES, length - start))
            for start in range(0, length, CHUNK_BYTES)
        )
    except ImageMissing:
        return None
    return data if hash_of(data) == sha256 else None


def _header(name: str, size: int, created: datetime) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(created.timestamp())
    return entry.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)
