"""What leaves the image store: files of pieces that were removed, and the oldest generated pieces when there are many.

The file goes after the commit that removed its last piece. The same bytes may come again at that moment, by a call that
found the file still there: so who adds a piece puts its image once more after the commit, and who deletes one looks
once more afterwards. Whichever is last finds the piece and the file, or neither.

A file can also be left behind: by a server that was killed before it deleted it, by an upload or a job that came to
nothing. `sweep` looks for those in one shard of the store at a time. One store belongs to one database; what was in the
store before the database was made may be another's, and stays.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, literal, select
from sqlalchemy.exc import SQLAlchemyError

from kiosk.domain.artworks import Origin
from kiosk.server import dialect, store_artworks, store_pieces
from kiosk.server.database import Database
from kiosk.server.images import SHARDS, ImageMissing, ImageStore, StoredImage
from kiosk.server.moments import DAY_MS, HOUR_MS
from kiosk.server.tables import DEMO_LANE, REMOVED_LANE, AnyRow, artworks, users

log = logging.getLogger(__name__)

KEPT_MS: Final = DAY_MS
LOOKED_UP: Final = 500  # files a query


async def delete_unused(database: Database, images: ImageStore, row: AnyRow) -> None:
    """Delete a removed piece's image file unless a living piece has the same bytes. Its faults are logged."""
    image = StoredImage(row.sha256, row.media_type, row.byte_count, row.created_at)
    try:
        await asyncio.to_thread(_drop, database, images, image)
    except (OSError, SQLAlchemyError) as error:
        log.warning("the image %s of a removed piece stays in the store: %s", row.sha256, error)


async def remove_oldest(database: Database, images: ImageStore, *, max_bytes: int, now_ms: int) -> int:
    """Remove the oldest generated pieces until the living ones have at most `max_bytes`; return how many went.

    Never a bundled or an imported one, nor one made within the last day or fresh: those may be more than `max_bytes`.
    """
    removed = 0
    if await database.read(_bytes_generated) > max_bytes:
        remove_one = partial(_remove_one, max_bytes=max_bytes, now_ms=now_ms)
        while (row := await database.write(remove_one)) is not None:
            removed += 1
            await delete_unused(database, images, row)
    if removed:
        log.info(
            "%d generated pieces were removed: the images of all have to fit into %d MB", removed, max_bytes // 10**6
        )
    return removed


async def sweep(database: Database, images: ImageStore, *, now_ms: int) -> int:
    """Delete the files of this hour's shard that no living piece names; return how many. All shards take 11 days.

    Files of the last day stay: their piece may still be on its way.
    """
    shard = SHARDS[now_ms // HOUR_MS % len(SHARDS)]
    deleted = await asyncio.to_thread(_sweep, database, images, shard, before_ms=now_ms - KEPT_MS)
    if deleted:
        log.info("%d image files that no piece has were deleted", deleted)
    return deleted


def _generated() -> ColumnElement[bool]:
    """As literals: by a parameter, neither database could tell that the partial index serves."""
    origin = literal(Origin.GENERATED.value, literal_execute=True)
    return and_(artworks.c.origin == origin, artworks.c.lane != DEMO_LANE, artworks.c.removed_at.is_(None))


def _oldest(now_ms: int) -> Select[Any]:
    is_old = and_(artworks.c.created_at < now_ms - KEPT_MS, func.coalesce(artworks.c.fresh_until, 0) <= now_ms)
    return select(artworks.c.id).where(_generated(), is_old).order_by(artworks.c.id).limit(1)


_SUM: Final = select(func.coalesce(func.sum(artworks.c.byte_count), 0)).where(_generated())


def _bytes_generated(connection: Connection) -> int:
    return int(connection.execute(_SUM).scalar_one())


def _remove_one(connection: Connection, *, max_bytes: int, now_ms: int) -> AnyRow | None:
    """Remove the oldest piece if there are too many bytes; one process at a time, so that none removes on old sums."""
    store_artworks.hold_lane(connection, REMOVED_LANE)
    if _bytes_generated(connection) <= max_bytes:
        return None
    found = connection.scalar(_oldest(now_ms))
    return None if found is None else store_pieces.remove(connection, artwork_id=found, now_ms=now_ms)


def _sweep(database: Database, images: ImageStore, shard: str, *, before_ms: int) -> int:
    born_ms = database.read_now(lambda connection: connection.scalar(select(func.min(users.c.created_at))))
    if born_ms is None:
        return 0
    deleted = 0
    old = (image for image in images.list(shard) if born_ms <= image.put_at < before_ms)
    for some in _batches(old):
        used = database.read_now(partial(_used_among, some=some))
        for image in some:
            if (image.sha256, image.media_type) not in used:
                deleted += _drop(database, images, image)
    return deleted


def _batches(found: Iterator[StoredImage]) -> Iterator[Sequence[StoredImage]]:
    while some := list(islice(found, LOOKED_UP)):
        yield some


def _used_among(connection: Connection, *, some: Sequence[StoredImage]) -> set[tuple[str, str]]:
    named = dialect.one_of_texts(artworks.c.sha256)
    query = select(artworks.c.sha256, artworks.c.media_type).where(named, artworks.c.removed_at.is_(None))
    rows = connection.execute(query, {"texts": [image.sha256 for image in some]})
    return {(row.sha256, row.media_type) for row in rows}


def _drop(database: Database, images: ImageStore, image: StoredImage) -> bool:
    """Delete a file that no living piece has; tell whether it is gone."""
    is_used = partial(_is_used, image=image)
    if database.read_now(is_used):
        return False
    data = None
    if image.byte_count:
        with suppress(ImageMissing):
            data = images.read(image.sha256, image.media_type, 0, image.byte_count)
    images.delete(image.sha256, image.media_type)
    if data is not None and database.read_now(is_used):
        images.put(data, image.media_type)
        return False
    return True


def _is_used(connection: Connection, *, image: StoredImage) -> bool:
    same = (artworks.c.sha256 == image.sha256, artworks.c.media_type == image.media_type)
    return bool(connection.execute(select(exists().where(*same, artworks.c.removed_at.is_(None)))).scalar())
