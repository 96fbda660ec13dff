"""The door for commands over the network: who gets in, what is refused, and that it never holds up the wall."""

import asyncio
import contextlib
import itertools
import logging
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from kiosk.app.http_calls import BODY_MAX_BYTES, WRONG_TOKENS_MAX
from kiosk.app.http_door import HttpDoor, Wish
from kiosk.domain.errors import KioskError, ServerUnreachable
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.anyio
TOKEN = "open-sesame"  # a sham
LIMIT_S = 60.0
PORTS = itertools.count(20_000 + os.getpid() % 100 * 120)


def free_port() -> int:
    """A free port below those the kernel gives away by itself: nobody takes it before the door does."""
    while True:
        port = next(PORTS)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class House:
    """A door with handlers that note what came, on which thread; `wish` is what the operator has set."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.threads: set[int] = set()
        self.trouble: Exception | None = None
        self.wish = Wish(free_port(), "127.0.0.1", TOKEN)
        names = ("status", "snapshot", "vote", "label", "next", "previous", "pause", "resume", "sleep", "wake")
        handlers = dict.fromkeys(names, self.handle)
        self.door = HttpDoor(handlers, wish=lambda: self.wish, clock=FakeClock())

    async def handle(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        self.threads.add(threading.get_ident())
        self.asked.append((request["command"], request.get("value")))
        if self.trouble is not None:
            raise self.trouble
        if request["command"] == "snapshot":
            await asyncio.to_thread(Path(request["path"]).write_bytes, b"\x89PNG of the wall")
        return {"text": request["command"]}

    def client(self, token: str = TOKEN) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.wish.port}", headers=headers, timeout=LIMIT_S)

    async def settles(self, condition: Callable[[], bool]) -> None:
        """Wait until the door has come to this."""
        async with asyncio.timeout(LIMIT_S):
            while not condition():  # noqa: ASYNC110 - the door tells nobody
                await asyncio.sleep(0.01)

    async def set(self, wish: Wish) -> None:
        """Change the settings."""
        self.wish = wish
        self.door.look_again()


@asynccontextmanager
async def open_house(*, closed: bool = False) -> AsyncIterator[House]:
    """A house whose door is open, unless it is to stay closed."""
    house = House()
    if closed:
        house.wish = replace(house.wish, token="")
    async with asyncio.TaskGroup() as group:
        running = group.create_task(house.door.run())
        await house.settles(lambda: house.door.port != 0 or house.door.fault != "")
        try:
            yield house
        finally:
            running.cancel()


def problem(reply: httpx.Response) -> tuple[int, str]:
    """Status and code of a reply that is a problem, in full."""
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["cache-control"] == "no-store"
    told = reply.json()
    assert told.keys() >= {"type", "title", "status", "detail", "code"}
    assert told["status"] == reply.status_code
    return reply.status_code, told["code"]


async def test_commands_reach_the_wall_on_its_own_thread() -> None:
    """Every call becomes its command with its value, on the display's loop; what it says comes back."""
    async with open_house() as house, house.client() as client:
        for command in ("next", "previous", "pause", "resume", "sleep", "wake", "label"):
            reply = await client.post(f"/api/{command}")
            assert (reply.status_code, reply.json()) == (200, {"text": command})
            assert reply.headers["cache-control"] == "no-store"
        assert (await client.post("/api/vote", json={"value": -1})).status_code == 200
        assert (await client.post("/api/label", json={"value": "off"})).status_code == 200
        assert (await client.get("/api/status")).json() == {"text": "status"}
        picture = await client.get("/api/snapshot")
        assert (picture.headers["content-type"], picture.content) == ("image/png", b"\x89PNG of the wall")
    assert [name for name, _ in house.asked][:6] == ["next", "previous", "pause", "resume", "sleep", "wake"]
    assert house.asked[6:9] == [("label", "toggle"), ("vote", -1), ("label", "off")]
    assert house.threads == {threading.get_ident()}


@pytest.mark.parametrize("path", ["/api/status", "/api/next", "/", "/api/nothing", "/openapi.json"])
async def test_without_the_token_nothing_is_learnt(path: str) -> None:
    """No token, a wrong one, another scheme: 401 whatever the path, and no command is given."""
    async with open_house() as house:
        for token in ("", "wrong", TOKEN[:-1], f"{TOKEN}x"):
            async with house.client() as client:
                headers = {"Authorization": f"Bearer {token}" if token else ""}
                assert problem(await client.post(path, headers=headers)) == (401, "unauthorized")
        async with house.client() as client:
            reply = await client.get(path, headers={"Authorization": f"Basic {TOKEN}"})
            assert problem(reply) == (401, "unauthorized")
            assert reply.headers["www-authenticate"].startswith("Bearer")
    assert house.asked == []


async def test_guessing_is_slowed_down_and_the_owner_never_waits() -> None:
    """After twenty wrong tokens a guesser is told to wait; the right token is taken all the same."""
    async with open_house() as house:
        async with house.client("guess") as client:
            for _ in range(WRONG_TOKENS_MAX):
                assert (await client.get("/api/status")).status_code == 401
            reply = await client.get("/api/status")
            assert problem(reply) == (429, "too_many_wrong_tokens")
            assert int(reply.headers["retry-after"]) >= 1
        async with house.client() as client:
            assert (await client.get("/api/status")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/api/nothing", b"", (404, "not_found")),
        ("POST", "/api/next/", b"", (404, "not_found")),
        ("GET", "/api/next", b"", (405, "method_not_allowed")),
        ("POST", "/api/status", b"", (405, "method_not_allowed")),
        ("POST", "/api/vote", b"", (400, "malformed")),
        ("POST", "/api/vote", b"{", (400, "malformed")),
        ("POST", "/api/vote", b"\xff\xfe", (400, "malformed")),
        ("POST", "/api/vote", b"[" * 1000, (400, "malformed")),
        ("POST", "/api/vote", b"[1]", (422, "invalid")),
        ("POST", "/api/vote", b"{}", (422, "invalid")),
        ("POST", "/api/vote", b'{"value":0}', (422, "invalid")),
        ("POST", "/api/vote", b'{"value":true}', (422, "invalid")),
        ("POST", "/api/vote", b'{"value":[1]}', (422, "invalid")),
        ("POST", "/api/label", b'{"value":"maybe"}', (422, "invalid")),
        ("POST", "/api/label", b'{"value":{}}', (422, "invalid")),
        ("POST", "/api/next", b"x" * (BODY_MAX_BYTES + 1), (413, "too_large")),
        ("POST", "/api/vote", b"x" * (BODY_MAX_BYTES + 1), (413, "too_large")),
    ],
)
async def test_what_is_wrong_is_said(method: str, path: str, body: bytes, expected: tuple[int, str]) -> None:
    """Each fault has its status and its code, as a problem, and gives no command."""
    async with open_house() as house, house.client() as client:
        assert problem(await client.request(method, path, content=body)) == expected
    assert house.asked == []


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (KioskError("The wall is asleep.", code="asleep"), (409, "asleep")),
        (KioskError("Nothing there.", code="no_piece"), (409, "no_piece")),
        (ServerUnreachable("No answer."), (503, "server_unreachable")),
        (ZeroDivisionError(), (500, "internal")),
    ],
)
async def test_a_no_of_the_wall_is_passed_on(
    trouble: Exception, expected: tuple[int, str], caplog: pytest.LogCaptureFixture
) -> None:
    """A wall asleep is a conflict, a server gone is no service, a bug of ours says so; the door stays open."""
    async with open_house() as house, house.client() as client:
        house.trouble = trouble
        assert problem(await client.post("/api/next")) == expected
        house.trouble = None
        assert (await client.post("/api/next")).status_code == 200


async def test_a_wall_held_up_does_not_hold_up_the_door() -> None:
    """While the display's loop does something else, callers without the token are still answered."""
    async with open_house() as house:
        answers: list[int] = []

        def ask() -> None:
            answers.append(httpx.get(f"http://127.0.0.1:{house.wish.port}/api/status", timeout=LIMIT_S).status_code)

        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(LIMIT_S)  # on the loop's own thread: nothing runs there meanwhile
        assert answers == [401]


async def test_without_a_token_the_port_stays_closed(caplog: pytest.LogCaptureFixture) -> None:
    """It says so once and as its fault, however often the settings are read; a token opens it."""
    with caplog.at_level(logging.INFO, logger="kiosk"):
        async with open_house(closed=True) as house:
            assert "it has no token" in house.door.fault
            with pytest.raises(httpx.ConnectError):
                async with house.client() as client:
                    await client.get("/api/status")
            house.door.look_again()
            await house.set(replace(house.wish, token=TOKEN))
            await house.settles(lambda: house.door.port == house.wish.port)
            assert house.door.fault == ""
    assert [record.levelname for record in caplog.records if "no token" in record.getMessage()] == ["WARNING"]


async def test_a_port_in_use_is_told_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    """One line names the port; once it is free the door opens there."""
    async with open_house() as house:
        with socket.create_server(("127.0.0.1", free_port())) as taken:
            port = taken.getsockname()[1]
            await house.set(replace(house.wish, port=port))
            await house.settles(lambda: house.door.fault != "")
            assert f"port {port}" in house.door.fault
            assert "use" in house.door.fault
            house.door.look_again()
        house.door.look_again()
        await house.settles(lambda: house.door.port == port)
        assert house.door.fault == ""
    assert len([record for record in caplog.records if "cannot be taken" in record.getMessage()]) == 1


async def test_new_settings_count_at_once() -> None:
    """Another token, another port, none: each is in force without a restart, and the old one is over."""
    async with open_house() as house:
        await house.set(replace(house.wish, token="another"))
        async with house.client("another") as client, house.client() as late:
            await house.settles(lambda: house.door._now.token == "another")
            assert (await client.get("/api/status")).status_code == 200
            assert (await late.get("/api/status")).status_code == 401
        before = house.wish
        port = free_port()
        await house.set(replace(before, port=port))
        await house.settles(lambda: house.door.port == port)
        async with house.client("another") as client:
            assert (await client.get("/api/status")).status_code == 200
        await house.set(replace(before, port=0))
        await house.settles(lambda: house.door.port == 0)
        for gone in (port, before.port):
            with pytest.raises(OSError, match="refused"), socket.create_connection(("127.0.0.1", gone), LIMIT_S):
                pass
