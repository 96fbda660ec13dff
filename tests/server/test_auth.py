"""Tokens: believed for a second, ended everywhere within two, looked up without the database in between."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from kiosk.protocol.pairing import GRANT_TYPE
from kiosk.server import auth, store_people
from kiosk.server.auth import BELIEVED_S, WRONG_WINDOW_S
from kiosk.storage import engine
from tests.server.harness import DEADLINE_S, Kiosk, kiosk_on, until
from tests.server.postgres import MIGRATED, Cluster

pytestmark = pytest.mark.anyio


def reads_on(kiosk: Kiosk) -> list[str]:
    """The queries that are made from now on, but for those that look for a waiting job, which come when they like."""
    statements: list[str] = []

    @event.listens_for(kiosk.services.database._reader, "before_cursor_execute")
    def _count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("SELECT") and "FROM jobs" not in statement:
            statements.append(statement)

    return statements


async def test_a_believed_token_costs_no_read(tmp_path: Path) -> None:
    """Within `BELIEVED_S` of an answer the database is not asked again; after it, once."""
    async with kiosk_on(tmp_path) as kiosk:
        token = await kiosk.new_user("mara")
        statements = reads_on(kiosk)
        for asked in (1, 1, 1):
            assert await kiosk.services.authenticator.principal(token) is not None
            assert len(statements) == asked
        kiosk.clock.advance(BELIEVED_S + 0.1)
        assert await kiosk.services.authenticator.principal(token) is not None
        assert len(statements) == 2


async def test_a_wrong_token_that_has_to_wait_costs_no_read(tmp_path: Path) -> None:
    """Told to wait, the same token is not looked up again, as a bearer or a device code; a good one never waits."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("wrong") as stranger, kiosk.client("") as nobody:
        token = await kiosk.new_user("mara")
        poll = {"grant_type": GRANT_TYPE, "device_code": "wrong"}

        async def ask() -> list[int]:
            return [
                (await stranger.get("/api/usage")).status_code,
                (await nobody.post("/api/device/token", json=poll)).status_code,
                (await nobody.post("/pair/sign-in", data={"token": "wrong"})).status_code,
            ]

        statements = reads_on(kiosk)
        assert await ask() == [401, 400, 403]
        while await ask() != [429] * 3:
            assert len(statements) < 50
        statements.clear()
        for _ in range(10):
            assert await ask() == [429] * 3
        assert statements == []
        async with kiosk.client(token) as display:
            assert (await display.get("/api/usage")).status_code == 200
        kiosk.clock.advance(WRONG_WINDOW_S)
        assert await ask() == [401, 400, 403]


async def test_a_token_that_was_wrong_may_become_good(tmp_path: Path) -> None:
    """What was found wrong is looked up again while its address need not wait."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("given-later") as display:
        assert (await display.get("/api/usage")).status_code == 401
        await kiosk.services.database.write(
            lambda connection: store_people.add_token(connection, token="given-later", user_id=1, now_ms=0)
        )
        assert (await display.get("/api/usage")).status_code == 200


async def test_what_is_believed_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many tokens come by, only so many answers are kept."""
    monkeypatch.setattr(auth, "_REMEMBERED_MAX", 3)
    async with kiosk_on(tmp_path) as kiosk:
        for number in range(6):
            token = await kiosk.new_user(f"user-{number}")
            assert await kiosk.services.authenticator.principal(token) is not None
        assert len(kiosk.services.authenticator._believed) == 3


async def test_a_revoked_display_is_out_at_every_server(tmp_path: Path, postgres_cluster: Cluster) -> None:
    """Revoked at one server process, it is out there at once and two seconds later at another that believed it."""
    with postgres_cluster.database(MIGRATED) as url:
        async with (
            kiosk_on(tmp_path / "a", database_url=url) as here,
            kiosk_on(tmp_path / "b", database_url=url) as there,
            here.admin() as admin,
        ):
            token = await here.new_user("mara")
            async with here.client(token) as at_here, there.client(token) as at_there:
                for client in (at_here, at_there):
                    assert (await client.get("/api/usage")).status_code == 200
                devices = {device["name"]: device["id"] for device in (await admin.get("/api/admin/devices")).json()}
                assert (await admin.delete(f"/api/admin/devices/{devices['mara-display']}")).status_code == 200
                assert (await at_here.get("/api/usage")).status_code == 401
                there.clock.advance(2)
                assert (await at_there.get("/api/usage")).status_code == 401


async def test_a_note_that_cannot_be_made_refuses_nobody(tmp_path: Path) -> None:
    """When the database takes no note of a display's visit, its calls are answered all the same."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        refuse = "CREATE TRIGGER full BEFORE UPDATE ON devices BEGIN SELECT RAISE(FAIL, 'disk full'); END"
        await kiosk.services.database.write(lambda connection: connection.execute(text(refuse)))
        assert (await display.get("/api/usage")).status_code == 200


@pytest.mark.parametrize("what", ["users", "devices"])
async def test_of_two_servers_adding_a_name_at_once_one_is_told(
    tmp_path: Path, postgres_cluster: Cluster, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The second waits for the first one's transaction, then says that the name is taken."""
    monkeypatch.setattr(engine, "LOCK_TIMEOUT_MS", 1_000 * DEADLINE_S)
    with postgres_cluster.database(MIGRATED) as url:
        async with kiosk_on(tmp_path, database_url=url) as kiosk, kiosk.admin() as admin:
            body = {"name": "hall", "user": "wall"} if what == "devices" else {"name": "hall"}
            with kiosk.services.database._writer.connect() as first, first.begin():
                if what == "users":
                    store_people.add_user(first, name="hall", now_ms=0)
                else:
                    store_people.add_device(first, name="hall", user="wall", token="t", now_ms=0)
                async with asyncio.TaskGroup() as group:
                    second = group.create_task(admin.post(f"/api/admin/{what}", json=body))
                    await until(lambda: waiting(postgres_cluster, url) == 1, "the second waits")
                    first.commit()
            assert second.result().status_code == 409
            assert second.result().json()["code"] == "name_taken"


async def test_a_locked_user_can_still_be_referred_to(tmp_path: Path, postgres_cluster: Cluster) -> None:
    """While one transaction holds a user, another can add rows of that user, but not hold the user as well."""
    with postgres_cluster.database(MIGRATED) as url:
        async with kiosk_on(tmp_path, database_url=url) as kiosk:
            database = kiosk.services.database
            user_id = database.read_now(lambda connection: store_people.list_users(connection)[0].id)

            def add(connection: Connection) -> None:
                connection.execute(text("SET LOCAL lock_timeout = '100ms'"))
                store_people.add_token(connection, token="new", user_id=user_id, now_ms=0)

            def hold(connection: Connection) -> None:
                connection.execute(text("SET LOCAL lock_timeout = '100ms'"))
                store_people.lock_user(connection, user_id)

            with database._writer.connect() as first, first.begin():
                store_people.lock_user(first, user_id)
                await database.write(add)
                with pytest.raises(OperationalError, match="lock timeout"):
                    await database.write(hold)
            await database.write(hold)


def waiting(cluster: Cluster, url: str) -> int:
    """How many connections to a database wait for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"
    with cluster.connect() as connection:
        row = connection.execute(query, [url.rpartition("/")[2]]).fetchone()
        assert row is not None
        return int(row[0])
