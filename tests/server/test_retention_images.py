"""What leaves the image store: the oldest generated pieces, when all of them are too many."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from kiosk.domain.artworks import Origin
from kiosk.domain.ids import new_id
from kiosk.server import store_artworks
from kiosk.server.moments import DAY_MS, HOUR_MS
from kiosk.server.retention_images import STEP, remove_oldest
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.tables import PUBLIC_LANE, artworks
from kiosk.server.wiring import RETENTION_EVERY_S
from tests.server.harness import Kiosk, kiosk_on, picture, until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("each_database")]

BYTES = len(picture(100))


async def add(kiosk: Kiosk, numbers: range, *, age_ms: int, origin: Origin = Origin.GENERATED) -> None:
    """Add the pieces of these numbers, made that long ago, the last of them on top."""
    pieces = []
    for number in numbers:
        data = picture(number)
        sha256 = kiosk.services.images.put(data, "image/jpeg")
        pieces.append(NewArtwork(new_id(), sha256, len(data), 32, 18, "image/jpeg", f"{number}", "", origin))

    def insert(connection: Connection) -> None:
        made = kiosk.services.now_ms() - age_ms
        for piece in pieces:
            store_artworks.insert(
                connection, piece, lane=PUBLIC_LANE, created_by=None, created_at=made, fresh_until=made + HOUR_MS
            )

    await kiosk.services.database.write(insert)


async def living(kiosk: Kiosk) -> list[str]:
    """The titles of the pieces that are there, oldest first."""
    query = select(artworks.c.title).where(artworks.c.removed_at.is_(None)).order_by(artworks.c.id)
    return await kiosk.services.database.read(lambda connection: list(connection.scalars(query)))


def waits(kiosk: Kiosk) -> bool:
    """Tell whether the upkeep of images has just begun its pause."""
    return RETENTION_EVERY_S in kiosk.clock.sleeping


async def clean(kiosk: Kiosk, pieces_kept: int) -> int:
    """Let the store hold so many pieces of the test's."""
    services = kiosk.services
    return await remove_oldest(
        services.database, services.images, max_bytes=pieces_kept * BYTES, now_ms=services.now_ms()
    )


async def test_the_oldest_generated_pieces_go_with_their_files(tmp_path: Path) -> None:
    """As many as it takes, in more than one step; then nothing more; the files of the others stay."""
    async with kiosk_on(tmp_path) as kiosk:
        await add(kiosk, range(100, 150), age_ms=2 * DAY_MS)
        assert await clean(kiosk, 50) == 0
        assert await clean(kiosk, 3) == 47 > 2 * STEP
        assert await living(kiosk) == ["147", "148", "149"]
        files = {path.read_bytes() for path in (tmp_path / "server" / "images").rglob("*.jpg")}
        assert files == {picture(number) for number in range(147, 150)}
        assert await clean(kiosk, 3) == 0


async def test_what_is_young_imported_or_bundled_stays(tmp_path: Path) -> None:
    """Whatever the bound: pieces of the last day, imports, and the bundled ones are never touched nor counted."""
    async with kiosk_on(tmp_path, with_demo=True) as kiosk:
        bundled = await living(kiosk)
        await add(kiosk, range(100, 102), age_ms=9 * DAY_MS, origin=Origin.IMPORTED)
        await add(kiosk, range(102, 104), age_ms=2 * DAY_MS)
        await add(kiosk, range(104, 106), age_ms=DAY_MS - HOUR_MS)
        assert await clean(kiosk, 4) == 0
        assert await clean(kiosk, 0) == 2
        assert await living(kiosk) == [*bundled, "100", "101", "104", "105"]


async def test_a_running_server_keeps_its_bound(tmp_path: Path) -> None:
    """`generated_max_mb` is kept without being asked; 0 keeps everything."""
    for bound, left in ((0, 3), (1, 0)):
        async with kiosk_on(tmp_path / f"bound-{bound}", generated_max_mb=bound) as kiosk:
            await add(kiosk, range(100, 103), age_ms=2 * DAY_MS)
            await kiosk.services.database.write(
                lambda connection: connection.execute(artworks.update().values(byte_count=2_000_000))
            )
            await until(partial(waits, kiosk), "upkeep waits")
            kiosk.clock.advance(RETENTION_EVERY_S)
            await until(partial(waits, kiosk), "upkeep has gone round")
            assert len(await living(kiosk)) == left
