"""The call that streams a backup."""

from pathlib import Path

import pytest

from kiosk.server.backup_check import check
from tests.fakes.clock import LoopClock
from tests.server.backups import noise
from tests.server.harness import Painter, kiosk_on, problem_of, served_on, until, upload

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("each_database")]


async def test_an_administrator_gets_a_whole_backup(tmp_path: Path) -> None:
    """A tar with every piece, from either database; nothing is left behind of its making."""
    async with kiosk_on(tmp_path / "data") as kiosk, kiosk.client() as display, kiosk.admin() as admin:
        for number in range(3):
            await upload(display, number)
        reply = await admin.get("/api/admin/backup")
        assert (reply.status_code, reply.headers["content-type"]) == (200, "application/x-tar")
        (tmp_path / "wall.tar").write_bytes(reply.content)
        manifest = check(tmp_path / "wall.tar", database_to=None, on_bytes=lambda _: None)
        assert (manifest.counts["artworks"], manifest.images, manifest.missing) == (3, 3, 0)
        assert not list((tmp_path / "data" / "server").glob(".backup-*"))


async def test_nobody_else_does(tmp_path: Path) -> None:
    """A display of a user is refused, and so is who has no token."""
    async with kiosk_on(tmp_path) as kiosk:
        for token, status in ((await kiosk.new_user("mara"), 403), ("", 401)):
            async with kiosk.client(token) as theirs:
                reply = await theirs.get("/api/admin/backup")
                assert reply.status_code == status
                problem_of(reply)


async def test_who_leaves_amid_it_leaves_nothing_behind(tmp_path: Path) -> None:
    """The database's copy goes when the client does, and the server answers on."""
    async with served_on(tmp_path, clock=LoopClock(), renderer=Painter()) as served:
        async with served.client(served.services.admin_token) as admin:
            for seed in range(8):
                files = {"file": ("noise.png", noise(seed))}
                assert (await admin.post("/api/artworks", files=files)).status_code == 201
            async with admin.stream("GET", "/api/admin/backup") as response:
                assert await anext(response.aiter_bytes(1_000))
                assert list((tmp_path / "server").glob(".backup-*"))
        await until(lambda: not list((tmp_path / "server").glob(".backup-*")), "the copy is gone")
        async with served.client() as display:
            assert (await display.get("/api/artworks/stats")).status_code == 200
