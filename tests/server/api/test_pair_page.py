"""The page at /pair, as a browser without scripts uses it."""

import re
from html import unescape
from pathlib import Path

import httpx
import pytest

from kiosk.server.api.pair_page import COOKIE, SIGN_IN_S
from kiosk.server.auth import WRONG_MAX
from kiosk.server.pairing import WRONG_CODES_OF_ONE_MAX, Paired
from kiosk.server.store_pairings import Refusal
from tests.server.harness import kiosk_on
from tests.server.postgres import MIGRATED, Cluster

pytestmark = pytest.mark.anyio
on_each_database = pytest.mark.usefixtures("each_database")


@on_each_database
async def test_an_administrator_lets_a_display_in(tmp_path: Path) -> None:
    """Sign in, enter the code, see who asks, choose a new user, approve; the wall gets its token."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as browser:
        codes = await kiosk.services.pairing.start(name="Foyer", address="203.0.113.7")
        kiosk.clock.advance(130)
        assert "Admin token" in (await browser.get("/pair")).text
        signed_in = await sign_in(browser, kiosk.services.admin_token)
        assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/pair")
        assert "XXXX-XXXX" in (await browser.get("/pair")).text
        asked = await browser.get("/pair", params={"code": codes.user_code.lower().replace("-", "")})
        assert asked.status_code == 200
        for shown in (codes.user_code, "Foyer", "203.0.113.7", "2 minutes ago (00:00 UTC)"):
            assert shown in asked.text
        done = await decide(browser, asked, name="Hall", user="", new_user="mara")
        assert done.status_code == 200
        assert "<strong>Hall</strong> will show the queue of <strong>mara</strong>" in done.text
        paired = await kiosk.services.pairing.poll(codes.device_code)
        assert isinstance(paired, Paired)
        assert (paired.device, paired.user) == ("Hall", "mara")
        again = await browser.get("/pair", params={"code": codes.user_code})
        assert (again.status_code, "approved already" in again.text) == (409, True)


async def test_an_administrator_refuses_a_display(tmp_path: Path) -> None:
    """One button, no choice needed; the wall is told no."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as browser:
        codes = await kiosk.services.pairing.start(name="Foyer", address="")
        await sign_in(browser, kiosk.services.admin_token)
        asked = await browser.get("/pair", params={"code": codes.user_code})
        done = await decide(browser, asked, decision="refuse", name="")
        assert "was told no" in done.text
        assert await kiosk.services.pairing.poll(codes.device_code) is Refusal.DENIED


async def test_only_administrators_sign_in(tmp_path: Path) -> None:
    """A display's token, a wrong one and none at all get no cookie; after too many wrong ones there is a wait."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as browser:
        for token in (kiosk.services.device_token, "wrong", ""):
            reply = await sign_in(browser, token)
            assert (reply.status_code, "set-cookie" in reply.headers) == (403, False)
            assert 'role="alert"' in reply.text
        reply = [await sign_in(browser, "wrong") for _ in range(WRONG_MAX)][-1]
        assert reply.status_code == 429
        assert 0 < int(reply.headers["retry-after"]) <= 60
        assert (await sign_in(browser, kiosk.services.admin_token)).status_code == 303


async def test_the_cookie_is_for_this_page_alone(tmp_path: Path) -> None:
    """HttpOnly, SameSite=Strict, Path=/pair, half an hour; Secure behind https, and no token in it."""
    async with kiosk_on(tmp_path / "a") as kiosk, kiosk.client("") as browser:
        cookie = (await sign_in(browser, kiosk.services.admin_token)).headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict", "Path=/pair", "Max-Age=1800"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        assert kiosk.services.admin_token not in cookie
    public = "https://art.example/kiosk"
    async with kiosk_on(tmp_path / "b", public_url=public) as kiosk, kiosk.client("") as browser:
        reply = await sign_in(browser, kiosk.services.admin_token)
        assert reply.headers["location"] == "/kiosk/pair"
        assert {"Secure", "Path=/kiosk/pair"} <= set(reply.headers["set-cookie"].split("; "))


async def test_a_sign_in_ends(tmp_path: Path) -> None:
    """By itself after half an hour, with the token it was made with, or when asked to; copies of the cookie too."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.admin() as admin, kiosk.client("") as browser:
        token = (await admin.post("/api/admin/tokens")).json()["token"]

        async def is_signed_in() -> bool:
            return "Sign out" in (await browser.get("/pair")).text

        await sign_in(browser, token)
        kiosk.clock.advance(SIGN_IN_S - 1)
        assert await is_signed_in()
        kiosk.clock.advance(1)
        assert not await is_signed_in()

        await sign_in(browser, token)
        fingerprint = (await admin.get("/api/admin/tokens")).json()[0]["fingerprint"]
        assert (await admin.delete(f"/api/admin/tokens/{fingerprint}")).status_code == 200
        assert not await is_signed_in()

        await sign_in(browser, kiosk.services.admin_token)
        kept = browser.cookies[COOKIE]
        csrf = hidden(await browser.get("/pair"), "csrf")
        await browser.post("/pair/sign-out", data={"csrf": "wrong"})
        assert await is_signed_in()
        assert (await browser.post("/pair/sign-out", data={"csrf": csrf})).status_code == 303
        assert not browser.cookies
        browser.cookies.set(COOKIE, kept)
        assert not await is_signed_in()


async def test_another_site_can_decide_nothing(tmp_path: Path) -> None:
    """A decision without the page's own hidden value, or without a sign-in, is 403 and changes nothing."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as browser, kiosk.client("") as stranger:
        codes = await kiosk.services.pairing.start(name="Foyer", address="")
        await sign_in(browser, kiosk.services.admin_token)
        asked = await browser.get("/pair", params={"code": codes.user_code})
        for client, csrf in ((browser, ""), (browser, "é"), (stranger, hidden(asked, "csrf"))):
            for decision in ("approve", "refuse"):
                reply = await decide(client, asked, csrf=csrf, decision=decision, user="", new_user="eve")
                assert reply.status_code == 403
        assert await kiosk.services.pairing.poll(codes.device_code) is Refusal.PENDING


@on_each_database
async def test_faults_are_said_in_place(tmp_path: Path) -> None:
    """What was entered stays in the form, and what is wrong with it stands above."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as browser:
        codes = await kiosk.services.pairing.start(name="Foyer", address="")
        await sign_in(browser, kiosk.services.admin_token)
        for code, status, words in (
            ("hello", 422, "eight letters"),
            ("ZZZZ-ZZZZ", 404, "No display shows this code"),
        ):
            reply = await browser.get("/pair", params={"code": code})
            assert (reply.status_code, words in reply.text, f'value="{code}"' in reply.text) == (status, True, True)
        asked = await browser.get("/pair", params={"code": codes.user_code})
        wall = re.search(r'<option value="([^"]+)"[^>]*>wall<', asked.text)
        assert wall is not None
        for changes, words in (
            ({"name": "", "user": wall[1]}, "Give the display a name"),
            ({"name": "Hall", "user": "", "new_user": " "}, "Give the new user a name"),
            ({"name": "Hall", "user": "", "new_user": "wall"}, "There is a user named 'wall' already."),
            ({"name": "display", "user": wall[1]}, "has a display named “display” already"),
            ({"name": "Hall", "user": "gone"}, "not there any more"),
        ):
            reply = await decide(browser, asked, **changes)
            assert reply.status_code == 422
            assert words in unescape(reply.text)
            assert f'name="name" value="{changes["name"]}"' in reply.text
        kiosk.clock.advance(900)
        late = await decide(browser, asked, name="Hall", user=wall[1])
        assert (late.status_code, "has expired" in late.text) == (410, True)


async def test_guessing_codes_has_to_wait(tmp_path: Path) -> None:
    """After too many wrong codes the page says how long, and looks at none, the right one neither."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as browser:
        codes = await kiosk.services.pairing.start(name="Foyer", address="")
        await sign_in(browser, kiosk.services.admin_token)
        for _ in range(WRONG_CODES_OF_ONE_MAX):
            await browser.get("/pair", params={"code": "ZZZZ-ZZZZ"})
        reply = await browser.get("/pair", params={"code": codes.user_code})
        assert reply.status_code == 429
        assert 0 < int(reply.headers["retry-after"]) <= 60
        assert "Foyer" not in reply.text


async def test_what_a_display_calls_itself_is_text(tmp_path: Path) -> None:
    """Markup in names is shown, never obeyed; the policy allows the page's own style by its hash, and nothing else."""
    name = "<script>alert(1)</script>\"'&"
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as browser:
        codes = await kiosk.services.pairing.start(name=name, address="<b>")
        await sign_in(browser, kiosk.services.admin_token)
        asked = await browser.get("/pair", params={"code": codes.user_code})
        assert "<script" not in asked.text
        assert "<b>" not in asked.text
        assert name in unescape(asked.text)
        policy = asked.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "form-action 'self'; frame-ancestors 'none'; base-uri 'none'" in policy
        assert asked.headers["cache-control"] == "no-store"
        odd = await browser.get("/pair", params={"code": '"><script>'})
        assert "<script" not in odd.text


async def test_a_link_with_the_code_survives_the_sign_in(tmp_path: Path) -> None:
    """The complete address of the RFC asks for the sign-in first, then goes on to the display."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as browser:
        codes = await kiosk.services.pairing.start(name="Foyer", address="")
        first = await browser.get("/pair", params={"code": codes.user_code})
        reply = await sign_in(browser, kiosk.services.admin_token, code=hidden(first, "code"))
        assert reply.headers["location"] == f"/pair?code={codes.user_code}"
        assert kiosk.services.admin_token not in reply.headers["location"]
        assert "Foyer" in (await browser.get(reply.headers["location"])).text


async def test_any_server_process_knows_a_sign_in(tmp_path: Path, postgres_cluster: Cluster) -> None:
    """Signed in at one process and decided at another, on one database."""
    with postgres_cluster.database(MIGRATED) as url:
        async with (
            kiosk_on(tmp_path / "a", database_url=url) as here,
            kiosk_on(tmp_path / "b", database_url=url) as there,
            here.admin() as admin,
            here.client("") as browser,
            there.client("") as elsewhere,
        ):
            codes = await here.services.pairing.start(name="Foyer", address="")
            await sign_in(browser, (await admin.post("/api/admin/tokens")).json()["token"])
            elsewhere.cookies = browser.cookies
            asked = await elsewhere.get("/pair", params={"code": codes.user_code})
            assert (await decide(elsewhere, asked, name="Hall", user="", new_user="mara")).status_code == 200
            assert isinstance(await here.services.pairing.poll(codes.device_code), Paired)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe=%zz&&", b"code=" + b"x" * 5_000, b"a=b&" * 2_000])
async def test_odd_forms_are_no_fault_of_the_server(tmp_path: Path, body: bytes) -> None:
    """Whatever is posted without a sign-in ends with a 3xx or 4xx."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as browser:
        for path in ("sign-in", "sign-out", "decision"):
            for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
                reply = await browser.post(f"/pair/{path}", content=body, headers={"Content-Type": kind})
                assert 300 <= reply.status_code < 500


async def sign_in(browser: httpx.AsyncClient, token: str, *, code: str = "") -> httpx.Response:
    """Send the sign-in form."""
    return await browser.post("/pair/sign-in", data={"token": token, "code": code})


async def decide(browser: httpx.AsyncClient, asked: httpx.Response, **changes: str) -> httpx.Response:
    """Send the form of the page that shows a display."""
    form = {"csrf": hidden(asked, "csrf"), "code": hidden(asked, "code"), "decision": "approve", "name": "Foyer"}
    return await browser.post("/pair/decision", data={**form, **changes})


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page.text)
    assert found is not None, name
    return found[1]
