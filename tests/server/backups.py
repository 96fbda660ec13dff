"""For tests of backups: a database with something in every table, what it holds, and tars made by hand."""

import hashlib
import io
import random
import tarfile
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import BigInteger, Boolean, Column, Connection, Float, Integer, String, select

from kiosk.server.database import Database
from kiosk.server.images import ImageStore
from kiosk.server.tables import PUBLIC_LANE, REMOVED_LANE, artworks, metadata
from tests.server.harness import picture

ROWS = 3


def fill(database: Database, images: ImageStore) -> None:
    """Put `ROWS` rows into every table; the pieces have their images, and the last of them is removed."""
    database.write_now(_fill)
    for number in range(ROWS - 1):
        images.put(picture(number), "image/jpeg")


def rows_of(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, sorted."""

    def read(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }

    return database.read_now(read)


def entries_of(file: Path) -> dict[str, bytes]:
    """Return what a tar holds, by name."""
    with tarfile.open(file) as archive:
        return {entry.name: archive.extractfile(entry).read() for entry in archive if entry.isreg()}  # type: ignore[union-attr]


def tar_of(file: Path, entries: dict[str, bytes]) -> Path:
    """Write a tar of these entries, in this order."""
    with tarfile.open(file, "w") as archive:
        for name, data in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return file


def noise(seed: int) -> bytes:
    """A PNG of about 3 MB, which does not compress."""
    buffer = io.BytesIO()
    pixels = random.Random(seed).randbytes(3_000_000)
    Image.frombytes("RGB", (1_000, 1_000), pixels).save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


def _fill(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        rows = [{column.name: _value(column, number) for column in table.columns} for number in range(ROWS)]
        if table is artworks:
            for number, row in enumerate(rows):
                data = picture(number)
                row |= {"sha256": hashlib.sha256(data).hexdigest(), "byte_count": len(data), "media_type": "image/jpeg"}
                is_removed = number == ROWS - 1
                row |= {"removed_at": 5 if is_removed else None, "lane": REMOVED_LANE if is_removed else PUBLIC_LANE}
        connection.execute(table.insert(), rows)


def _value(column: Column[Any], number: int) -> Any:
    if column.nullable and number == 0:
        return None
    if isinstance(column.type, Boolean):
        return number % 2 == 0
    if isinstance(column.type, Float):
        return number + 0.1
    if isinstance(column.type, String):
        return f"{column.name if not column.foreign_keys else 'id'}-{number}-ä"[-(column.type.length or 100) :]
    if column.foreign_keys or column.name == "id":
        return number + 1
    assert isinstance(column.type, Integer)
    return 2**40 + number if isinstance(column.type, BigInteger) else 1_000 + number
