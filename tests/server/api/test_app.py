"""What holds for every call: problems, caching, tokens, and a description that is true."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from kiosk.server.api.app import create_app
from kiosk.server.api.openapi import describe
from kiosk.server.main import open_app
from tests.server.harness import client_of, impression, kiosk_on, options_on, problem_of, send, upload

pytestmark = pytest.mark.anyio

OPEN = {"/healthz", "/readyz", "/api/version"}
PAIRING = {"/api/device/code": 200, "/api/device/token": 400}
CONTRACT = {
    ("get", "/api/artworks/next"),
    ("post", "/api/generate-art"),
    ("get", "/api/generate-art/{job_id}"),
    ("post", "/api/artworks/batch-impressions"),
    ("post", "/api/artworks/{artwork_id}/viewed"),
    ("post", "/api/artworks/{artwork_id}/vote"),
    ("patch", "/api/artworks/{artwork_id}"),
    ("delete", "/api/artworks/{artwork_id}"),
    ("post", "/api/device/code"),
    ("post", "/api/device/token"),
    ("get", "/api/admin/backup"),
    ("post", "/api/artworks"),
    ("post", "/api/artworks/backfill-impressions"),
    ("get", "/api/artworks/stats"),
    ("get", "/api/artworks/stream"),
    ("get", "/api/images/{sha256}"),
    ("get", "/api/usage"),
    ("get", "/api/report"),
    ("get", "/api/version"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
}


async def test_no_call_answers_without_a_token(tmp_path: Path) -> None:
    """Every call but the open ones and those of pairing is 401 as a problem that says how to authenticate."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as nobody:
        for path, calls in describe(kiosk.app)["paths"].items():
            for method in calls:
                reply = await nobody.request(method, re.sub(r"\{\w+\}", "x", path))
                if path in OPEN:
                    assert reply.status_code == 200
                elif path in PAIRING:
                    assert reply.status_code == PAIRING[path]
                else:
                    assert reply.status_code == 401, path
                    assert reply.headers["www-authenticate"].startswith("Bearer")
                    problem_of(reply)


async def test_callers_are_judged_before_their_bodies(tmp_path: Path) -> None:
    """Nothing of a body is read, malformed or huge, before its sender is known to be allowed this call."""
    read: list[str] = []

    async def body() -> AsyncIterator[bytes]:
        read.append("a part")
        yield b"{" * 1_000

    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as nobody, kiosk.client() as display:
        for path, calls in describe(kiosk.app)["paths"].items():
            for method, call in calls.items():
                for client, status in ((nobody, 401), (display, 403)):
                    is_concerned = status == 401 or "/admin/" in path
                    if "requestBody" not in call or path in PAIRING or not is_concerned:
                        continue
                    for kind in call["requestBody"]["content"]:
                        reply = await client.request(
                            method, re.sub(r"\{\w+\}", "x", path), content=body(), headers={"Content-Type": kind}
                        )
                        assert (reply.status_code, read) == (status, []), path
                        problem_of(reply)


async def test_version_and_health_are_open(tmp_path: Path) -> None:
    """Which program it is, and that it is well, anybody may know."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as nobody:
        version = (await nobody.get("/api/version")).json()
        assert version["name"] == "gallery-kiosk"
        assert version.keys() == {"name", "version", "api"}
        for path in ("/healthz", "/readyz"):
            reply = await nobody.get(path)
            assert (reply.status_code, reply.json()) == (200, {"status": "ok"})
            assert reply.headers["cache-control"] == "no-store"


async def test_readyz_says_when_the_database_is_gone(tmp_path: Path) -> None:
    """With its table gone the server is alive but not ready: 503 as a problem, on other calls as well."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        await kiosk.services.database.write(
            lambda connection: connection.execute(text("ALTER TABLE users RENAME TO gone"))
        )
        assert (await display.get("/healthz")).status_code == 200
        reply = await display.get("/readyz")
        assert reply.status_code == 503
        assert int(reply.headers["retry-after"]) > 0
        problem_of(reply)


async def test_unknown_paths_and_methods_are_problems(tmp_path: Path) -> None:
    """404 and 405 look like every other fault."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        for method, path, status in (("GET", "/", 404), ("GET", "/api/nothing", 404), ("PUT", "/api/version", 405)):
            reply = await display.request(method, path)
            assert reply.status_code == status
            problem_of(reply)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"a":', b"[" * 100_000])
async def test_what_is_not_json_is_400_or_422(tmp_path: Path, body: bytes) -> None:
    """A body that does not parse is refused as malformed, and never a fault of the server."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        reply = await display.post(
            "/api/artworks/batch-impressions", content=body, headers={"Content-Type": "application/json"}
        )
        assert reply.status_code == (422 if body == b"" else 400)
        problem_of(reply)


async def test_bodies_are_bounded(tmp_path: Path) -> None:
    """A JSON body over a megabyte is 413, told by its length or found out on the way."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:

        async def chunks() -> Any:
            for _ in range(3):
                yield b" " * 500_000

        for content in (b" " * 1_100_000, chunks()):
            reply = await display.post(
                "/api/generate-art", content=content, headers={"Content-Type": "application/json"}
            )
            assert reply.status_code == 413
            problem_of(reply)


async def test_the_description_is_complete(tmp_path: Path) -> None:
    """/openapi.json has every call of the contract, no call that is not there, and Problem for every error."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as nobody:
        document = (await nobody.get("/openapi.json")).json()
        calls = {(method, path) for path, methods in document["paths"].items() for method in methods}
        assert calls >= CONTRACT
        for path, methods in document["paths"].items():
            for call in methods.values():
                errors = {status: body for status, body in call["responses"].items() if int(status) >= 400}
                assert {"500", "503"} <= errors.keys()
                assert path in {*OPEN, *PAIRING} or {"401", "429"} <= errors.keys()
                assert (call["security"] == []) is (path in {*OPEN, *PAIRING})
                for body in errors.values():
                    assert list(body["content"]) == ["application/problem+json"]
        assert "HTTPValidationError" not in json.dumps(document)


async def test_replies_are_described(tmp_path: Path) -> None:
    """The names in real replies are those in the description."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        piece = await upload(display, 1)
        schemas = describe(kiosk.app)["components"]["schemas"]
        assert piece.keys() == schemas["Artwork"]["properties"].keys()
        page = (await display.get("/api/artworks/next")).json()
        assert page.keys() == schemas["NextReply"]["properties"].keys()
        batch = await send(display, impression(piece["id"]))
        assert batch.keys() == schemas["BatchReply"]["properties"].keys()


async def test_an_unexpected_fault_is_a_problem_without_insides(tmp_path: Path) -> None:
    """A fault nobody foresaw is 500, and its text stays in the log."""
    async with kiosk_on(tmp_path) as kiosk:
        app = create_app(kiosk.services)

        async def broken() -> None:
            raise LookupError("secret insides")

        app.add_api_route("/broken", broken)
        import httpx

        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with client_of("", transport=transport) as client:
            reply = await client.get("/broken")
            assert reply.status_code == 500
            problem_of(reply)
            assert "insides" not in reply.text


async def test_the_api_opens_in_another_command(tmp_path: Path) -> None:
    """`open_app` gives the same API on a folder where no server runs, and leaves it for the next."""
    import httpx

    for expected in (201, 200):
        with open_app(options_on(tmp_path)) as opened:
            async with client_of(opened.device_token, transport=httpx.ASGITransport(opened.app)) as client:
                files = {"file": ("a.jpg", b"")}
                assert (await client.post("/api/artworks", files=files)).status_code == 422
                from tests.server.harness import picture

                reply = await client.post("/api/artworks", files={"file": ("a.jpg", picture(1))})
                assert reply.status_code == expected
            async with client_of(opened.admin_token, transport=httpx.ASGITransport(opened.app)) as admin:
                assert (await admin.get("/api/admin/users")).status_code == 200


async def test_head_answers_as_get_without_a_body(tmp_path: Path) -> None:
    """Status and headers of the GET, no body: what load balancers and caches ask; the stream alone takes no HEAD."""
    async with kiosk_on(tmp_path, with_demo=True) as kiosk, kiosk.client() as client:
        piece = (await client.get("/api/artworks/next")).json()["artworks"][0]
        for path in ("/healthz", piece["imageUrl"]):
            whole, head = await client.get(path), await client.head(path)
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-length"] == whole.headers["content-length"] == str(len(whole.content))
        assert (await client.head("/api/artworks/stream")).status_code == 405
