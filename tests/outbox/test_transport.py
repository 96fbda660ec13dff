"""One batch over a real socket, whatever answers."""

import asyncio

import pytest
from starlette.responses import JSONResponse, RedirectResponse, Response

from kiosk.domain.impressions import EndedBy
from kiosk.outbox.batching import wire_impression
from kiosk.outbox.outcomes import Answered, BatchRefused, Outcome, TryLater
from kiosk.outbox.records import ClosedImpression
from kiosk.outbox.transport import HttpTransport
from kiosk.protocol.impressions import Impression
from kiosk.sync.backoff import retry_after_of
from tests.fakes.web import Handler, misbehaving, read_request, reset, serving
from tests.outbox.records import BOOT, SHOWING, impression
from tests.outbox.server import ImpressionServer, portal, problem

pytestmark = pytest.mark.anyio

TOKEN = "a-secret-token"


def batch(count: int) -> list[Impression]:
    """That many impressions as they are sent."""
    return [
        wire_impression(ClosedImpression(impression(n), SHOWING, EndedBy.NEXT), now_mono_s=2_000, boot_id=BOOT)
        for n in range(count)
    ]


async def send(url: str, count: int = 3, *, timeout_s: float = 60.0) -> Outcome:
    """Send one batch there."""
    transport = HttpTransport(url, TOKEN, retry_after=retry_after_of, timeout_s=timeout_s)
    try:
        return await transport.send(batch(count))
    finally:
        await transport.aclose()


async def test_a_batch_is_stored_and_answered_record_by_record() -> None:
    """Stored and duplicate records count as taken, rejected ones come with their reason, the token goes along."""
    server = ImpressionServer()
    server.refused_ids = {impression(1).id}
    async with serving(server.app) as url:
        for _ in range(2):
            outcome = await send(url)
            assert outcome == Answered(
                taken=frozenset({impression(0).id, impression(2).id}),
                rejected={impression(1).id: "unknown artwork"},
            )
    assert set(server.stored) == {impression(0).id, impression(2).id}
    assert server.tokens == [f"Bearer {TOKEN}"] * 2


REPLIES: dict[str, tuple[Response, type[Outcome]]] = {
    "malformed": (problem(400, "no"), BatchRefused),
    "conflict": (problem(409, "no"), BatchRefused),
    "too large": (problem(413, "no"), BatchRefused),
    "unprocessable": (problem(422, "no"), BatchRefused),
    "unprocessable without a problem": (JSONResponse({"detail": []}, 422), BatchRefused),
    "token unknown": (problem(401, "no"), TryLater),
    "forbidden": (problem(403, "no"), TryLater),
    "no such call": (problem(404, "no"), TryLater),
    "error": (problem(500, "no"), TryLater),
    "bad gateway": (portal(502), TryLater),
    "a portal's refusal": (portal(400), TryLater),
    "a portal": (portal(200), TryLater),
    "a redirect": (RedirectResponse("http://127.0.0.1:1/sign-in"), TryLater),
    "JSON of another shape": (JSONResponse({"ok": True}), TryLater),
    "JSON cut off": (Response(b'{"attempted":', media_type="application/json"), TryLater),
    "nothing": (Response(b""), TryLater),
}


@pytest.mark.parametrize("name", REPLIES)
async def test_what_each_answer_means(name: str) -> None:
    """Only a refusal of the content is the batch's fault; anything else says nothing about the records."""
    reply, expected = REPLIES[name]
    server = ImpressionServer()
    server.replies = [reply]
    async with serving(server.app) as url:
        assert isinstance(await send(url), expected)


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_passed_on(status: int) -> None:
    """The wait the server asks for comes out in seconds."""
    server = ImpressionServer()
    server.replies = [problem(status, "slower", **{"Retry-After": "17"})]
    async with serving(server.app) as url:
        outcome = await send(url)
    assert isinstance(outcome, TryLater)
    assert outcome.retry_after_s == 17


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    reset(writer)


async def _half_open(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await reader.read()


async def _truncated(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"attempted"')
    await writer.drain()


async def _trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _no_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example ESMTP\r\n")
    await writer.drain()


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        writer.write(b" " * 65_536)
        await writer.drain()


@pytest.mark.parametrize("handler", [_reset, _half_open, _truncated, _trickle, _no_http, _endless])
async def test_broken_connections_are_tried_again_later(handler: Handler) -> None:
    """Resets, silence, truncation, trickle, another protocol, an answer without end: nothing known, nothing raised."""
    async with misbehaving(handler) as url:
        assert isinstance(await send(url, timeout_s=0.5), TryLater)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "not a url", "ftp://example", "http://[::1", ""])
async def test_a_useless_address_is_tried_again_later(url: str) -> None:
    """Nothing listening, or no URL at all, is no reason to fall over; the address may be mended."""
    assert isinstance(await send(url), TryLater)


async def test_a_token_that_cannot_be_sent_never_shows() -> None:
    """A token with a line's end is not sent, and not quoted in the reason."""
    transport = HttpTransport("http://127.0.0.1:1", "secret\r\nX: y", retry_after=retry_after_of)
    outcome = await transport.send(batch(1))
    await transport.aclose()
    assert isinstance(outcome, TryLater)
    assert "secret" not in outcome.reason
