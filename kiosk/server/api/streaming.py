"""The call that opens the event stream, and the way the stream then takes.

The call is judged and documented like every other. Its stream may be open for months, and there may be thousands: once
it is granted, it leaves FastAPI and what that keeps for a call, and `fan_out` follows it on the bare connection.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kiosk.server.api.callers import Caller, CallerFirst, TheServices
from kiosk.server.api.problems import ApiProblem
from kiosk.server.api.queue import SessionId
from kiosk.server.auth import Principal
from kiosk.server.fan_out import FanOut, Page
from kiosk.server.listening import transport_of
from kiosk.server.stream import MEDIA_TYPE, Stream, parse_last_event_id

router = APIRouter(prefix="/api/artworks", tags=["stream"], route_class=CallerFirst)


@router.get(
    "/stream",
    response_class=Response,
    responses={200: {"description": "art-ready, art-failed, art-removed", "content": {MEDIA_TYPE: {}}}},
)
async def stream(
    request: Request,
    services: TheServices,
    principal: Caller,
    session_id: SessionId = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Follow what happens for this user; with Last-Event-ID what was missed comes first.

    The session has no part in it: events belong to the user, whichever session a display is in.
    """
    del session_id
    if transport_of(request.scope) is None:
        raise ApiProblem(503, "no_stream", "There are no streams here: this app is not behind the server's own socket.")
    seq = parse_last_event_id(last_event_id)
    return _Granted(principal, await services.fan_out.missed(user_id=principal.user_id, seq=seq))


class _Granted(Response):
    """Sends nothing: it leaves word for `Streaming`."""

    def __init__(self, principal: Principal, page: Page) -> None:
        super().__init__()
        self._grant = _Grant(principal, page)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Leave word."""
        del receive, send
        scope["state"]["stream"] = self._grant


@dataclass(frozen=True, slots=True)
class _Grant:
    principal: Principal
    page: Page


class Streaming:
    """ASGI application round FastAPI: goes on where a call has been granted a stream."""

    def __init__(self, app: ASGIApp, fan_out: FanOut) -> None:
        self._app = app
        self._fan_out = fan_out

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, and follow its stream when it was granted one."""
        await self._app(scope, receive, send)
        grant: _Grant | None = scope.get("state", {}).pop("stream", None)
        transport = transport_of(scope)
        if grant is not None and transport is not None:
            opened = Stream(
                scope,
                send,
                transport=transport,
                user_id=grant.principal.user_id,
                device_id=grant.principal.device_id,
                token_sha256=grant.principal.token_sha256,
            )
            await self._fan_out.follow(opened, grant.page, receive)
