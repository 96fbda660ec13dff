"""The display's door for local commands: a socket only its user can open; one JSON line in, one JSON line out.

    {"command":"next"}                 -> {"ok":true,"result":{…}}
    {"command":"vote","value":"up"}    -> {"ok":false,"error":{"code","message","hint"}}

Where the socket lies is written to `display.json` in the data folder, for the client in `kiosk.cli.display_client`.
"""

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from kiosk.domain.errors import KioskError
from kiosk.storage.folder import DataFolder, write_atomically

log = logging.getLogger(__name__)

LINE_MAX = 65_536
Request = Mapping[str, Any]
Handler = Callable[[Request], Awaitable[Mapping[str, Any]]]


@asynccontextmanager
async def control_socket(folder: DataFolder, handlers: Mapping[str, Handler]) -> AsyncIterator[Path]:
    """Answer local commands for the life of the block; yield the socket's path."""
    path = _socket_path(folder)
    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(_Door(handlers).serve, sock=_own_socket(path), limit=LINE_MAX)
    write_atomically(folder.display_file, json.dumps({"pid": os.getpid(), "socket": str(path)}).encode())
    try:
        yield path
    finally:
        server.close()
        folder.display_file.unlink(missing_ok=True)
        path.unlink(missing_ok=True)


class _Door:
    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            try:
                line = await reader.readline()
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
            except ValueError:
                log.warning("a local command was longer than %d bytes and was refused", LINE_MAX)
            finally:
                writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            handler = self._handlers[request["command"]]
        except (ValueError, KeyError, TypeError):
            return _refusal("bad_request", "The running display does not know this command.", "Update both.")
        try:
            return {"ok": True, "result": await handler(request)}
        except KioskError as error:
            return _refusal(error.code, error.message, error.hint)
        except Exception:
            log.exception("the command %s failed", request["command"])
            return _refusal("internal", f"The display failed at {request['command']}.", "Its log says more.")


def _refusal(code: str, message: str, hint: str) -> dict[str, Any]:
    return {"ok": False, "error": {"code": code, "message": message, "hint": hint}}


def _own_socket(path: Path) -> socket.socket:
    """A socket that only its user can open. Nothing else may run while the umask is changed: it is the process's."""
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old_mask = os.umask(0o177)
    try:
        door.bind(str(path))
    finally:
        os.umask(old_mask)
    return door


def _socket_path(folder: DataFolder) -> Path:
    """A short path (the kernel allows 107 bytes) in a folder of the user's own, named after the data folder."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    base = Path(runtime) if runtime and os.access(runtime, os.W_OK) else None
    if base is None or len(str(base)) > 60:
        base = Path(tempfile.gettempdir()) / f"kiosk-{os.getuid()}"
        base.mkdir(mode=0o700, exist_ok=True)
        if base.lstat().st_uid != os.getuid():
            raise KioskError(f"{base} belongs to somebody else.", hint="Remove it, or set XDG_RUNTIME_DIR.")
        base.chmod(0o700)
    name = hashlib.sha256(str(folder.root.resolve()).encode()).hexdigest()[:16]
    return base / f"kiosk-{name}.sock"
