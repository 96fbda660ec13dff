"""Pairing over HTTP as RFC 8628 has it."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from kiosk.protocol.pairing import GRANT_TYPE
from kiosk.server.auth import WRONG_MAX
from kiosk.server.pairing import NEW_MAX
from tests.server.harness import Kiosk, kiosk_on, problem_of

pytestmark = pytest.mark.anyio
on_each_database = pytest.mark.usefixtures("each_database")

FORM = "application/x-www-form-urlencoded"


@on_each_database
@pytest.mark.parametrize("as_form", [False, True])
async def test_a_wall_is_paired_without_a_token(tmp_path: Path, as_form: bool) -> None:
    """Codes with the RFC's names, `authorization_pending` until somebody approves, then a token that works."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as wall:

        async def post(call: str, **fields: str) -> httpx.Response:
            body: dict[str, Any] = {"data": fields} if as_form else {"json": fields}
            return await wall.post(f"/api/device/{call}", **body)

        begun = (await post("code", name=" Foyer ")).raise_for_status().json()
        assert begun == {
            "device_code": begun["device_code"],
            "user_code": begun["user_code"],
            "verification_uri": "http://kiosk.test/pair",
            "verification_uri_complete": f"http://kiosk.test/pair?code={begun['user_code']}",
            "expires_in": 900,
            "interval": 5,
        }
        assert len(begun["device_code"]) >= 43
        fields = {"grant_type": GRANT_TYPE, "device_code": begun["device_code"]}
        refused = await post("token", **fields)
        assert (refused.status_code, problem_of(refused)["error"]) == (400, "authorization_pending")
        await approve(kiosk, begun["user_code"])
        kiosk.clock.advance(5)
        reply = await post("token", **fields)
        assert reply.status_code == 200
        assert reply.headers["cache-control"] == "no-store"
        paired = reply.json()
        assert paired == {
            "access_token": paired["access_token"],
            "token_type": "Bearer",
            "device": "Foyer",
            "user": "wall",
        }
        async with kiosk.client(paired["access_token"]) as display:
            assert (await display.get("/api/usage")).status_code == 200
        kiosk.clock.advance(5)
        assert problem_of(await post("token", **fields))["error"] == "invalid_grant"


@on_each_database
async def test_every_refusal_has_the_words_of_the_rfc(tmp_path: Path) -> None:
    """As the problem's `error` and `code`, with status 400; the body of the first call may be left out."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as wall:
        refused, late = [(await wall.post("/api/device/code")).raise_for_status().json() for _ in range(2)]
        found = await kiosk.services.pairing.find(refused["user_code"], address="")
        assert found is not None
        await kiosk.services.pairing.refuse(found.user_code)
        for code, error in (
            (refused["device_code"], "access_denied"),
            (late["device_code"], "authorization_pending"),
            (late["device_code"], "slow_down"),
            ("unknown", "invalid_grant"),
        ):
            reply = await wall.post("/api/device/token", json={"grant_type": GRANT_TYPE, "device_code": code})
            problem = problem_of(reply)
            assert (reply.status_code, problem["error"], problem["code"]) == (400, error, error)
        kiosk.clock.advance(900)
        reply = await wall.post(
            "/api/device/token", json={"grant_type": GRANT_TYPE, "device_code": late["device_code"]}
        )
        assert problem_of(reply)["error"] == "expired_token"


@pytest.mark.parametrize(
    ("content", "kind", "error"),
    [
        (b"{", "application/json", "invalid_request"),
        (b"[]", "application/json", "invalid_request"),
        (b'{"grant_type": 1}', "application/json", "invalid_request"),
        (b"[" * 100_000, "application/json", "invalid_request"),
        (b"\xff", "application/json", "invalid_request"),
        (b"", "application/json", "unsupported_grant_type"),
        (b"grant_type=password", FORM, "unsupported_grant_type"),
        (f"grant_type={GRANT_TYPE}".encode(), FORM, "invalid_grant"),
        (f'{{"grant_type": "{GRANT_TYPE}", "device_code": "\\ud800"}}'.encode(), "application/json", "invalid_grant"),
        (b"%ff=%00&&&", FORM, "unsupported_grant_type"),
    ],
)
async def test_a_malformed_poll_is_told_so(tmp_path: Path, content: bytes, kind: str, error: str) -> None:
    """400 in the RFC's words, whatever the body."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as wall:
        reply = await wall.post("/api/device/token", content=content, headers={"Content-Type": kind})
        assert (reply.status_code, problem_of(reply)["error"]) == (400, error)


@pytest.mark.parametrize(
    ("body", "status"), [({"name": "a\x00b"}, 422), ({"name": "x" * 101}, 422), ({"name": 7}, 400), ([], 400)]
)
async def test_a_name_that_cannot_be_is_refused(tmp_path: Path, body: Any, status: int) -> None:
    """A display's name is as everywhere; anything but an object of texts is malformed."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as wall:
        reply = await wall.post("/api/device/code", json=body)
        assert reply.status_code == status
        problem_of(reply)


async def test_limits_say_how_long_to_wait(tmp_path: Path) -> None:
    """New pairings and unknown device codes of one address: 429 with Retry-After."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as wall:
        body = {"grant_type": GRANT_TYPE, "device_code": "wrong"}
        for path, json, limit, usual in (
            ("code", {}, NEW_MAX, 200),
            ("token", body, WRONG_MAX, 400),
        ):
            replies = [await wall.post(f"/api/device/{path}", json=json) for _ in range(limit + 1)]
            assert {reply.status_code for reply in replies[:-1]} == {usual}
            assert replies[-1].status_code == 429
            assert 0 < int(replies[-1].headers["retry-after"]) <= 60
            problem_of(replies[-1])


async def test_people_are_sent_to_the_public_address(tmp_path: Path) -> None:
    """With `server.public_url` the page is below it, whatever address the wall came by."""
    async with kiosk_on(tmp_path, public_url="https://art.example/kiosk/") as kiosk, kiosk.client("") as wall:
        begun = (await wall.post("/api/device/code")).json()
        assert begun["verification_uri"] == "https://art.example/kiosk/pair"


async def approve(kiosk: Kiosk, user_code: str) -> None:
    """Let a display in under the name it asked for."""
    found = await kiosk.services.pairing.find(user_code, address="")
    assert found is not None
    await kiosk.services.pairing.approve(found.user_code, user="wall", is_new=False, name=found.device_name)
