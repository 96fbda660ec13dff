"""The call that streams a backup."""

import asyncio
import threading
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection

from kiosk.server import backup, dialect_copy
from kiosk.server.backup_check import check
from tests.fakes.clock import LoopClock
from tests.server.backups import noise
from tests.server.harness import Painter, Served, kiosk_on, problem_of, served_on, until, upload

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("each_database")]

LIMIT_S = 60  # to what ends by a signal long before, unless something is wrong
STEP_S = 0.1


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


async def test_a_stop_does_not_wait_for_a_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A server told to stop amid a copy of the database that does not end is gone, without a fault in its log."""
    copying = threading.Event()

    def endless(connection: Connection, file: Path, *, stopping: dialect_copy.Stopping) -> None:
        def only_when_told() -> bool:
            copying.set()
            for _ in range(round(LIMIT_S / STEP_S)):
                if stopping():
                    return True
                threading.Event().wait(STEP_S)
            return False

        dialect_copy.snapshot(connection, file, stopping=only_when_told)

    monkeypatch.setattr(dialect_copy, "PAGES", 1)
    monkeypatch.setattr(backup, "snapshot", endless)
    async with asyncio.TaskGroup() as group, served_on(tmp_path, clock=LoopClock(), renderer=Painter()) as served:
        group.create_task(broken_off(served))
        await until(copying.is_set, "the copy has begun")
        assert list((tmp_path / "server").glob(".backup-*/kiosk.db"))
    await until(lambda: not list((tmp_path / "server").glob(".backup-*")), "the copy is gone")
    assert "generator already executing" not in caplog.text


async def test_one_backup_is_made_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for another meanwhile gets 409, and one when the first has ended; then the next call is answered."""
    gate = threading.Event()

    def waiting(connection: Connection, file: Path, *, stopping: dialect_copy.Stopping) -> None:
        gate.wait(LIMIT_S)
        dialect_copy.snapshot(connection, file, stopping=stopping)

    monkeypatch.setattr(backup, "snapshot", waiting)
    async with kiosk_on(tmp_path) as kiosk, kiosk.admin() as admin:
        async with asyncio.TaskGroup() as group:
            first = group.create_task(admin.get("/api/admin/backup"))
            await until(lambda: list((tmp_path / "server").glob(".backup-*")), "the first has begun")
            reply = await admin.get("/api/admin/backup")
            assert (reply.status_code, problem_of(reply)["code"]) == (409, "backup_running")
            gate.set()
        assert first.result().status_code == 200
        for _ in range(3):
            assert (await admin.get("/api/admin/backup")).status_code == 200


async def broken_off(served: Served) -> None:
    """Ask for a backup that does not come to its end."""
    async with served.client(served.services.admin_token) as admin:
        with pytest.raises(httpx.HTTPError):
            await admin.get("/api/admin/backup")
