"""The API client over real sockets: every failure is one clear line, and the token stays where it belongs."""

import asyncio
import logging
import os
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from kiosk.domain.errors import BadPicture, KioskError, ServerRefused, ServerUnreachable
from kiosk.protocol.artworks import GenerateReply, GenerateRequest, JobAccepted
from kiosk.sync.client import ApiClient
from tests.fakes.web import Handler, misbehaving, read_request, reset, serving
from tests.sync.artworks import artwork, wire_artwork
from tests.sync.server import JOB, SESSION, GalleryServer, generated, portal, problem

pytestmark = pytest.mark.anyio

TOKEN = "a-very-secret-token"


async def failure(url: str, *, call_timeout_s: float = 60.0) -> KioskError:
    """What asking for a page there raises."""
    async with ApiClient(url, TOKEN, call_timeout_s=call_timeout_s) as client:
        with pytest.raises(KioskError) as caught:
            await client.next_page()
    return caught.value


async def test_a_page_of_the_queue() -> None:
    """Limit and session go out, artworks, pool and the canonical session come in."""
    server = GalleryServer()
    server.add(artwork("a"))
    async with serving(server.app) as url, ApiClient(url, TOKEN) as client:
        page = await client.next_page(limit=5, session_id="old")
    assert [piece.to_domain() for piece in page.artworks] == [artwork("a")]
    assert page.session_id == SESSION
    assert server.page_requests == ["old"]


ANSWERS: dict[str, tuple[Response, type[KioskError], str]] = {
    "a portal": (portal(), ServerUnreachable, "answered with text/html"),
    "a portal's refusal": (portal(403), ServerUnreachable, "answered with text/html"),
    "a redirect": (RedirectResponse("http://127.0.0.1:1/"), ServerUnreachable, "redirect"),
    "no JSON": (Response(b"{", media_type="application/json"), ServerUnreachable, "shape"),
    "another shape": (JSONResponse({"sessionId": 5}), ServerUnreachable, "shape"),
    "deep JSON": (Response(b"[" * 100_000, media_type="application/json"), ServerUnreachable, "shape"),
    "without a type": (Response(b"{}"), ServerUnreachable, "without a type"),
    "plain text": (PlainTextResponse("It works!"), ServerUnreachable, "text/plain"),
    "unknown token": (problem(401, "Who are you?"), ServerRefused, "Who are you"),
    "forbidden": (problem(403, "Not yours"), ServerRefused, "Not yours"),
    "not found": (problem(404, "No such piece."), ServerRefused, "No such piece (404)"),
    "busy": (problem(503, "Later", **{"Retry-After": "9"}), ServerRefused, "Later"),
    "a proxy's error": (portal(502), ServerRefused, "Bad Gateway (502)"),
    "a proxy's limit": (PlainTextResponse("no", 429, {"Retry-After": "9"}), ServerRefused, "(429)"),
    "an echo of the token": (problem(400, f"bad {TOKEN}"), ServerRefused, "bad [token]"),
    "a detail of many lines": (problem(400, "a\nb\r\n" + "c" * 2_000), ServerRefused, "a b c"),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_what_each_answer_means(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Foreign answers are unreachability, the server's own are refusals; one line; the token is nowhere."""
    caplog.set_level(logging.DEBUG)
    reply, kind, words = ANSWERS[name]
    server = GalleryServer()
    server.page_replies = [reply]
    async with serving(server.app) as url:
        error = await failure(url)
    assert type(error) is kind
    assert words in error.message
    assert "\n" not in str(error)
    assert len(str(error)) < 500
    assert TOKEN not in str(error) + caplog.text
    if isinstance(error, ServerRefused):
        assert error.status == reply.status_code
        assert error.retry_after_s == (9 if "retry-after" in reply.headers else None)


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    reset(writer)


async def _half_open(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _truncated(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"session')
    await writer.drain()


async def _trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _no_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await writer.drain()


async def _closes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)


@pytest.mark.parametrize("handler", [_reset, _half_open, _truncated, _trickle, _no_http, _closes])
async def test_broken_connections_are_one_clear_line(handler: Handler) -> None:
    """Resets, silence, truncation, trickle and other protocols end as ServerUnreachable that names the server."""
    async with misbehaving(handler) as url:
        error = await failure(url, call_timeout_s=0.5)
    assert type(error) is ServerUnreachable
    assert url in error.message


async def test_tls_against_a_plain_server_says_so() -> None:
    """A server that does not speak TLS is not trusted, and the line says why."""
    server = GalleryServer()
    async with serving(server.app) as url:
        error = await failure(url.replace("http:", "https:"))
    assert type(error) is ServerUnreachable
    assert "TLS" in error.message


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "ftp://example", "", "http://exa mple/"])
async def test_useless_addresses_are_one_clear_line(url: str) -> None:
    """Nothing listening, or no URL of ours, is ServerUnreachable."""
    assert type(await failure(url)) is ServerUnreachable


def test_an_address_or_token_that_cannot_be_is_refused_at_once() -> None:
    """Malformed settings are named without quoting the token."""
    with pytest.raises(KioskError, match="not a URL"):
        ApiClient("http://[::1", TOKEN)
    with pytest.raises(KioskError) as caught:
        ApiClient("http://127.0.0.1:1", "secret\r\nX-Evil: 1")
    assert "secret" not in str(caught.value)


async def test_credentials_in_the_address_never_show() -> None:
    """User and password of a URL are left out of messages and requests."""
    error = await failure("http://user:password@127.0.0.1:1/")
    assert "password" not in str(error)
    assert "http://127.0.0.1:1 " in error.message


async def test_the_token_goes_to_its_own_server_only() -> None:
    """An image elsewhere is fetched without the token; on the server itself with it."""
    seen: list[str | None] = []

    async def image(request: Request) -> Response:
        seen.append(request.headers.get("authorization"))
        return Response(b"x", media_type="image/png")

    app = Starlette(routes=[Route("/image", image)])
    async with serving(app) as own, serving(app) as other, ApiClient(own, TOKEN) as client:
        for url in ("/image", f"{own}/image", f"{other}/image"):
            async with client.download(url) as body:
                assert [chunk async for chunk in body.chunks] == [b"x"]
    assert seen == [f"Bearer {TOKEN}", f"Bearer {TOKEN}", None]


async def test_generate_at_once_or_as_a_job() -> None:
    """Prefer and Idempotency-Key go out; 200 is the piece, 202 the job."""
    server = GalleryServer()
    server.generate_replies = [JSONResponse(generated(artwork("a"))), JSONResponse({"jobId": JOB}, 202)]
    async with serving(server.app) as url, ApiClient(url, TOKEN) as client:
        first = await client.generate(GenerateRequest(), wait_s=3, idempotency_key="k1")
        second = await client.generate(GenerateRequest(), wait_s=0)
    assert isinstance(first, GenerateReply)
    assert second == JobAccepted(job_id=JOB)
    assert server.generate_requests[0][0]["prefer"] == "wait=3"
    assert server.generate_requests[0][0]["idempotency-key"] == "k1"
    assert "idempotency-key" not in server.generate_requests[1][0]


async def test_upload_sends_the_file_and_tells_whether_it_is_new(tmp_path: Path) -> None:
    """The bytes and fields arrive; 201 is new, 200 was there; a file that cannot be read is named."""
    got: list[tuple[str, bytes, str, str]] = []

    async def upload(request: Request) -> Response:
        async with request.form() as form:
            file = form["file"]
            assert not isinstance(file, str)
            got.append((str(file.filename), await file.read(), str(form["title"]), str(form["private"])))
        return JSONResponse(wire_artwork(artwork("a")), 201 if len(got) == 1 else 200)

    (tmp_path / "häuser.png").write_bytes(b"picture")
    app = Starlette(routes=[Route("/api/artworks", upload, methods=["POST"])])
    async with serving(app) as url, ApiClient(url, TOKEN) as client:
        for new in (True, False):
            piece, is_new = await client.upload(tmp_path / "häuser.png", title="Häuser", private=True)
            assert (piece.to_domain(), is_new) == (artwork("a"), new)
        with pytest.raises(BadPicture, match=r"gone\.png"):
            await client.upload(tmp_path / "gone.png")
    assert got == [("häuser.png", b"picture", "Häuser", "true")] * 2


async def test_a_file_name_that_is_no_text_can_be_uploaded(tmp_path: Path) -> None:
    """On Linux a name is bytes: what is no UTF-8 arrives with replacement characters, the picture whole."""
    got: list[tuple[str, bytes]] = []

    async def upload(request: Request) -> Response:
        async with request.form() as form:
            file = form["file"]
            assert not isinstance(file, str)
            got.append((str(file.filename), await file.read()))
        return JSONResponse(wire_artwork(artwork("a")), 201)

    path = tmp_path / os.fsdecode(b"old\xff.png")
    path.write_bytes(b"picture")
    app = Starlette(routes=[Route("/api/artworks", upload, methods=["POST"])])
    async with serving(app) as url, ApiClient(url, TOKEN) as client:
        await client.upload(path)
    assert got == [("old\ufffd.png", b"picture")]


async def test_an_app_in_this_process_needs_no_socket() -> None:
    """With `transport_app` the same calls reach an ASGI app directly."""
    server = GalleryServer()
    async with ApiClient("http://kiosk.local", TOKEN, transport_app=server.app) as client:
        assert (await client.next_page()).session_id == SESSION


async def test_a_moved_server_is_found_at_its_new_address() -> None:
    """`point_to` sends the next call to the new port with the new token."""
    server = GalleryServer()
    async with serving(server.app) as url, ApiClient("http://127.0.0.1:1", "old") as client:
        client.point_to(url + "/", TOKEN)
        assert client.server == url
        assert (await client.next_page()).session_id == SESSION
