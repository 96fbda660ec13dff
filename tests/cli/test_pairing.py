"""`kiosk pair` and `kiosk token`, against real servers."""

import asyncio
import io
import json
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.cli.main import main
from kiosk.cli.pairing import poll
from kiosk.domain.errors import KioskError
from kiosk.protocol.pairing import DeviceCode, DeviceToken
from kiosk.server.api import pairing as calls
from kiosk.server.clock import SystemClock
from kiosk.server.store_pairings import Refusal
from kiosk.server.wiring import Services
from kiosk.settings.load import load
from kiosk.sync.client import ApiClient
from tests.fakes.clock import FakeClock
from tests.server.harness import Kiosk, kiosk_on, served_on, until

pytestmark = pytest.mark.anyio

LIFE_S = 900


@dataclass
class Printed:
    """What a command on another thread prints, kept to be read again and again."""

    out: io.StringIO
    err: io.StringIO

    async def code(self, before: str) -> str:
        """The code it printed after these words, on either stream."""

        def after() -> str:
            return "".join(stream.getvalue().partition(before)[2] for stream in (self.out, self.err))

        await until(lambda: "\n" in after(), "the code is shown")
        return after()[:9]


def printed_from_now_on(monkeypatch: pytest.MonkeyPatch) -> Printed:
    """Catches what is printed; a capture of pytest's would lose what is written while it is read."""
    streams = Printed(io.StringIO(), io.StringIO())
    monkeypatch.setattr(sys, "stdout", streams.out)
    monkeypatch.setattr(sys, "stderr", streams.err)
    return streams


async def test_a_wall_is_paired_and_keeps_what_it_got(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code on stderr with where to type it, one object on stdout, and settings that work with the server."""
    monkeypatch.setattr(calls, "INTERVAL_S", 1)
    printed = printed_from_now_on(monkeypatch)
    async with served_on(tmp_path / "server", clock=SystemClock()) as served:
        words = [
            "pair",
            "--server",
            f"{served.url}/",
            "--name",
            "Foyer",
            "--json",
            "--data-dir",
            str(tmp_path / "wall"),
        ]
        async with asyncio.TaskGroup() as group:
            pairing = group.create_task(asyncio.to_thread(main, words))
            code = await printed.code(f"On {served.url}/pair enter: ")
            await approve(served.services, code)
        assert pairing.result() == 0
        assert json.loads(printed.out.getvalue()) == {"server": served.url, "device": "Hall", "user": "wall"}
        server = load(tmp_path / "wall" / "settings.toml", environ={}).settings.server
        assert server.url == served.url
        async with served.client(server.token) as display:
            assert (await display.get("/api/usage")).status_code == 200


async def test_a_wall_that_is_refused_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, one line on stderr, no settings."""
    monkeypatch.setattr(calls, "INTERVAL_S", 1)
    printed = printed_from_now_on(monkeypatch)
    async with served_on(tmp_path / "server", clock=SystemClock()) as served:
        words = ["pair", "--server", served.url, "--data-dir", str(tmp_path / "wall")]
        async with asyncio.TaskGroup() as group:
            pairing = group.create_task(asyncio.to_thread(main, words))
            code = await printed.code(f"On {served.url}/pair enter: ")
            found = await served.services.pairing.find(code, address="")
            assert found is not None
            await served.services.pairing.refuse(found.user_code)
        assert pairing.result() == 1
        assert printed.out.getvalue() == f"On {served.url}/pair enter: {code}\n"
        assert printed.err.getvalue() == "kiosk: An administrator refused this display.\n"
        assert not (tmp_path / "wall" / "settings.toml").exists()


async def test_polling_goes_on_until_somebody_answers(tmp_path: Path) -> None:
    """At the interval the server gave, and slower once it says so."""
    async with polling(tmp_path) as wall:
        assert await wall.wait() == 5
        wall.pass_time(4.9)
        assert await wall.kiosk.services.pairing.poll(wall.begun.device_code) is Refusal.PENDING
        wall.pass_time(0.1)
        for _ in range(3):
            assert await wall.wait() == 10
            wall.pass_time(10)
        assert await wall.wait() == 10
        await approve(wall.kiosk.services, wall.begun.user_code)
        wall.pass_time(10)
        paired = await wall.task
        assert (paired.device, paired.user) == ("Hall", "wall")


async def test_a_code_nobody_enters_expires(tmp_path: Path) -> None:
    """The command gives up with what to do next."""
    async with polling(tmp_path) as wall:
        await wall.wait()
        wall.pass_time(LIFE_S)
        with pytest.raises(KioskError, match=r"expired.*Start kiosk pair again"):
            await wall.task


async def test_a_server_out_of_reach_is_asked_ever_more_seldom(unused_port: int) -> None:
    """Until the code can be good no more; the waits double up to a minute."""
    clock, begun, waits = FakeClock(), code_of("d", "BCDF-GHJK"), []
    async with ApiClient(f"http://127.0.0.1:{unused_port}", "") as client, asyncio.TaskGroup() as group:
        task = group.create_task(failing(poll(client, begun, clock)))
        while True:
            await until(lambda: clock.sleeping or task.done(), "it sleeps or ends")
            if task.done():
                break
            waits.append(clock.sleeping[0])
            clock.advance(waits[-1])
    assert waits[:6] == [5, 10, 20, 40, 60, 60]
    assert LIFE_S <= sum(waits) <= LIFE_S + 60
    assert task.result().code == "expired_token"


@pytest.mark.parametrize("url", ["", "no address", "ftp://gallery", "http://"])
def test_an_address_that_cannot_be_is_refused_at_once(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, before anything is asked."""
    assert main(["pair", "--server", url, "--data-dir", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)


def test_admin_tokens_are_made_listed_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On the server's machine; a revoked one is listed no more, an unknown one is exit code 1."""

    def token(*words: str) -> tuple[int, object]:
        code = main(["token", *words, "--json", "--data-dir", str(tmp_path)])
        out, _ = capsys.readouterr()
        return code, json.loads(out) if out else None

    assert token("list") == (0, [])
    for _ in range(2):
        code, made = token("create", "--admin")
        assert isinstance(made, dict)
        assert (code, list(made)) == (0, ["token"])
    _, listed = token("list")
    assert isinstance(listed, list)
    assert [row.keys() for row in listed] == [{"fingerprint", "user", "createdAt"}] * 2
    assert token("revoke", listed[0]["fingerprint"]) == (0, listed[0])
    assert token("list") == (0, listed[1:])
    assert token("revoke", listed[0]["fingerprint"]) == (1, None)


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A port of this machine where nothing listens; it is kept, so that nobody else is given it meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield int(bound.getsockname()[1])


@dataclass
class Wall:
    """A wall that polls a server in this process; each has its own clock, and they go alike."""

    kiosk: Kiosk
    begun: DeviceCode
    clock: FakeClock
    task: "asyncio.Task[DeviceToken]"

    async def wait(self) -> float:
        """Return how long the wall is about to sleep, once it does."""
        await until(lambda: self.clock.sleeping, "the wall sleeps")
        return self.clock.sleeping[0]

    def pass_time(self, seconds: float) -> None:
        """Let time pass for both."""
        self.kiosk.clock.advance(seconds)
        self.clock.advance(seconds)


@asynccontextmanager
async def polling(folder: Path) -> AsyncIterator[Wall]:
    """A wall that has shown its code."""
    async with (
        kiosk_on(folder) as kiosk,
        ApiClient("http://kiosk.test", "", transport_app=kiosk.app) as client,
    ):
        begun, clock = await client.device_code("Foyer"), FakeClock()
        task = asyncio.get_running_loop().create_task(poll(client, begun, clock))
        try:
            yield Wall(kiosk, begun, clock, task)
        finally:
            task.cancel()


async def approve(services: Services, user_code: str) -> None:
    """Let a display in as Hall of the wall's own user."""
    found = await services.pairing.find(user_code, address="")
    assert found is not None
    await services.pairing.approve(found.user_code, user="wall", is_new=False, name="Hall")


async def failing(work: object) -> KioskError:
    """The error a coroutine ends with."""
    with pytest.raises(KioskError) as raised:
        await work  # type: ignore[misc]
    return raised.value


def code_of(device_code: str, user_code: str) -> DeviceCode:
    """Codes as a server gives them."""
    page = "http://kiosk.test/pair"
    return DeviceCode(
        device_code=device_code,
        user_code=user_code,
        verification_uri=page,
        verification_uri_complete=page,
        expires_in=LIFE_S,
        interval=5,
    )
