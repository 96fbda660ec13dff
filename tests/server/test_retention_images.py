"""What leaves the image store: the oldest generated pieces, when all of them are too many, and files of no piece."""

import asyncio
import os
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Executable, event, select, text, update

from kiosk.domain.artworks import Origin
from kiosk.domain.ids import new_id
from kiosk.server import store_artworks
from kiosk.server.images import SHARDS, hash_of, key_of
from kiosk.server.images_folder import ImageFolder
from kiosk.server.moments import DAY_MS, HOUR_MS
from kiosk.server.retention_images import _SUM, _oldest, delete_unused, remove_oldest, sweep
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.tables import PUBLIC_LANE, artworks, users
from kiosk.server.wiring import RETENTION_EVERY_S
from tests.server.harness import Kiosk, kiosk_on, picture, until, upload

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
    """As many as it takes; then nothing more; the files of the others stay."""
    async with kiosk_on(tmp_path) as kiosk:
        await add(kiosk, range(100, 150), age_ms=2 * DAY_MS)
        assert await clean(kiosk, 50) == 0
        assert await clean(kiosk, 3) == 47
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


async def test_many_servers_remove_no_more_than_one(tmp_path: Path) -> None:
    """Four that find too many at the same time remove together what one would."""
    async with kiosk_on(tmp_path) as kiosk:
        await add(kiosk, range(100, 130), age_ms=2 * DAY_MS)
        assert sum(await asyncio.gather(*(clean(kiosk, 20) for _ in range(4)))) == 10
        assert await living(kiosk) == [str(number) for number in range(110, 130)]


async def test_one_piece_goes_in_one_transaction(tmp_path: Path) -> None:
    """A removal ends with the events' counter; whoever takes it holds no other lane's pieces to wait for."""
    moved: list[int] = [0]
    async with kiosk_on(tmp_path) as kiosk:
        await add(kiosk, range(100, 105), age_ms=2 * DAY_MS)

        def watch(connection: Connection) -> None:
            event.listen(connection.engine, "commit", lambda _: moved.append(0))
            event.listen(connection.engine, "before_cursor_execute", note)

        def note(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
            moved[-1] += statement.startswith("UPDATE artworks")

        await kiosk.services.database.write(watch)
        assert await clean(kiosk, 1) == 4
    assert max(moved) == 1
    assert sum(moved) == 4


async def test_the_sum_and_the_oldest_come_from_their_index(tmp_path: Path) -> None:
    """Among many other pieces, the sum reads nothing but the index, and the oldest is its first entry."""

    def plan(connection: Connection, statement: Executable) -> str:
        is_sqlite = connection.dialect.name == "sqlite"
        sent = str(statement.compile(connection, compile_kwargs={"render_postcompile": True}))  # type: ignore[attr-defined]
        assert "'generated'" in sent
        whole = statement.compile(connection, compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined]
        if not is_sqlite:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {whole}"))

    async with kiosk_on(tmp_path) as kiosk:
        await add(kiosk, range(100, 400), age_ms=2 * DAY_MS, origin=Origin.IMPORTED)
        await add(kiosk, range(400, 410), age_ms=2 * DAY_MS)
        database = kiosk.services.database
        await database.write(lambda connection: connection.execute(text("ANALYZE")))
        total = await database.write(partial(plan, statement=_SUM))
        first = await database.write(partial(plan, statement=_oldest(kiosk.services.now_ms())))
    assert "COVERING INDEX ix_artworks_generated" in total or "Index Only Scan using ix_artworks_generated" in total
    assert "ix_artworks_generated" in first
    assert "Sort" not in first
    assert "TEMP B-TREE" not in first


def put_at(root: Path, data: bytes, at_ms: int) -> Path:
    """Put an image into a folder, as if at that time."""
    path = root / key_of(ImageFolder(root).put(data, "image/jpeg"), "image/jpeg")
    os.utime(path, ns=(at_ms * 1_000_000, at_ms * 1_000_000))
    return path


async def sweep_all(kiosk: Kiosk, root: Path) -> int:
    """Go once through all shards, at the kiosk's time or up to eleven days later."""
    services = kiosk.services
    hours = [services.now_ms() + number * HOUR_MS for number in range(len(SHARDS))]
    return sum([await sweep(services.database, ImageFolder(root), now_ms=now_ms) for now_ms in hours])


async def test_files_that_no_piece_has_are_swept(tmp_path: Path) -> None:
    """Within eleven days all of them are gone; those of pieces, the young, and what is older than the database stay."""
    root = tmp_path / "server" / "images"
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        now_ms = kiosk.services.now_ms()
        await kiosk.services.database.write(
            lambda connection: connection.execute(update(users).values(created_at=now_ms - 90 * DAY_MS))
        )
        for number in range(3):
            await upload(display, number)
        kept = [put_at(root, picture(number), now_ms - 9 * DAY_MS) for number in range(3)]
        lost = [put_at(root, picture(number), now_ms - 9 * DAY_MS) for number in range(10, 30)]
        young = [put_at(root, picture(number), now_ms + 10 * DAY_MS) for number in range(30, 33)]
        others = [put_at(root, picture(number), now_ms - 91 * DAY_MS) for number in range(40, 43)]
        assert await sweep_all(kiosk, root) == len(lost)
        assert not [path for path in lost if path.exists()]
        assert [path for path in (*kept, *young, *others) if not path.exists()] == []
        assert await sweep_all(kiosk, root) == 0


async def test_a_running_server_sweeps(tmp_path: Path) -> None:
    """Every hour a shard, without being asked, as the clock says which."""
    async with kiosk_on(tmp_path) as kiosk:
        now_ms = kiosk.services.now_ms()
        await kiosk.services.database.write(lambda connection: connection.execute(update(users).values(created_at=0)))
        shard = SHARDS[(now_ms // HOUR_MS + 1) % len(SHARDS)]
        number = next(number for number in count() if hash_of(picture(number)).startswith(shard))
        path = put_at(tmp_path / "server" / "images", picture(number), now_ms - 2 * DAY_MS)
        await until(partial(waits, kiosk), "upkeep waits")
        kiosk.clock.advance(RETENTION_EVERY_S)
        await until(lambda: not path.exists(), "the file is gone")


async def test_a_fault_of_the_database_leaves_the_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever removed the piece has removed it: what cannot be looked up then is logged, not raised."""
    async with kiosk_on(tmp_path) as kiosk:
        database, images = kiosk.services.database, kiosk.services.images
        await add(kiosk, range(1, 2), age_ms=0)
        row = await database.read(lambda connection: connection.execute(select(artworks)).one())
        await database.write(lambda connection: connection.execute(text("ALTER TABLE artworks RENAME TO elsewhere")))
        await delete_unused(database, images, row)
        assert images.read(row.sha256, row.media_type, 0, row.byte_count) == picture(1)
    assert "stays in the store" in caplog.text
