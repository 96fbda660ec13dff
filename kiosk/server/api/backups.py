"""The call that streams a backup of the running server; `kiosk.server.backup` says what is in it."""

from collections.abc import Generator

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from kiosk.server import backup
from kiosk.server.api.callers import Administrator, CallerFirst, TheServices
from kiosk.storage.folder import DataFolder

router = APIRouter(prefix="/api/admin", tags=["administration"], route_class=CallerFirst)


class BackupStream(StreamingResponse):
    """Sends a backup as it is made, on a thread; what it needed is cleared away however it ends."""

    media_type = backup.MEDIA_TYPE

    def __init__(self, chunks: Generator[bytes, None, None]) -> None:
        super().__init__(chunks)
        self._chunks = chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until all is sent or the client has left."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._chunks.close()


@router.get(
    "/backup",
    response_class=Response,
    responses={200: {"description": "A tar: database, images, manifest", "content": {backup.MEDIA_TYPE: {}}}},
)
async def make_backup(services: TheServices, _admin: Administrator) -> BackupStream:
    """Return a backup of everything, as it is now. One that does not end with its manifest is not whole."""
    folder = DataFolder(services.options.data_dir).server_dir
    return BackupStream(backup.chunks(services.database, services.images, scratch=folder, created=services.clock.now()))
