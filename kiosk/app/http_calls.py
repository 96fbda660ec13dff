"""The display's commands over HTTP: which path means which command, who may give it, what a refusal looks like.

    GET  /api/status      GET  /api/snapshot (a PNG)      POST /api/vote {"value": -1 | 1}
    POST /api/next | previous | pause | resume | sleep | wake      POST /api/label {"value": "on" | "off" | "toggle"}

Every call shows the token (`Authorization: Bearer`); whoever does not learns nothing, not even which paths there are.
Errors are `application/problem+json` after RFC 9457: 400 malformed, 401, 404, 405, 409 asleep or nothing on the glass,
413, 422, 429 after too many wrong tokens, 503. The commands are those of the control socket (`commands.py`).
"""

import asyncio
import hmac
import json
import logging
import math
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from kiosk.domain.errors import KioskError
from kiosk.domain.ports import Clock
from kiosk.protocol.service import Problem
from kiosk.server.tries import Tries

log = logging.getLogger(__name__)

Call = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]

BODY_MAX_BYTES = 1024
WRONG_TOKENS_MAX, WRONG_TOKENS_WINDOW_S = 20, 60.0
BUSY_RETRY_AFTER_S = 5
PLAIN = ("next", "previous", "pause", "resume", "sleep", "wake")
LABEL_VALUES = ("on", "off", "toggle")
_NO_STORE = {"Cache-Control": "no-store"}
_STATUS_OF_CODE = {"asleep": 409, "no_piece": 409}
_CODE_OF_STATUS = {404: "not_found", 405: "method_not_allowed"}


class Refusal(Exception):
    """A call that ends with an error reply."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, dict(headers or {})


def make_app(call: Call, *, token: Callable[[], str], clock: Clock) -> ASGIApp:
    """Return the application; `call` gives a command to the display, `token` is what callers must show now."""
    call = _foreseeing(call)
    pictures = asyncio.Lock()  # one at a time: the wall draws each anew

    async def status(request: Request) -> Response:
        del request
        return JSONResponse(dict(await call("status", {})), headers=_NO_STORE)

    async def snapshot(request: Request) -> Response:
        del request
        async with pictures:
            with tempfile.TemporaryDirectory(prefix="kiosk-snapshot-") as folder:
                path = Path(folder) / "wall.png"
                await call("snapshot", {"path": str(path)})
                data = await asyncio.to_thread(path.read_bytes)
        return Response(data, media_type="image/png", headers=_NO_STORE)

    def plain(command: str) -> Callable[[Request], Awaitable[Response]]:
        async def give(request: Request) -> Response:
            await _body(request)
            return JSONResponse(dict(await call(command, {})), headers=_NO_STORE)

        return give

    async def vote(request: Request) -> Response:
        value = _value(await _body(request), required=True)
        if isinstance(value, bool) or value not in (-1, 1):
            raise Refusal(422, "invalid", "value: must be -1 or 1.")
        return JSONResponse(dict(await call("vote", {"value": value})), headers=_NO_STORE)

    async def label(request: Request) -> Response:
        value = _value(await _body(request), required=False)
        if value not in (None, *LABEL_VALUES):
            raise Refusal(422, "invalid", f"value: must be {', '.join(LABEL_VALUES)} or absent.")
        return JSONResponse(dict(await call("label", {"value": value or "toggle"})), headers=_NO_STORE)

    app = Starlette(
        routes=[
            Route("/api/status", status),
            Route("/api/snapshot", snapshot),
            Route("/api/vote", vote, methods=["POST"]),
            Route("/api/label", label, methods=["POST"]),
            *(Route(f"/api/{command}", plain(command), methods=["POST"]) for command in PLAIN),
        ],
        exception_handlers={
            Refusal: _on_refusal,
            KioskError: _on_kiosk_error,
            HTTPException: _on_http,
        },
    )
    app.router.redirect_slashes = False
    return _Guard(app, token=token, clock=clock)


class _Guard:
    """ASGI application round another: asks for the token before anything else is looked at."""

    def __init__(self, app: ASGIApp, *, token: Callable[[], str], clock: Clock) -> None:
        self._app = app
        self._token = token
        self._wrong = Tries(clock, limit=WRONG_TOKENS_MAX, window_s=WRONG_TOKENS_WINDOW_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._judge(Request(scope)) if scope["type"] == "http" else None
        answer = self._app if refusal is None else _reply(refusal.status, refusal.code, refusal.detail, refusal.headers)
        await answer(scope, receive, send)

    def _judge(self, request: Request) -> Refusal | None:
        """Return why this caller is sent away, or None for one who shows the token: that one never waits."""
        kind, _, shown = request.headers.get("authorization", "").partition(" ")
        token = self._token()
        if kind.lower() == "bearer" and token and hmac.compare_digest(shown.strip().encode(), token.encode()):
            return None
        if not shown:
            return Refusal(401, "unauthorized", "This call needs a bearer token.", {"WWW-Authenticate": "Bearer"})
        wait_s = self._wrong.count(request.client.host if request.client else "")
        if wait_s is not None:
            headers = {"Retry-After": str(max(1, math.ceil(wait_s)))}
            return Refusal(429, "too_many_wrong_tokens", "Too many wrong tokens.", headers)
        headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        return Refusal(401, "unauthorized", "This token is not the wall's.", headers)


def _foreseeing(call: Call) -> Call:
    """Return `call` with a bug of ours become a refusal: Starlette would answer it too, and end the connection."""

    async def call_on(command: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return await call(command, arguments)
        except KioskError:
            raise
        except Exception as error:
            log.exception("the command %s failed", command)
            raise Refusal(500, "internal", "The display failed on this command; its log says more.") from error

    return call_on


async def _body(request: Request) -> bytes:
    """Return the request's body; Refusal 413 for one over `BODY_MAX_BYTES`."""
    received = b""
    async for chunk in request.stream():
        received += chunk
        if len(received) > BODY_MAX_BYTES:
            raise Refusal(413, "too_large", f"The body is larger than {BODY_MAX_BYTES:,} bytes.")
    return received


def _value(body: bytes, *, required: bool) -> Any:
    """Return the member `value` of a JSON object, None for an empty body that may be empty."""
    if not body.strip() and not required:
        return None
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "malformed", "The body is not JSON.") from None
    if not isinstance(parsed, dict):
        raise Refusal(422, "invalid", "The body must be an object.")
    return parsed.get("value")


def _reply(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, code=code, request_id="")
    every = {**_NO_STORE, **(headers or {})}
    return Response(problem.wire(), status, headers=every, media_type="application/problem+json")


async def _on_refusal(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return _reply(error.status, error.code, error.detail, error.headers)


async def _on_kiosk_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, KioskError)
    status = _STATUS_OF_CODE.get(error.code, 503)
    return _reply(status, error.code, str(error), {} if status == 409 else {"Retry-After": str(BUSY_RETRY_AFTER_S)})


async def _on_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _CODE_OF_STATUS.get(error.status_code, "error")
    return _reply(error.status_code, code, HTTPStatus(error.status_code).phrase, error.headers)
