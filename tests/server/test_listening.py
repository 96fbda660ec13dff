"""The listening socket: where it is reached, that replies leave at once, that half a request is not waited for."""

import asyncio
import logging
import socket
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import h11
import pytest
import uvicorn

from kiosk.server import listening
from kiosk.server.listening import UNACKNOWLEDGED_MAX_S, Connection, bind
from tests.fakes.clock import LoopClock
from tests.server.harness import DEADLINE_S, Served, options_on, served_on, until
from tests.server.raw_streams import HEAD_END, open_raw


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
BODY = HEAD + b"Content-Length: 62\r\n\r\n"
SHORT_S = 0.3


@pytest.mark.anyio
async def test_half_a_request_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing, half a head, half a head after a reply, half a body, a body that trickles: each is cut off."""
    monkeypatch.setattr(uvicorn, "Config", partial(uvicorn.Config, timeout_keep_alive=3_600))  # its own limit
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
        monkeypatch.setattr(listening, "HEAD_MAX_S", SHORT_S)
        monkeypatch.setattr(listening, "BODY_LOOK_EVERY_S", SHORT_S)
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
    """However many looks it takes; a kept connection serves the next request, and one that comes on no more is cut off.

    The server looks when the test says so: on a busy machine no client can promise two bytes by a clock.
    """
    monkeypatch.setattr(listening, "HEAD_MAX_S", 3_600)
    monkeypatch.setattr(listening, "BODY_LOOK_EVERY_S", 3_600)
    monkeypatch.setattr(listening, "BODY_MIN_BYTES", 2)
    connections: list[Connection] = []
    made = Connection.connection_made

    def note(connection: Connection, transport: asyncio.Transport) -> None:
        connections.append(connection)
        made(connection, transport)

    monkeypatch.setattr(Connection, "connection_made", note)
    async with served_on(tmp_path, clock=LoopClock()) as served, asyncio.timeout(DEADLINE_S):
        reader, writer = await connect(served)
        await until(lambda: connections, "the server has the connection")
        (connection,) = connections
        writer.write(BODY)
        await until(lambda: connection._awaited is h11.SEND_BODY, "a body begins")
        for _ in range(30):
            writer.write(b"  ")
            await until(lambda: connection._received_bytes >= 2, "two bytes come")
            look(connection)
        writer.write(b"{}")
        assert b" 400 " in await reader.readuntil(HEAD_END)
        writer.write(WHOLE)
        while b" 200 " not in (line := await reader.readline()):
            assert line, "the connection was not kept"
        writer.write(BODY + b" ")
        await until(lambda: connection._awaited is h11.SEND_BODY, "another body begins")
        connection._look_at_body()
        while await reader.read(65_536):
            pass
        writer.close()


def look(connection: Connection) -> None:
    """Let a connection look at what came of its body, and see that it will look again."""
    timer = connection._timer
    connection._look_at_body()
    assert connection._timer is not timer
    assert not connection.transport.is_closing()


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
    """Send what is not all, then perhaps a byte now and then, until the server hangs up."""
    reader, writer = await connect(served)
    writer.write(half)
    try:
        async with asyncio.timeout(DEADLINE_S):
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
