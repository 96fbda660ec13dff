"""The listening socket: where it is reached, that replies leave at once, that half a request is not waited for."""

import asyncio
import logging
import socket
import threading
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kiosk.server import listening
from kiosk.server.listening import UNACKNOWLEDGED_MAX_S, bind
from tests.fakes.clock import LoopClock
from tests.server.harness import DEADLINE_S, Served, options_on, served_on
from tests.server.raw_streams import open_raw


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:"), ("localhost", "http://localhost:"), ("0.0.0.0", "http://127.0.0.1:")],
)
def test_the_url_is_one_this_machine_reaches(tmp_path: Path, host: str, url: str) -> None:
    """Whatever it listens on, the URL names an address of this machine and the kernel's port."""
    with bind(options_on(tmp_path, host=host)) as listener:
        assert listener.url == f"{url}{listener.socket.getsockname()[1]}"
        address = listener.url.removeprefix("http://").rsplit(":", 1)
        with socket.create_connection((address[0], int(address[1]))):
            pass


def test_connections_send_without_delay(tmp_path: Path) -> None:
    """Accepted connections have TCP_NODELAY: no reply waits for an acknowledgement."""
    with bind(options_on(tmp_path)) as listener, socket.create_connection(listener.socket.getsockname()):
        connection, _ = listener.socket.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_peers_that_vanish_are_noticed(tmp_path: Path) -> None:
    """Accepted connections are probed when quiet, and end when what was sent stays unacknowledged."""
    with bind(options_on(tmp_path)) as listener, socket.create_connection(listener.socket.getsockname()):
        connection, _ = listener.socket.accept()
        with connection:
            assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            for name, expected in (("TCP_KEEPIDLE", 30), ("TCP_USER_TIMEOUT", UNACKNOWLEDGED_MAX_S * 1_000)):
                assert connection.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) == expected


HEAD = b"POST /api/device/token HTTP/1.1\r\nHost: kiosk.test\r\nContent-Type: application/json\r\n"
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: kiosk.test\r\n\r\n"
SHORT_S = 0.3
LOOK_S = 0.5


@pytest.mark.anyio
async def test_half_a_request_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing, half a head, half a head after a reply, half a body, a body that trickles: each is cut off."""
    monkeypatch.setattr(listening, "HEAD_MAX_S", SHORT_S)
    monkeypatch.setattr(listening, "BODY_LOOK_EVERY_S", SHORT_S)
    halves = [
        b"",
        b"GET /heal",
        WHOLE + b"GET /heal",
        HEAD + b"Content-Length: 9\r\n\r\n{",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        WHOLE + HEAD + b"Content-Length: 9\r\n\r\n",
    ]
    async with served_on(tmp_path, clock=LoopClock()) as served:
        stream = await open_raw(served)
        async with asyncio.TaskGroup() as group:
            for half in halves:
                group.create_task(cut_off(served, half))
            group.create_task(cut_off(served, b"", trickle=b"G"))
            group.create_task(cut_off(served, WHOLE, trickle=b"G"))
            group.create_task(cut_off(served, HEAD + b"Content-Length: 500000\r\n\r\n", trickle=b" "))
        served.services.broker.beat()
        await stream.until(b":\n\n\r\n")
        stream.close()


@pytest.mark.anyio
async def test_a_body_that_comes_on_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes in all, and as long as the reply takes; a kept connection serves the next request."""
    monkeypatch.setattr(listening, "HEAD_MAX_S", LOOK_S)
    monkeypatch.setattr(listening, "BODY_LOOK_EVERY_S", LOOK_S)
    monkeypatch.setattr(listening, "BODY_MIN_BYTES", 2)
    async with served_on(tmp_path, clock=LoopClock()) as served:
        address = urlsplit(served.url)
        assert await asyncio.to_thread(trickle, (address.hostname or "", address.port or 0)) == [400, 200]


def trickle(address: tuple[str, int]) -> list[int]:
    """Send a body byte by byte for longer than a look, then another request; return the replies' statuses.

    From a thread: its bytes go on coming while the server's is kept busy.
    """
    statuses = []
    connection = HTTPConnection(*address, timeout=DEADLINE_S)
    connection.putrequest("POST", "/api/device/token")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", "62")
    connection.endheaders()
    pause = threading.Event()
    for _ in range(60):
        connection.send(b" ")
        pause.wait(3 * LOOK_S / 60)
    connection.send(b"{}")
    with connection.getresponse() as reply:
        statuses.append(reply.status)
        reply.read()
    connection.auto_open = 0  # the same connection or none
    connection.request("GET", "/healthz")
    with connection.getresponse() as reply:
        statuses.append(reply.status)
    connection.close()
    return statuses


@pytest.mark.anyio
async def test_who_hangs_up_amid_a_body_is_no_fault_of_the_server(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The call ends as a bad request: nothing is logged as an error, and no count of failures rises."""
    caplog.set_level(logging.INFO)
    async with served_on(tmp_path, clock=LoopClock()) as served:
        _, writer = await connect(served)
        writer.write(HEAD + b"Content-Length: 9\r\n\r\n{")
        await writer.drain()
        writer.close()
        async with asyncio.timeout(DEADLINE_S):
            while "POST /api/device/token 400" not in caplog.messages:  # noqa: ASYNC110 - no event tells of a line
                await asyncio.sleep(0.01)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def connect(served: Served) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection to a server."""
    address = urlsplit(served.url)
    return await asyncio.open_connection(address.hostname, address.port)


async def cut_off(served: Served, half: bytes, *, trickle: bytes = b"") -> None:
    """Send what is not all, then perhaps a byte now and then, until the server hangs up, long before uvicorn."""
    reader, writer = await connect(served)
    writer.write(half)
    try:
        async with asyncio.timeout(4):  # uvicorn's own limit for quiet connections is 5
            while True:
                try:
                    async with asyncio.timeout(SHORT_S / 3):
                        if not await reader.read(65_536):
                            return
                except TimeoutError:
                    writer.write(trickle)
    except ConnectionResetError:
        pass
    finally:
        writer.close()
