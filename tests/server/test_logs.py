"""The logs: a request's id in every line of it, one line when it is answered, and no secret in any."""

import io
import json
import logging
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import text

from kiosk.domain.masking import Mask, secrets_in
from kiosk.server import logs
from kiosk.server.api.app import create_app
from kiosk.server.api.openapi import describe
from tests.server.harness import DEADLINE_S, Kiosk, client_of, kiosk_on, problem_of, upload

pytestmark = pytest.mark.anyio

TOKEN = "Zk3vJ0yq1mW8xU5rT2nB7cL4dF9hG6sAaPeOiKoNuVx"  # 43 characters, as our own
AWS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
SECRET_BODY = {"name": "n", "user": "wall", "user_code": "WDJB-MJHT", "device_code": TOKEN, "pin": "314159"}
DATABASE = "postgresql+psycopg://kiosk:hunter2%2Fplus@db.example/kiosk"


class Written(io.StringIO):
    """What the logs wrote."""

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Every line as the object it is."""
        return [json.loads(line) for line in self.getvalue().splitlines()]

    @property
    def accesses(self) -> list[dict[str, Any]]:
        """The lines of requests answered."""
        return [line for line in self.lines if line["logger"] == "kiosk.server.access"]


@pytest.fixture
def written() -> Written:
    """JSON lines at every level, for the life of a test."""
    stream = Written()
    logs.set_up("json", stream, Mask(secrets_in([DATABASE], AWS)), verbose=True)
    return stream


async def test_each_request_is_one_line(tmp_path: Path, written: Written) -> None:
    """Method, path without its query, template, status, time, who, and the id the reply carries."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        reply = await display.get("/api/artworks/next", params={"limit": 3, "sessionId": "a-private-thing"})
        await display.get("/nothing/here")
        async with kiosk.client("") as nobody:
            await nobody.get("/api/usage")
    first, second, third = written.accesses
    assert first.pop("ms") >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("time"))
    assert first == {
        "level": "INFO",
        "logger": "kiosk.server.access",
        "message": "GET /api/artworks/next 200",
        "requestId": reply.headers["x-request-id"],
        "method": "GET",
        "path": "/api/artworks/next",
        "route": "/api/artworks/next",
        "status": 200,
        "user": 1,
        "device": 1,
    }
    assert (second["path"], second["route"], second["status"]) == ("/nothing/here", "(none)", 404)
    assert third["status"] == 401
    assert "user" not in third
    assert "a-private-thing" not in json.dumps(written.accesses)


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [("proxy-7f3a.b:c_1", True), ("x" * 100, True), ("x" * 101, False), ("a b", False), ('"{}', False), ("", False)],
)
async def test_a_sane_request_id_is_kept(tmp_path: Path, given: str, is_kept: bool) -> None:
    """What a proxy calls the request is its name here too; anything odd is replaced."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        reply = await display.get("/api/version", headers={"X-Request-ID": given})
        assert (reply.headers["x-request-id"] == given) is is_kept
        assert reply.headers.get_list("x-request-id", split_commas=True) == [reply.headers["x-request-id"]]
        fault = await display.get("/nowhere", headers={"X-Request-ID": given})
        assert problem_of(fault)["requestId"] == fault.headers["x-request-id"]


async def test_every_line_of_a_request_carries_its_id(tmp_path: Path, written: Written) -> None:
    """Lines from the call, from the thread its transaction runs on, and from a fault; none leak into what follows."""
    log = logging.getLogger("kiosk.test")
    async with kiosk_on(tmp_path) as kiosk:
        app = create_app(kiosk.services)

        async def busy() -> None:
            log.info("in the call")
            await kiosk.services.database.write(lambda connection: log.info("on the thread %s", connection is not None))
            raise LookupError(f"token={TOKEN}")

        app.add_api_route("/busy", busy)
        async with client_of("", transport=httpx.ASGITransport(app)) as client:
            reply = await client.get("/busy", headers={"X-Request-ID": "the-one"})
            assert reply.status_code == 500
            assert problem_of(reply)["requestId"] == reply.headers["x-request-id"] == "the-one"
            log.info("afterwards")
    ours = {line["message"]: line for line in written.lines if line.get("requestId") == "the-one"}
    assert {"in the call", "on the thread True", "GET /busy failed", "GET /busy 500"} <= ours.keys()
    assert "LookupError: token=***" in ours["GET /busy failed"]["exception"]
    assert "Traceback" in ours["GET /busy failed"]["exception"]
    assert next(line for line in written.lines if line["message"] == "afterwards").get("requestId") is None


async def test_a_fault_is_logged_once(tmp_path: Path, written: Written) -> None:
    """One traceback for one unforeseen fault."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        await kiosk.services.database.write(
            lambda connection: connection.execute(text("ALTER TABLE votes RENAME TO gone"))
        )
        piece = await upload(display, 1)
        await display.post(f"/api/artworks/{piece['id']}/vote", json={"value": 1})
    assert len([line for line in written.lines if line["level"] == "ERROR"]) == 1


async def test_no_secret_is_in_any_line(tmp_path: Path, written: Written) -> None:
    """Every call, with secrets wherever one can be put, at the lowest level: none of them is written."""
    secrets = [TOKEN, *AWS.values(), "hunter2/plus", "hunter2%2Fplus", "314159", "WDJB-MJHT", "session-secret-value"]
    async with kiosk_on(tmp_path) as kiosk:
        secrets += [kiosk.services.device_token, kiosk.services.admin_token, await kiosk.new_user("mara")]
        made = await call_everything(kiosk)
        log = logging.getLogger("anybody")
        log.debug("Authorization: Bearer %s", TOKEN)
        log.debug("headers %r", {"authorization": f"Bearer {TOKEN}", "cookie": "session=session-secret-value; a=b"})
        log.warning("cannot reach %s", DATABASE)
        log.warning("put failed: access_key_id=%s secret_access_key=%s", *AWS.values())
        log.info("%s", json.dumps({"userCode": "WDJB-MJHT", "device_code": TOKEN, "pin": "314159", "pin: ": 1}))
        log.info("the pin: 314159, the token '%s', plain %s", TOKEN, TOKEN)
        log.error("it failed", exc_info=ValueError(f"redis://:hunter2%2Fplus@cache/0 said no to {TOKEN}"))
    assert len(written.accesses) > 40
    assert [secret for secret in [*secrets, *made] if secret in written.getvalue()] == []


async def call_everything(kiosk: Kiosk) -> list[str]:
    """Call all there is with good and bad tokens, some of them in places they do not belong; return tokens made."""
    made = []
    for good in (kiosk.services.admin_token, kiosk.services.device_token, TOKEN):
        async with kiosk.client(good) as client:
            for path, calls in describe(kiosk.app)["paths"].items():
                for method, call in calls.items():
                    if path == "/api/artworks/stream":
                        continue
                    reply = await client.request(
                        method,
                        re.sub(r"\{\w+\}", TOKEN, path),
                        params={"token": TOKEN, "sessionId": TOKEN, "userCode": "WDJB-MJHT"},
                        headers={"Cookie": f"session={TOKEN}", "X-Request-ID": TOKEN, "Prefer": "wait=0"},
                        json=SECRET_BODY if "requestBody" in call else None,
                    )
                    if reply.headers.get("content-type") == "application/json" and "oken" in reply.text:
                        made += re.findall(r'"[^"]*(?:oken|Code)":\s*"([^"]{8,})"', reply.text)
    return made


def test_text_lines_carry_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """For people: one line, its members at the end, tracebacks below, and nothing secret either."""
    record = logging.LogRecord("kiosk.test", logging.INFO, "x.py", 1, "Bearer %s", (TOKEN,), None)
    record.requestId, record.ms, record.user = "the-one", 3.1, 7
    line = logs.TextLines(Mask()).format(record)
    assert line.endswith("INFO    kiosk.test: Bearer *** ms=3.1 user=7 requestId=the-one")


async def test_a_refused_statement_is_logged_without_its_values(tmp_path: Path, written: Written) -> None:
    """A traceback from the database names the statement, not what somebody sent."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        piece = await upload(display, 1)
        trigger = "CREATE TRIGGER no BEFORE INSERT ON votes BEGIN SELECT RAISE(ABORT, 'no'); END"
        await kiosk.services.database.write(lambda connection: connection.exec_driver_sql(trigger))
        reply = await display.post(f"/api/artworks/{piece['id']}/vote", json={"value": 1})
        assert reply.status_code == 500
    fault = next(line for line in written.lines if line["level"] == "ERROR")
    assert "INSERT INTO votes" in fault["exception"]
    assert "SQL parameters hidden" in fault["exception"]


@pytest.mark.parametrize("is_child", [False, True])
def test_the_process_chooses_its_form(tmp_path: Path, is_child: bool) -> None:
    """JSON where no person looks; into a display's log text, and no line a request."""
    from tests.server.test_main import TOKEN as CHILD_TOKEN
    from tests.server.test_main import process_on

    with process_on(tmp_path / "data", "--no-warm-up", child=is_child) as process:
        with process.client(CHILD_TOKEN if is_child else None) as client:
            assert client.get("/api/usage").status_code == 200
        process.popen.terminate()
        process.popen.wait(DEADLINE_S)
    lines = process.log.read_text().splitlines()
    accesses = [line for line in lines if "GET /api/usage 200" in line]
    assert len(accesses) == (0 if is_child else 1)
    for line in accesses:
        assert line.startswith("{")
    assert not any(secret in process.log.read_text() for secret in (CHILD_TOKEN, *AWS.values()))


FORGED = "/x\n2026-11-21 05:03:00,124 INFO    kiosk.server.access: GET /admin 200\x1b[31m\r\u2028\u202e\x85"


@pytest.mark.parametrize("format", ["text", "json"])
async def test_nobody_else_writes_a_line(tmp_path: Path, written: Written, format: logs.LogFormat) -> None:
    """Line ends and control characters in a path are escaped, wherever the path is told: one line a request."""
    logs.set_up(format, written, Mask())
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        written.truncate(written.seek(0))
        assert (await display.get(quote(FORGED))).status_code == 404
        lines = written.getvalue().split("\n")
    assert lines[1:] == [""]
    assert lines[0].isprintable()
    assert "\\n2026" in lines[0]
    if format == "json":
        assert json.loads(lines[0])["path"] == FORGED


def test_a_traceback_is_indented() -> None:
    """What a fault says cannot pass for a line of the log either; secrets in it are masked at the beginning of one."""
    fault = ValueError(f"{FORGED}\n{TOKEN}")
    told = (ValueError, fault, fault.__traceback__)
    record = logging.LogRecord("kiosk.test", logging.ERROR, "x.py", 1, "a\nb %s", (TOKEN,), told)
    first, *below = logs.TextLines(Mask()).format(record).split("\n")
    assert first.endswith("kiosk.test: a\\nb ***")
    assert below
    assert all(line.startswith("  ") and line.isprintable() for line in below)
    assert below[-1] == "  ***"
    assert TOKEN not in logs.JsonLines(Mask()).format(record)


@pytest.mark.parametrize("before", ["\n", "\x1b", "\u00fc", "\t", " ", "/"])
@pytest.mark.parametrize("form", [logs.TextLines, logs.JsonLines])
def test_a_token_behind_an_escaped_sign_is_masked(before: str, form: type[logs.TextLines | logs.JsonLines]) -> None:
    """Escaping hides no token from the mask."""
    record = logging.LogRecord("kiosk.server.access", logging.INFO, "x.py", 1, "x%s%s", (before, TOKEN), None)
    assert TOKEN not in form(Mask()).format(record)
