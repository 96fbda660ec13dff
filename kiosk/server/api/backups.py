"""The call that streams a backup of the running server; `kiosk.server.backup` says what is in it."""

import asyncio
from collections.abc import AsyncIterator, Generator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Event, Lock

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from kiosk.server import backup
from kiosk.server.api.callers import Administrator, CallerFirst, TheServices
from kiosk.server.api.problems import ApiProblem
from kiosk.storage.folder import DataFolder

router = APIRouter(prefix="/api/admin", tags=["administration"], route_class=CallerFirst)


class BackupStream(StreamingResponse):
    """Sends a backup as it is made, on a thread of its own, which clears away what it needed however it ends.

    `slot` is held already, and free again at the end; `stop` makes `chunks` end soon.
    """

    media_type = backup.MEDIA_TYPE

    def __init__(self, chunks: Generator[bytes, None, None], *, stop: Event, slot: Lock) -> None:
        super().__init__(self._made())
        self._chunks = chunks
        self._stop = stop
        self._slot: Lock | None = slot
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="backup")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until all is sent, the client has left or the server stops; wait for nothing then."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stop.set()
            self._thread.submit(self._end)  # comes after the step under way
            self._thread.shutdown(wait=False)

    async def _made(self) -> AsyncIterator[bytes]:
        loop, context = asyncio.get_running_loop(), copy_context()
        while (data := await loop.run_in_executor(self._thread, context.run, self._next)) is not None:
            yield data
        await loop.run_in_executor(self._thread, self._end)  # before the client knows, who may want another

    def _next(self) -> bytes | None:
        return next(self._chunks, None)

    def _end(self) -> None:
        self._chunks.close()
        if self._slot is not None:
            self._slot.release()
            self._slot = None


@router.get(
    "/backup",
    response_class=Response,
    responses={200: {"description": "A tar: database, images, manifest", "content": {backup.MEDIA_TYPE: {}}}},
)
async def make_backup(services: TheServices, _admin: Administrator) -> BackupStream:
    """Return a backup of everything, as it is now. One that does not end with its manifest is not whole.

    A server makes one at a time: 409 while it makes another.
    """
    slot = services.database.backup_slot
    if not slot.acquire(blocking=False):
        raise ApiProblem(409, "backup_running", "A backup is being made: try again when it has ended.")
    stop = Event()
    folder = DataFolder(services.options.data_dir).server_dir
    chunks = backup.chunks(
        services.database, services.images, scratch=folder, created=services.clock.now(), stopping=stop.is_set
    )
    return BackupStream(chunks, stop=stop, slot=slot)
