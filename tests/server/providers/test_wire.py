"""The wire against what networks and services really do: cut off, endless, redirecting, elsewhere, IPv6."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from kiosk.server.providers.outcomes import Outcome
from kiosk.server.providers.port import ProviderFailed
from kiosk.server.providers.wire import Wire, basic_or_bearer, bearer
from tests.fakes.web import misbehaving, read_request, reset

pytestmark = pytest.mark.anyio

SECRET = "sk-the-secret-of-this-wall"
Write = Callable[[asyncio.StreamWriter], Awaitable[None]]


def wire_to(url: str) -> Wire:
    """A wire with a key."""
    return Wire(provider="studio", base_url=url, authorization=f"Bearer {SECRET}", secrets=(SECRET,))


@asynccontextmanager
async def answering(write: Write, heads: list[bytes] | None = None) -> AsyncIterator[str]:
    """A server that reads a request and then writes what it likes; `heads` gets what came."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_request(reader)
        if heads is not None:
            heads.append(head)
        await write(writer)

    async with misbehaving(handle) as url:
        yield url


def bytes_of(head: str, body: bytes) -> Write:
    """An answer of these bytes."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        await writer.drain()

    return write


@contextmanager
def closed_port() -> Iterator[int]:
    """A port that nobody listens on, nor can while the block lasts."""
    with socket.socket() as holding:
        holding.bind(("127.0.0.1", 0))
        yield holding.getsockname()[1]


async def test_where_nobody_answers_is_told() -> None:
    """The host and the port are named, the rest of the address is not: it may hold a key."""
    with closed_port() as port, pytest.raises(ProviderFailed) as raised:
        await wire_to(f"http://127.0.0.1:{port}/v1/{SECRET}").json("GET", "/models")
    assert raised.value.message == f"studio could not be asked: nobody answers at 127.0.0.1:{port}."


async def endless(writer: asyncio.StreamWriter) -> None:
    """Send for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        writer.write(b"[" * 1_048_576)
        await writer.drain()


async def reset_at_once(writer: asyncio.StreamWriter) -> None:
    """Break the connection off without a word."""
    reset(writer)


OK = "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: {}"
CASES: dict[str, tuple[Write, Outcome, bool]] = {
    "reset": (reset_at_once, Outcome.UNAVAILABLE, True),
    "no HTTP": (bytes_of("SSH-2.0-OpenSSH_9.2", b""), Outcome.UNAVAILABLE, True),
    "cut off": (bytes_of(OK.format(500), b'{"data": ['), Outcome.BAD_ANSWER, True),
    "endless": (endless, Outcome.BAD_ANSWER, True),
    "packed": (bytes_of(OK.format(4) + "\nContent-Encoding: gzip", b"\x1f\x8b\x08\x00"), Outcome.BAD_ANSWER, True),
    "torn JSON": (bytes_of(OK.format(2), b'{"'), Outcome.BAD_ANSWER, True),
    "deep JSON": (bytes_of(OK.format(200_000), b"[" * 200_000), Outcome.BAD_ANSWER, True),
    "refusal cut off": (bytes_of("HTTP/1.1 401 No\nContent-Length: 99", b"{"), Outcome.UNAUTHORIZED, False),
    "strange status": (bytes_of("HTTP/1.1 599 ?\nContent-Length: 0", b""), Outcome.UNAVAILABLE, False),
    "money": (bytes_of("HTTP/1.1 402 Pay\nContent-Length: 0", b""), Outcome.EXHAUSTED, False),
}


@pytest.mark.parametrize("name", CASES)
async def test_what_is_no_answer_is_a_failure(name: str) -> None:
    """Each ends in one failure with its meaning; what a good status began may be charged, and a lost answer too."""
    write, outcome, is_charged = CASES[name]
    async with answering(write) as url:
        with pytest.raises(ProviderFailed) as caught:
            await wire_to(url).json("POST", "/make", body={})
    assert (caught.value.outcome, caught.value.is_charged) == (outcome, is_charged)
    assert SECRET not in str(caught.value)


async def test_a_redirect_is_not_followed() -> None:
    """Whoever is redirected to hears nothing, of the key least of all; the message says what to do."""
    heard: list[bytes] = []
    async with answering(bytes_of("HTTP/1.1 200 OK\nContent-Length: 2", b"{}"), heard) as elsewhere:
        head = f"HTTP/1.1 307 Over there\nLocation: {elsewhere}/\nContent-Length: 0"
        async with answering(bytes_of(head, b"")) as url:
            with pytest.raises(ProviderFailed, match="redirect") as caught:
                await wire_to(url).json("POST", "/make", body={})
    assert caught.value.outcome is Outcome.MISCONFIGURED
    assert heard == []


async def test_a_picture_at_a_strange_address_is_not_fetched() -> None:
    """Files, other schemes, other plain hosts, no hosts, no text: refused here. The address in the settings is fine."""
    async with answering(bytes_of("HTTP/1.1 200 OK\nContent-Length: 3", b"abc")) as url:
        wire = wire_to(url)
        assert await wire.picture_at(f"{url}/a.png") == b"abc"
        for address in (
            "file:///etc/passwd",
            "http://169.254.169.254/latest",
            "https://",
            "ftp://a/b",
            "http://[",
            "x",
            "https://a.test/\ud800",
        ):
            with pytest.raises(ProviderFailed, match="not fetched"):
                await wire.picture_at(address)


async def test_a_key_that_cannot_be_sent_is_a_fault_of_the_settings() -> None:
    """A sign that no header holds: refused here, named without the key, and nothing arrives."""
    heard: list[bytes] = []
    async with answering(bytes_of(OK.format(2), b"{}"), heard) as url:
        wire = Wire(provider="studio", base_url=url, authorization=bearer("sk-\u20ac"))
        with pytest.raises(ProviderFailed, match="no plain text") as caught:
            await wire.json("POST", "/make", body={})
    assert (caught.value.outcome, caught.value.is_charged) == (Outcome.MISCONFIGURED, False)
    assert "sk-" not in str(caught.value)
    assert heard == []


async def test_nobody_there_is_said_at_once() -> None:
    """A port nobody listens on is unavailable."""
    with closed_port() as port, pytest.raises(ProviderFailed) as caught:
        await wire_to(f"http://127.0.0.1:{port}").json("GET", "/")
    assert caught.value.outcome is Outcome.UNAVAILABLE


async def test_it_speaks_ipv6() -> None:
    """An address in brackets is called as it stands, with the key."""
    heads: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await read_request(reader))
        await bytes_of(OK.format(2), b"{}")(writer)
        writer.close()

    try:
        server = await asyncio.start_server(handle, "::1", 0)
    except OSError:
        pytest.skip("this machine has no IPv6")
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await wire_to(f"http://[::1]:{port}/v1").json("POST", "/make", body={"n": 1}) == {}
    assert heads[0].startswith(b"POST /v1/make ")
    assert SECRET.encode() in heads[0]


def test_a_key_with_a_colon_is_a_name_and_a_password() -> None:
    """`user:password` becomes basic credentials, anything else a bearer, nothing nothing."""
    assert basic_or_bearer("a:b") == "Basic YTpi"
    assert basic_or_bearer("abc") == "Bearer abc"
    assert not basic_or_bearer("")
