"""What leaves the image store: files of pieces that were removed, and the oldest generated pieces when there are many.

The file goes after the commit that removed its last piece. The same bytes may come again at that moment, by a call that
found the file still there: so who adds a piece puts its image once more after the commit, and who deletes one looks
once more afterwards. Whichever is last finds the piece and the file, or neither.
"""

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from kiosk.domain.artworks import Origin
from kiosk.server import store_pieces
from kiosk.server.database import Database
from kiosk.server.images import ImageMissing, ImageStore
from kiosk.server.moments import DAY_MS
from kiosk.server.tables import DEMO_LANE, AnyRow, artworks

log = logging.getLogger(__name__)

KEPT_MS: Final = DAY_MS
STEP: Final = 20  # pieces removed at once: no other writer waits longer than for so many


async def delete_unused(database: Database, images: ImageStore, row: AnyRow) -> None:
    """Delete a removed piece's image file unless a living piece has the same bytes. Its faults are logged."""

    def drop() -> None:
        if database.read_now(lambda connection: _is_used(connection, row)):
            return
        data = None
        with suppress(ImageMissing):
            data = images.read(row.sha256, row.media_type, 0, row.byte_count)
        images.delete(row.sha256, row.media_type)
        if data is not None and database.read_now(lambda connection: _is_used(connection, row)):
            images.put(data, row.media_type)

    try:
        await asyncio.to_thread(drop)
    except OSError as error:
        log.warning("the image %s of a removed piece stays in the store: %s", row.sha256, error)


async def remove_oldest(database: Database, images: ImageStore, *, max_bytes: int, now_ms: int) -> int:
    """Remove the oldest generated pieces until the living ones have at most `max_bytes`; return how many went.

    Never a bundled or an imported one, nor one made within the last day or fresh: those may be more than `max_bytes`.
    """
    excess = await database.read(_bytes_generated) - max_bytes
    removed = 0
    while excess > 0:
        rows = await database.write(partial(_remove_some, excess=excess, now_ms=now_ms))
        if not rows:
            break
        for row in rows:
            await delete_unused(database, images, row)
            excess -= row.byte_count
        removed += len(rows)
    if removed:
        log.info(
            "%d generated pieces were removed: the images of all have to fit into %d MB", removed, max_bytes // 10**6
        )
    return removed


def _generated() -> ColumnElement[bool]:
    return and_(
        artworks.c.origin == Origin.GENERATED.value, artworks.c.lane != DEMO_LANE, artworks.c.removed_at.is_(None)
    )


def _bytes_generated(connection: Connection) -> int:
    return int(
        connection.execute(select(func.coalesce(func.sum(artworks.c.byte_count), 0)).where(_generated())).scalar_one()
    )


def _remove_some(connection: Connection, *, excess: int, now_ms: int) -> list[AnyRow]:
    """Remove the oldest pieces, at most `STEP` and no more than it takes to be rid of `excess` bytes."""
    is_old = and_(artworks.c.created_at < now_ms - KEPT_MS, func.coalesce(artworks.c.fresh_until, 0) <= now_ms)
    oldest = select(artworks).where(_generated(), is_old).order_by(artworks.c.id).limit(STEP)
    removed: list[AnyRow] = []
    for row in connection.execute(oldest).all():
        if excess <= 0:
            break
        removed.append(store_pieces.remove(connection, artwork_id=row.id, now_ms=now_ms))
        excess -= row.byte_count
    return removed


def _is_used(connection: Connection, row: AnyRow) -> bool:
    same = (artworks.c.sha256 == row.sha256, artworks.c.media_type == row.media_type, artworks.c.removed_at.is_(None))
    return bool(connection.execute(select(exists().where(*same))).scalar())
