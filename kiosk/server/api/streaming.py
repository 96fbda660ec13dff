"""The call that opens the event stream; `kiosk.server.stream` is what flows through it."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from kiosk.server.api.callers import Caller, TheServices
from kiosk.server.api.queue import SessionId
from kiosk.server.stream import MEDIA_TYPE, EventStream, parse_last_event_id

router = APIRouter(prefix="/api/artworks", tags=["stream"])


@router.get(
    "/stream",
    response_class=Response,
    responses={200: {"description": "art-ready, art-failed, art-removed", "content": {MEDIA_TYPE: {}}}},
)
async def stream(
    services: TheServices,
    principal: Caller,
    session_id: SessionId = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventStream:
    """Follow what happens for this user; with Last-Event-ID what was missed comes first.

    The session has no part in it: events belong to the user, whichever session a display is in.
    """
    del session_id
    return EventStream(
        services.database,
        services.broker,
        user_id=principal.user_id,
        device_id=principal.device_id,
        after_seq=parse_last_event_id(last_event_id),
    )
