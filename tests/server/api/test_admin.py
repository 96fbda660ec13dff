"""People and displays over HTTP: who may do what, and for how long."""

import hashlib
from pathlib import Path

import pytest

from kiosk.server.auth import WRONG_MAX
from tests.server.harness import kiosk_on, problem_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("each_database")]


async def test_a_display_is_made_listed_and_revoked(tmp_path: Path) -> None:
    """A new display's token works until the display is revoked, then never again."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.admin() as admin:
        user = (await admin.post("/api/admin/users", json={"name": "mara"})).json()
        made = (await admin.post("/api/admin/devices", json={"name": "hall", "user": user["id"]})).json()
        assert (made["name"], made["user"]) == ("hall", "mara")
        async with kiosk.client(made["token"]) as hall:
            assert (await hall.get("/api/usage")).status_code == 200
            listed = {device["name"]: device for device in (await admin.get("/api/admin/devices")).json()}
            assert listed["hall"]["lastSeenAt"] == "2026-01-01T00:00:00.000Z"
            assert listed["hall"]["revoked"] is False
            assert made["token"] not in (await admin.get("/api/admin/devices")).text
            for _ in range(2):
                gone = await admin.delete(f"/api/admin/devices/{made['id']}")
                assert (gone.status_code, gone.json()["revoked"]) == (200, True)
            refused = await hall.get("/api/usage")
            assert refused.status_code == 401
            problem_of(refused)
        again = await admin.post("/api/admin/devices", json={"name": "hall", "user": "mara"})
        assert again.status_code == 201


async def test_names_are_taken_once(tmp_path: Path) -> None:
    """A second user or living display of a name is 409, an unknown user or display 404, a bad name 422."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.admin() as admin:
        assert (await admin.post("/api/admin/users", json={"name": "mara"})).status_code == 201
        for path, body, status in (
            ("users", {"name": " mara "}, 409),
            ("users", {"name": ""}, 422),
            ("users", {"name": "x" * 101}, 422),
            ("users", {"name": "a\x00b"}, 422),
            ("users", {}, 422),
            ("devices", {"name": "display", "user": "wall"}, 409),
            ("devices", {"name": "hall", "user": "nobody"}, 404),
        ):
            reply = await admin.post(f"/api/admin/{path}", json=body)
            assert reply.status_code == status, body
            problem_of(reply)
        missing = await admin.delete("/api/admin/devices/none")
        assert missing.status_code == 404
        problem_of(missing)


async def test_admin_tokens_outlive_the_run(tmp_path: Path) -> None:
    """A made admin token works after a restart on the same folder; the token of a run does not."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.admin() as admin:
        token = (await admin.post("/api/admin/tokens")).json()["token"]
        run_token = kiosk.services.admin_token
    async with kiosk_on(tmp_path) as kiosk, kiosk.client(token) as admin, kiosk.client(run_token) as stale:
        assert (await admin.get("/api/admin/users")).status_code == 200
        assert (await stale.get("/api/admin/users")).status_code == 401


async def test_admin_tokens_are_listed_and_revoked(tmp_path: Path) -> None:
    """By what their SHA-256 begins with, oldest first; a revoked one is out at once, an unknown one 404."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.admin() as admin:
        made = []
        for _ in range(2):
            made.append((await admin.post("/api/admin/tokens")).json()["token"])
            kiosk.clock.advance(60)
        listed = (await admin.get("/api/admin/tokens")).json()
        fingerprints = [hashlib.sha256(token.encode()).hexdigest()[:12] for token in made]
        assert listed == [
            {"fingerprint": fingerprints[0], "user": "wall", "createdAt": "2026-01-01T00:00:00.000Z"},
            {"fingerprint": fingerprints[1], "user": "wall", "createdAt": "2026-01-01T00:01:00.000Z"},
        ]
        async with kiosk.client(made[0]) as first, kiosk.client(made[1]) as second:
            assert (await first.get("/api/admin/tokens")).status_code == 200
            gone = await second.delete(f"/api/admin/tokens/{fingerprints[0].upper()}")
            assert (gone.status_code, gone.json()) == (200, listed[0])
            assert (await first.get("/api/admin/tokens")).status_code == 401
            assert (await second.get("/api/admin/tokens")).json() == listed[1:]
        for fingerprint in (fingerprints[0], fingerprints[1][:11], "x"):
            missing = await admin.delete(f"/api/admin/tokens/{fingerprint}")
            assert missing.status_code == 404
            problem_of(missing)


async def test_displays_are_no_administrators(tmp_path: Path) -> None:
    """Every administrative call is 403 for a display."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        for method, path in (
            ("GET", "/api/admin/users"),
            ("POST", "/api/admin/users"),
            ("GET", "/api/admin/devices"),
            ("POST", "/api/admin/devices"),
            ("DELETE", "/api/admin/devices/x"),
            ("POST", "/api/admin/tokens"),
            ("GET", "/api/admin/tokens"),
            ("DELETE", "/api/admin/tokens/x"),
            ("POST", "/api/artworks/backfill-impressions"),
            ("GET", "/metrics"),
        ):
            reply = await display.request(
                method, path, json={"name": "x", "user": "wall"} if method == "POST" else None
            )
            assert reply.status_code == 403, path
            problem_of(reply)


async def test_tokens_are_kept_as_hashes_only(tmp_path: Path) -> None:
    """No file of the server holds a token in the clear, but for endpoint.json, which is not written here."""
    async with kiosk_on(tmp_path) as kiosk:
        token = await kiosk.new_user("mara")
        async with kiosk.admin() as admin:
            admin_token = (await admin.post("/api/admin/tokens")).json()["token"]
    files = [path.read_bytes() for path in (tmp_path / "server").rglob("*") if path.is_file()]
    assert files
    for secret in (token, admin_token, kiosk.services.device_token):
        assert not any(secret.encode() in data for data in files)


async def test_wrong_tokens_have_to_wait(tmp_path: Path) -> None:
    """After ten wrong tokens in a minute comes 429 with Retry-After; right ones are never held up."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("wrong-token") as stranger, kiosk.client() as display:
        for _ in range(WRONG_MAX):
            assert (await stranger.get("/api/usage")).status_code == 401
        held = await stranger.get("/api/usage")
        assert held.status_code == 429
        assert 0 < int(held.headers["retry-after"]) <= 60
        problem_of(held)
        assert (await display.get("/api/usage")).status_code == 200
        kiosk.clock.advance(61)
        assert (await stranger.get("/api/usage")).status_code == 401
